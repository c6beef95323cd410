import Connectors
@testable import ContactSync
import Keap
import Testing

@Suite struct PlaceTests {
    @Test(
        arguments: [
            ("US", "USA"), ("usa", "USA"), ("United States", "USA"), ("United States of America", "USA"),
            ("U.S.A.", "USA"),
            ("Canada", "CAN"), ("CA", "CAN"), ("UK", "GBR"), ("Great Britain", "GBR"), ("Côte d'Ivoire", "CIV"),
            ("cote divoire", "CIV"), ("Bosnia & Herzegovina", "BIH"), ("South Korea", "KOR"), ("Deutschland", nil),
            ("NA", "NAM"),
            ("", nil), ("XX", nil),
        ] as [(String, String?)])
    func `a country is known by its codes and names`(text: String, code: String?) {
        #expect(Country.named(text)?.alpha3 == code)
    }

    @Test func `the list of countries is whole and has no code twice`() {
        #expect(Country.all.count == 249)
        #expect(Set(Country.all.map(\.alpha2)).count == 249)
        #expect(Set(Country.all.map(\.alpha3)).count == 249)
        #expect(Country.all.allSatisfy { $0.alpha2.count == 2 && $0.alpha3.count == 3 && !$0.names[0].isEmpty })
        // No name means two countries.
        #expect(Country.all.allSatisfy { country in country.names.allSatisfy { Country.named($0) == country } })
    }

    @Test(
        arguments: [
            ("CO", "US", "US-CO"), ("colorado", "US", "US-CO"), ("US-CO", "US", "US-CO"),
            ("Washington, D.C.", "US", "US-DC"),
            ("ON", "CA", "CA-ON"), ("Québec", "CA", "CA-QC"), ("quebec", "CA", "CA-QC"), ("NSW", "AU", "AU-NSW"),
            ("Victoria", "AU", "AU-VIC"), ("WA", "AU", "AU-WA"), ("WA", "US", "US-WA"), ("ON", "US", nil),
            ("Bavaria", "DE", nil), ("de-by", "DE", "DE-BY"), ("US-ZZ", "US", nil), ("", "US", nil), ("DE-", "DE", nil),
        ] as [(String, String, String?)])
    func `a region is known within its country`(text: String, country: String, code: String?) throws {
        #expect(Region.code(for: text, in: try #require(Country.named(country))) == code)
    }

    private func parts(_ carried: [SyncedField: String], known: [SyncedField: String] = [:]) -> AddressParts {
        AddressParts(
            carried: carried.mapValues { FieldValue($0) }, known: known, slot: .billing, defaultCountry: "USA")
    }

    @Test func `country and region are decided together`() {
        #expect(parts([.state: "CO"]).values == [.state: "US-CO", .country: "USA"])
        #expect(parts([.state: "ON"]).values == [:])
        #expect(parts([.state: "ON"], known: [.country: "CAN"]).values == [.state: "CA-ON", .country: "CAN"])
        #expect(parts([.state: "CO", .country: ""]).values == [.state: "US-CO", .country: "USA"])
        #expect(parts([.country: ""], known: [.state: "US-CO", .country: "USA"]).values == [.country: "", .state: ""])
        #expect(parts([.country: "Canada"], known: [.state: "US-CO"]).values == [.country: "CAN", .state: ""])
        #expect(parts([.country: "US"], known: [.state: "US-CO"]).values == [.country: "USA"])
        #expect(parts([.country: "Atlantis", .state: "CO"]).values == [:])
        #expect(parts([.country: "Atlantis", .state: "CO"]).notes.count == 2)
        #expect(parts([.country: "Atlantis", .state: ""]).values == [.state: ""])
        #expect(parts([:]) == parts([:], known: [.state: "US-CO", .country: "USA"]))
    }

    @Test(arguments: [
        ("a@b.org", true), ("a.b+c@mail.example.org", true), ("a@b", false), ("@b.org", false), ("a b@c.org", false),
        ("a@b@c.org", false), ("a@.org", false), ("", false), ("ana", false),
    ])
    func `an address looks like one`(text: String, isOne: Bool) {
        #expect(text.looksLikeEmail == isOne)
    }

    @Test func `cutting never splits a character`() {
        #expect("añb".limited(to: 2) == "añ")
        #expect("a👨‍👩‍👧b".limited(to: 5) == "a")
        #expect("short".limited(to: 5) == "short")
    }
}

