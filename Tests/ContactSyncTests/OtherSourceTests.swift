import Connectors
@testable import ContactSync
import Keap
import Testing

/// A source that the planner knows nothing about: somebody's visits, each with a tag of its own.
private struct Visit: ContactChange, Equatable {
    var number: Int
    var mood: String
    var isRenewed = false
    var policy: FieldPolicy? = .fillEmpty
    var values: [SyncedField: FieldValue] = [
        .firstName: .value("Ana"), .lastName: .value("Ruiz"), .email: .value("ana@example.org"),
        .mobilePhone: .value("720-555-0100"),
    ]
    var nameMatch = NameMatch.whole

    var subject: String { "visit \(number)" }
    var records: [String] { ["visit-\(number)"] }

    static func family(_ number: Int) -> TagFamily { TagFamily(rawValue: "visit \(number)") }
    static let mood = TagFamily(rawValue: "mood")

    func wanted(after mirror: Mirror) -> DesiredContact {
        var wanted = DesiredContact(values: values)
        wanted.nameMatch = nameMatch
        wanted.policy = policy
        let seen = Int(mirror.memories["visits"] ?? "") ?? 0
        var generic = TagRequest(Self.mood, worn: [.named(NamedTag(mood, family: Self.mood, category: "Visits"))])
        generic.isRenewed = isRenewed
        let own = NamedTag(
            "\(mood) (Visit \(number))", family: Self.family(number), category: "Visits", isPersonal: true)
        wanted.tags = [generic, TagRequest(Self.family(number), worn: [.named(own)])]
        // Two are remembered.
        let numbers = [seen, number].filter { $0 > 0 }
        wanted.memory = SourceMemory(source: "visits", text: "\(number)", families: Set(numbers.map(Self.family)))
        return wanted
    }
}

@Suite struct OtherSourceTests {
    private func gym(_ change: (inout SyncSettings) -> Void = { _ in }) throws -> Gym {
        try Gym { settings in
            settings.named.shared = ["Glad", "Sad"].map { NamedTag($0, family: Visit.mood, category: "Visits") }
            settings.named.personalMark = " (Visit "
            change(&settings)
        }
    }

    @discardableResult
    private func deliver(_ visit: Visit, _ gym: Gym, job: UInt64, lane: String = "zp-1") async -> Delivery {
        await gym.deliver(.contact(visit), job: job, lane: lane)
    }