@Suite struct TagTemplateTests {
    @Test func `names are written and read back`() throws {
        let program = TagTemplate.defaultProgram
        #expect(program.name(program: "Kids", status: "HOLD") == "ZP Program: Kids - HOLD")
        #expect(program.parts(of: "ZP Program: Kids - Teens - HOLD")?.program == "Kids - Teens")
        #expect(program.parts(of: "ZP Program: Kids - Teens - HOLD")?.status == "HOLD")
        #expect(program.parts(of: "ZP Program: Kids") == nil)
        #expect(program.parts(of: "ZP Status: Kids - HOLD") == nil)
        #expect(TagTemplate.defaultStatus.parts(of: "ZP Status: Student")?.status == "Student")
        #expect(TagTemplate.defaultStatus.parts(of: "ZP Status: ") == nil)

        let turned = try TagTemplate(parsing: "[{status}] {program} (ZP)", for: .program)
        #expect(turned.name(program: "Kids", status: "HOLD") == "[HOLD] Kids (ZP)")
        #expect(turned.parts(of: "[HOLD] Kids (ZP)")?.program == "Kids")
        #expect(turned.parts(of: "[HOLD] Kids") == nil)
    }

    @Test func `the defaults are what their text says`() throws {
        #expect(try TagTemplate(parsing: "ZP Status: {status}", for: .status) == .defaultStatus)
        #expect(try TagTemplate(parsing: "ZP Program: {program} - {status}", for: .program) == .defaultProgram)
    }

    @Test(arguments: [
        ("Members", TagTemplate.Kind.status, TagTemplate.Problem.missing(placeholder: "{status}")),
        ("{status}", .program, .missing(placeholder: "{program}")),
        ("{program} {status}", .status, .unknown(placeholder: "{program}")),
        ("{status} {state}", .status, .unknown(placeholder: "{state}")),
        ("{status} {status}", .status, .repeated(placeholder: "{status}")),
    ])
    func `a template that would mix up tags is refused`(
        text: String, kind: TagTemplate.Kind, problem: TagTemplate.Problem
    ) {
        #expect(throws: problem) { try TagTemplate(parsing: text, for: kind) }
    }

    @Test func `names that Keap would cut are cut here, so that they are found again`() {
        #expect(TagTemplate.defaultStatus.name(status: String(repeating: "s", count: 300)).count == 255)
    }
}

@Suite struct MirrorTests {
    private var full: Mirror {
        var mirror = Mirror()
        mirror.contact = ContactID("7")
        mirror.sourceID = "zp-1"
        mirror.confirm(.firstName, "Ana")
        mirror.confirm(.prospectSource, String(repeating: "x", count: 10_000))
        mirror.unclearFields = [.city]
        mirror.tags = [TagID("1"): .status]
        mirror.unclearTags = [TagID("2"): .program]
        mirror.phoneSlot = "PHONE2"
        mirror.creating = CreateIntent(job: 4, email: "a@b.org", firstName: "A", lastName: "B")
        mirror.lost = ContactID("6")
        mirror.isLeftAlone = true
        mirror.alsoFound = [ContactID("9")]
        mirror.attention = ["Look."]
        return mirror
    }

    @Test func `a mirror survives its bytes, and stays small`() throws {
        #expect(try Mirror(bytes: full.bytes) == full)
        #expect(full.bytes == full.bytes && full.bytes.count < 1_000)
        #expect(try Mirror(bytes: []) == Mirror())
        #expect(full.isConfirmed(.prospectSource, String(repeating: "x", count: 10_000)))
        #expect(!full.isConfirmed(.prospectSource, String(repeating: "x", count: 10_001)))
    }

    @Test func `what a newer version added does not stop this one`() throws {
        let text =
            #"{"version":9,"contact":"7","news":[1],"fields":{"firstName":"Ana","shoeSize":"9"},"tags":{"5":"booking"}}"#
        let mirror = try Mirror(bytes: Array(text.utf8))
        #expect(mirror.contact == ContactID("7"))
        #expect(mirror.fields == [.firstName: "Ana"])
        #expect(try Mirror(bytes: mirror.bytes).tags == [TagID("5"): TagFamily(rawValue: "booking")])
    }

    @Test func `bytes that are no mirror make a dead letter, and stay`() async throws {
        #expect(throws: Mirror.Unreadable.self) { try Mirror(bytes: [1, 2]) }
        let gym = try Gym()
        let hold = DeliveryContext(save: { _ in }, claim: { _ in .own }, isNamesakes: { _ in false })
        let delivery = await gym.deliverer.deliver(.person(.ana()), job: 1, state: [1, 2], hold: hold)
        #expect(delivery.isDead && delivery.state == [1, 2])
        #expect(throws: TagDirectory.Unreadable.self) { try TagDirectory(bytes: [1, 2]) }
    }

    @Test func `of two lanes' contacts the one with the Zen Planner id stays`() {
        var other = Mirror()
        other.contact = ContactID("5")
        other.confirm(.firstName, "Anna")
        for merged in [Mirror.merge(full, other), Mirror.merge(other, full)] {
            #expect(merged.contact == ContactID("7"))
            #expect(merged.fields[.firstName] == "Ana")
            #expect(merged.alsoFound == [ContactID("5"), ContactID("9")])
        }
    }

    @Test func `what two lanes disagree on about one contact is sent again`() {
        var (a, b) = (Mirror(), Mirror())
        (a.contact, b.contact) = (ContactID("5"), ContactID("5"))
        a.confirm(.firstName, "Ana")
        b.confirm(.firstName, "Anna")
        b.confirm(.lastName, "Ruiz")
        a.tags = [TagID("1"): .status, TagID("3"): .status]
        b.tags = [TagID("2"): .program, TagID("3"): .status]
        for merged in [Mirror.merge(a, b), Mirror.merge(b, a)] {
            #expect(merged.unclearFields == [.firstName])
            #expect(merged.fields[.lastName] == "Ruiz")
            #expect(merged.tags == [TagID("3"): .status])
            #expect(merged.unclearTags == [TagID("1"): .status, TagID("2"): .program])
            #expect(merged.alsoFound == [])
        }
        #expect(Mirror.merge(a, Mirror()).contact == ContactID("5"))
        #expect(Mirror.merge(Mirror(), a).fields == a.fields)
    }
}

@Suite struct TagDirectoryTests {
    private let settings = SyncSettings()

    @Test func `a directory survives its bytes`() throws {
        var directory = TagDirectory()
        directory.connectForTest()
        directory.adopt(
            [
                KeapTag(id: TagID("4"), name: "ZP Program: Kids - HOLD"),
                KeapTag(id: TagID("3"), name: "ZP Status: Student"),
                KeapTag(id: TagID("5"), name: "ZP Status: STUDENT"), KeapTag(id: TagID("6"), name: "Cake"),
            ], settings: settings)
        directory.announce(.renamed(id: "p1", oldName: "Kids", newName: "Juniors"), job: 3)
        directory.announce(.deleted(id: "p2", name: "Camp"), job: 4)
        directory.retire(TagID("5"))
        directory.use(TagID("3"), for: .status("Other"))
        #expect(try TagDirectory(bytes: directory.bytes) == directory)
        #expect(try TagDirectory(bytes: []) == TagDirectory())
        #expect(directory.answer(for: .status("student"), job: 9) == .tag(TagID("3")))
        #expect(directory.answer(for: .program(id: nil, name: "kids", status: "hold"), job: 9) == .tag(TagID("4")))
        #expect(directory.own(of: [TagID("3"), TagID("6")]) == [TagID("3"): .status])
    }

    @Test func `changes told again after a restart change nothing`() {
        var directory = TagDirectory()
        let first = ProgramChange.renamed(id: nil, oldName: "A", newName: "B")
        let second = ProgramChange.renamed(id: nil, oldName: "B", newName: "C")
        let third = ProgramChange.deleted(id: nil, name: "C")
        directory.announce(first, job: 1)
        directory.announce(second, job: 2)
        directory.announce(third, job: 3)
        let index = directory.newProgram(id: nil, name: "C")
        let before = directory
        // Only those whose jobs are still pending are told again, so each alone.
        for (job, change) in [(UInt64(1), first), (2, second), (3, third)] {
            directory.announce(change, job: job)
            #expect(directory == before)
        }
        #expect(directory.programs[0].name == "C" && directory.programs[0].deletedBy == 3)
        #expect(directory.answer(for: .program(id: nil, name: "A", status: "x"), job: 1) == .deleted)
        #expect(directory.answer(for: .program(id: nil, name: "C", status: "x"), job: 2) == .deleted)
        #expect(directory.programs.index(id: nil, name: "C", at: 4) == index)
    }

    @Test func `an id tells apart programs of one name`() {
        var directory = TagDirectory()
        let first = directory.key(for: .program(id: "1", name: "Kids", status: "HOLD"), job: 1)
        let second = directory.key(for: .program(id: "2", name: "Kids", status: "HOLD"), job: 1)
        #expect(first != nil && second != nil && first != second)
        #expect(directory.key(for: .program(id: "1", name: "Anything", status: "HOLD"), job: 1) == first)
        #expect(directory.key(for: .program(id: nil, name: "kids", status: "Hold"), job: 1) == first)
    }
}