    @Test func `its tags change hands one for one, and each record's own are its own`() async throws {
        let gym = try gym()
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 1)
        let contact = try #require(gym.onlyContact)
        #expect(gym.tagNames(contact) == ["Glad", "Glad (Visit 1)"])
        gym.keap.forgetCalls()
        await deliver(Visit(number: 1, mood: "Sad"), gym, job: 2)
        #expect(gym.tagNames(contact) == ["Sad", "Sad (Visit 1)"])
        await deliver(Visit(number: 2, mood: "Sad"), gym, job: 3)
        #expect(gym.tagNames(contact) == ["Sad", "Sad (Visit 1)", "Sad (Visit 2)"])
        #expect(gym.keap.calls.filter { $0 == "tags named" }.count == 1, "only the shared one had to be looked for")
        gym.keap.forgetCalls()
        await deliver(Visit(number: 2, mood: "Sad"), gym, job: 4)
        #expect(gym.keap.calls == [])
    }

    @Test func `where an earlier connector left tags of records, each is looked for before it is made`() async throws {
        let gym = try gym()
        gym.keap.with { world in
            for (id, name) in [("901", "Sad (Visit 9)"), ("902", "Glad (Visit 1)")] {
                world.tags[TagID(id)] = KeapTag(id: TagID(id), name: name)
            }
        }
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 1)
        let contact = try #require(gym.onlyContact)
        #expect(gym.keap.person(contact)?.tags.contains(TagID("902")) == true)
        #expect(gym.keap.with { $0.tags.values.count { $0.name == "Glad (Visit 1)" } } == 1)
    }

    @Test func `shared tags that are in our category are ours, others of that name are not`() async throws {
        let gym = try gym()
        gym.keap.with { world in
            world.categories[CategoryID("70")] = "Visits"
            world.tags[TagID("71")] = KeapTag(id: TagID("71"), name: "Sad", category: CategoryID("70"))
            world.tags[TagID("72")] = KeapTag(id: TagID("72"), name: "Glad", category: nil)
        }
        gym.keap.put("700") { person in
            (person.given, person.family) = ("ANA", "ruiz")
            person.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
            person.tags = [TagID("71")]
        }
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 1)
        #expect(gym.tagNames(ContactID("700")) == ["Glad", "Glad (Visit 1)"])
    }

    @Test func `names are compared as a whole, since where they were split is not known`() async throws {
        let gym = try gym()
        gym.keap.put("700") { person in
            (person.given, person.family) = ("Ana", "Ruiz Lopez")
            person.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
        }
        var visit = Visit(number: 1, mood: "Glad")
        visit.values[.firstName] = .value("ana ruiz")
        visit.values[.lastName] = .value("Lopez")
        await deliver(visit, gym, job: 1)
        #expect(gym.onlyContact == ContactID("700"))
    }

    @Test func `an address alone is enough only if the gym says so`() async throws {
        for match in [NameMatch.whole, .anyName] {
            let gym = try gym()
            gym.keap.put("700") { person in
                (person.given, person.family) = ("Bo", "Ng")
                person.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
            }
            var visit = Visit(number: 1, mood: "Glad")
            visit.nameMatch = match
            await deliver(visit, gym, job: 1)
            #expect((gym.onlyContact == ContactID("700")) == (match == .anyName))
        }
    }

    @Test func `it fills gaps, overwrites or keeps away, as it asks, and never writes where Zen Planner does`()
        async throws
    {
        for (policy, phone) in [(FieldPolicy.fillEmpty, "303-555-0100"), (.overwrite, "720-555-0100")] {
            let gym = try gym()
            gym.keap.put("700") { person in
                (person.given, person.family) = ("Ana", "Ruiz")
                person.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
                person.phones = [PhoneSlot(field: "PHONE1", number: "303-555-0100", type: "Mobile")]
            }
            await deliver(Visit(number: 1, mood: "Glad", policy: policy), gym, job: 1)
            #expect(gym.keap.person(ContactID("700"))?.phones.first?.number == phone)
            // What was considered once is not looked at again.
            gym.keap.forgetCalls()
            await deliver(Visit(number: 1, mood: "Glad", policy: policy), gym, job: 2)
            #expect(gym.keap.calls == [])
            // And it is no knowledge of what Keap has: Zen Planner's same value must still arrive.
            await gym.deliver(
                .ana { $0.values[.mobilePhone] = .value("720-555-0100") }, job: 3)
            #expect(gym.keap.person(ContactID("700"))?.phones.first?.number == "720-555-0100")
            await deliver(
                Visit(number: 2, mood: "Sad", policy: .overwrite).with(.mobilePhone, "1"), gym, job: 4)
            #expect(gym.keap.person(ContactID("700"))?.phones.first?.number == "720-555-0100")
        }
    }

    @Test func `a person whose id is another's lets go of the contact that a visit met`() async throws {
        let gym = try gym()
        await gym.deliver(.ana(), job: 1)
        let first = try #require(gym.onlyContact)
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 2, lane: "new lane")
        #expect(gym.onlyContact == first)
        let other = PersonSnapshot.ana { $0.sourceID = "zp-2" }
        #expect(await gym.deliver(.person(other), job: 3, lane: "new lane").isDone)
        #expect(gym.custom("Zen Planner ID", of: first) == "zp-1")
        #expect(gym.keap.with { $0.people.count } == 2)
        #expect(try gym.mirror("new lane").contact != first)
        #expect(try gym.mirror("new lane").memories["visits"] == "1", "what was remembered stays with the lane")
    }

    @Test func `what is no longer remembered is left as it is, and forgotten`() async throws {
        let gym = try gym()
        for number in 1...4 { await deliver(Visit(number: number, mood: "Glad"), gym, job: UInt64(number)) }
        let contact = try #require(gym.onlyContact)
        #expect(gym.tagNames(contact).count == 5)
        let mirror = try gym.mirror("zp-1")
        #expect(Set(mirror.personal.keys) == ["glad (visit 3)", "glad (visit 4)"])
        #expect(mirror.tags.count == 3)
    }

    @Test func `a contact that is gone is made again with what the change says, and the memory stays`() async throws {
        let gym = try gym()
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 1)
        let gone = try #require(gym.onlyContact)
        gym.keap.with { $0.people[gone] = nil }
        #expect(await deliver(Visit(number: 2, mood: "Sad"), gym, job: 2).isDone)
        let contact = try #require(gym.onlyContact)
        #expect(gym.tagNames(contact) == ["Sad", "Sad (Visit 2)"])
        #expect(try gym.mirror("zp-1").memories["visits"] == "2")
    }

    @Test func `a tag of a record that was deleted in Keap is made again`() async throws {
        let gym = try gym()
        await deliver(Visit(number: 1, mood: "Glad"), gym, job: 1)
        await deliver(Visit(number: 1, mood: "Sad"), gym, job: 2)
        gym.keap.with { world in
            for (id, tag) in world.tags where tag.name == "Glad (Visit 1)" { world.tags[id] = nil }
        }
        #expect(await deliver(Visit(number: 1, mood: "Glad"), gym, job: 3).isDone)
        #expect(gym.tagNames(try #require(gym.onlyContact)) == ["Glad", "Glad (Visit 1)"])
    }

    // MARK: Interrupted

    private static let faults: [FakeKeap.Fault] = [
        .unavailable, .doneUnclear, .notDoneUnclear, .refused, .diesAfter, .diesBefore,
    ]

    private func live(_ gym: Gym) async throws {
        let visits = [
            Visit(number: 1, mood: "Glad"), Visit(number: 1, mood: "Sad"),
            Visit(number: 2, mood: "Sad", isRenewed: true),
        ]
        for (index, visit) in visits.enumerated() {
            var delivery = try await gym.run(.contact(visit), job: UInt64(index + 1), lane: "a")
            if delivery?.isDead == true {
                delivery = try await gym.run(.contact(visit), job: UInt64(index + 1), lane: "a")
            }
            #expect(delivery?.isDone == true, "\(visit): \(String(describing: delivery))")
        }
    }

    @Test(arguments: faults)
    func `failing at any call makes no tag twice and ends with the same tags`(fault: FakeKeap.Fault) async throws {
        let plain = try gym()
        try await live(plain)
        let calls = plain.keap.calls
        for index in calls.indices {
            let gym = try gym()
            gym.keap.with { world in
                // Whatever Keap does about names: we make none twice.
                world.allowsTwinTags = true
                world.faults = [index: fault]
            }
            try await live(gym)
            let where_ = "\(fault) at call \(index): \(calls[index])"
            let contact = try #require(gym.onlyContact, "\(where_)")
            #expect(gym.tagNames(contact) == ["Sad", "Sad (Visit 1)", "Sad (Visit 2)"], "\(where_)")
            let names = gym.keap.with { $0.tags.values.map(\.name) }
            #expect(names.count == Set(names).count, "\(where_): \(names.sorted())")
            expectRenewedOnce(gym, fault, where_)
        }
    }

    /// "Sad" went on, off and on again. Only our own death may make it come off once more: what Keap did meanwhile is then
    /// not known.
    private func expectRenewedOnce(_ gym: Gym, _ fault: FakeKeap.Fault, _ where_: String) {
        let world = gym.keap.with { $0 }
        let story = world.events.compactMap { event -> String? in
            switch event {
            case .added(let tag, _): world.tags[tag]?.name == "Sad" ? "on" : nil
            case .removed(let tag, _): world.tags[tag]?.name == "Sad" ? "off" : nil
            }
        }
        let again = ["on", "off", "on", "off", "on"]
        #expect(story == ["on", "off", "on"] || (fault == .diesAfter && story == again), "\(where_)")
    }

    @Test func `what a version without other sources wrote is read, and written on`() throws {
        let old = #"""
            {"version": 1, "contact": "7", "zenPlannerID": "zp-1", "fields": {"firstName": "Ana"},
             "tags": {"12": "status", "13": "program"}, "phoneSlot": "PHONE1"}
            """#
        let mirror = try Mirror(bytes: Array(old.utf8))
        #expect(mirror.contact == ContactID("7") && mirror.sourceID == "zp-1")
        #expect(mirror.fields == [.firstName: "Ana"])
        #expect(mirror.tags == [TagID("12"): .status, TagID("13"): .program])
        #expect(mirror.memories.isEmpty && mirror.personal.isEmpty && mirror.ownerID == nil)
        #expect(try Mirror(bytes: mirror.bytes) == mirror)
        let directory = try TagDirectory(
            bytes: Array(
                #"{"version": 1, "programs": [], "tags": [], "retired": [], "category": {"id": "5", "name": "Zen Planner"}, "customFields": {}, "creating": [], "nextProgram": 1}"#
                    .utf8))
        #expect(directory.category("Zen Planner")?.id == CategoryID("5"))
        #expect(try TagDirectory(bytes: directory.bytes) == directory)
    }

    @Test func `two lanes' memories are united by their source, and everything else about records is kept`() throws {
        var a = Mirror()
        a.contact = ContactID("7")
        a.memories = ["visits": "1", "only a": "x"]
        a.personal = ["one": PersonalTag(tag: TagID("1"), family: Visit.family(1))]
        var b = Mirror()
        b.memories = ["visits": "2"]
        b.personal = [
            "one": PersonalTag(tag: nil, family: Visit.family(1)),
            "two": PersonalTag(tag: TagID("2"), family: Visit.family(2)),
        ]
        b.considered = [.mobilePhone: "1"]
        for (first, second) in [(a, b), (b, a)] {
            let merged = Mirror.merge(first, second, uniting: ["visits": { [$0, $1].sorted().joined(separator: "+") }])
            #expect(merged.memories == ["visits": "1+2", "only a": "x"])
            #expect(merged.personal["one"]?.tag == TagID("1") && merged.personal["two"]?.tag == TagID("2"))
            #expect(merged.considered == [.mobilePhone: "1"])
        }
    }
}

extension Visit {
    func with(_ field: SyncedField, _ text: String) -> Visit {
        var visit = self
        visit.values[field] = .value(text)
        return visit
    }
}