@Suite struct PreviewTests {
    @Test func `a preview tells what would be done, in order`() {
        var directory = TagDirectory()
        let lines = PlanPreview.lines(
            of: .person(.ana()), mirror: Mirror(), directory: directory, settings: SyncSettings())
        #expect(
            lines == [
                "Find or create the tag category and the custom fields.",
                "Look for a contact with Zen Planner id zp-1.",
                "Look for a contact with e-mail ana@example.org and the same first and last name.",
                "If there is none, create the contact with first name \"Ana\", last name \"Ruiz\", "
                    + "birth date \"2014-07-09\", e-mail \"ana@example.org\", phone \"303-555-0100\", "
                    + "address \"1 Main St, Denver, US-CO, 80203, USA\", Zen Planner ID \"zp-1\", "
                    + "Signup Date \"2026-02-14\", Prospect Source \"Facebook\".",
                "Find or create the tag \"ZP Status: Student\".",
                "Find or create the tag \"ZP Program: Kids - CURRENT\".",
                "Apply to contact (new): \"ZP Status: Student\", \"ZP Program: Kids - CURRENT\".",
            ])

        directory.connectForTest()
        _ = directory.key(for: .program(id: "p1", name: "Kids", status: "HOLD"), job: 1)
        directory.note(TagID("8"), name: "ZP Program: Kids - HOLD", key: .program(directory.programs[0].key, "HOLD"))
        #expect(
            PlanPreview.lines(
                of: .program(.renamed(id: "p1", oldName: nil, newName: "Teens")), mirror: Mirror(),
                directory: directory, settings: SyncSettings())
                == ["Rename the tag \"ZP Program: Kids - HOLD\" to \"ZP Program: Teens - HOLD\"."])
        #expect(
            PlanPreview.lines(
                of: .program(.deleted(id: nil, name: "kids")), mirror: Mirror(), directory: directory,
                settings: SyncSettings()
            ).count == 2)
    }

    @Test func `a preview of a known person names the difference`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        let mirror = try gym.mirror("zp-1")
        let id = try #require(mirror.contact)
        func lines(_ person: PersonSnapshot) -> [String] {
            PlanPreview.lines(
                of: .person(person), mirror: mirror, directory: gym.keeper.directory, settings: gym.settings)
        }
        #expect(lines(.ana()) == ["Nothing to do: Keap has all of this already."])
        #expect(
            lines(
                .ana { person in
                    person.status = .value("Alumni")
                    person.values[.firstName] = .value("Anita")
                }) == [
                    "Find or create the tag \"ZP Status: Alumni\".", "Take off contact \(id): \"ZP Status: Student\".",
                    "Apply to contact \(id): \"ZP Status: Alumni\".", "Update contact \(id): first name \"Anita\".",
                ])
        let hopeless = PersonSnapshot(sourceID: "zp-5")
        #expect(
            PlanPreview.lines(
                of: .person(hopeless), mirror: Mirror(), directory: gym.keeper.directory, settings: gym.settings
            ).last?.hasPrefix("Cannot be delivered: Keap takes no contact without") == true)
    }
}

@Suite struct LongTagNameTests {
    private let program = String(repeating: "Very Long Name ", count: 18)

    @Test func `two statuses of a program with a name that is too long are two tags`() throws {
        let names = ["Active", "Cancelled"].map { TagTemplate.defaultProgram.name(program: program, status: $0) }
        #expect(Set(names).count == 2)
        for (name, status) in zip(names, ["Active", "Cancelled"]) {
            #expect(name.utf16.count <= 255 && name.hasSuffix(" - \(status)"))
            #expect(TagTemplate.defaultProgram.parts(of: name)?.status == status)
        }
    }

    @Test func `programs and statuses that differ at the end only are told apart`() {
        let template = TagTemplate.defaultProgram
        #expect(
            template.name(program: program + "A", status: "x") != template.name(program: program + "B", status: "x"))
        #expect(
            template.name(program: "P", status: program + "A") != template.name(program: "P", status: program + "B"))
        #expect(
            TagTemplate.defaultStatus.name(status: program + "A")
                != TagTemplate.defaultStatus.name(status: program + "B"))
        let both = template.name(program: program, status: program)
        #expect(both.utf16.count <= 255 && both != template.name(program: program + "A", status: program))
    }
}
