import Connectors
@testable import ContactSync
import Keap
import Testing

/// Values for fields that the settings name: owner, lead source, company, texts, custom fields.
@Suite struct WishTests {
    private static let olive = KeapUser(
        id: UserID("3"), givenName: "Olive", familyName: "Owner", emails: ["olive@example.com"])

    /// A gym whose own fields are known, with a custom field `Goal` of choices.
    private func gym(_ change: (inout SyncSettings) -> Void = { _ in }) async throws -> Gym {
        let gym = try Gym { settings in
            settings.wishes.leadSourceCategory = "OnceHub"
            settings.wishes.labels = ["Goal", "Visits"]
            change(&settings)
        }
        gym.keap.with { world in
            world.users = [WishTests.olive]
            let options = ["Strength", "Cardio"].map { FieldOption(id: $0, label: $0) }
            for (label, type, options) in [("Goal", "RADIO", options), ("Visits", "WHOLE_NUMBER", [])] {
                let id = CustomFieldID(world.newID())
                world.fields[id] = CustomFieldModel(
                    id: id, label: label, fieldName: label, fieldType: type, options: options)
            }
        }
        try await gym.connectForTests()
        gym.keap.forgetCalls()
        return gym
    }

    private func everything(_ rule: FieldRequest.Rule) -> [FieldRequest] {
        [
            FieldRequest(.owner, .text("olive@example.com"), rule),
            FieldRequest(.leadSource, .text("Front desk > Intro"), rule), FieldRequest(.company, .text("Acme"), rule),
            FieldRequest(.property(.jobTitle), .text("Coach"), rule),
            FieldRequest(.custom("goal"), .text("cardio"), rule),
            FieldRequest(.custom("Visits"), .number("3"), rule),
            FieldRequest(.phone(.phone2), .text("303 555 01"), rule),
        ]
    }

    private func person(_ gym: Gym) throws -> FakeKeap.Person {
        try #require(gym.onlyContact.flatMap { id in gym.keap.with { $0.people[id] } })
    }

    private func expectEverything(_ gym: Gym) throws {
        let person = try person(gym)
        let records = gym.keap.with { $0.records }
        #expect(person.texts[.owner] == "3")
        #expect(person.texts[.leadSource] == records[.leadSource]?.first?.id.text)
        #expect(person.company == records[.company]?.first?.id)
        #expect(person.texts[.jobTitle] == "Coach")
        #expect(Set(person.custom.values) == [.string("Cardio"), .number("3")])
        #expect(person.phones.map(\.field) == ["PHONE2"])
    }

    @Test func `a new contact gets all of it in the one call that makes it`() async throws {
        let gym = try await gym()
        #expect(await gym.deliver { $0.wishes = everything(.fillEmpty) }.notes == [])
        try expectEverything(gym)
        #expect(
            gym.keap.calls
                == [
                    "search", "model", "users", "leadSources named", "leadSourceCategorys named",
                    "create leadSourceCategory", "create leadSource", "companys named", "create company",
                    "create EmailAndName",
                ].sortedAsMade)
        gym.keap.forgetCalls()
        #expect(await gym.deliver(job: 2) { $0.wishes = everything(.fillEmpty) }.notes == [])
        #expect(gym.keap.calls == [])
        try gym.restart()
        #expect(await gym.deliver(job: 3) { $0.wishes = everything(.override) }.notes == [])
        #expect(gym.keap.calls == [])
    }

    @Test func `the next new contact costs no more than one without wishes`() async throws {
        let gym = try await gym()
        await gym.deliver { $0.wishes = everything(.fillEmpty) }
        gym.keap.forgetCalls()
        let other = SourceForTests { wanted in
            wanted.values[.email] = .value("dan@example.net")
            wanted.wishes = everything(.fillEmpty)
        }
        await gym.deliver(other, job: 2, lane: "dan")
        #expect(gym.keap.calls == ["search", "create EmailAndName"])
    }

    @Test func `a known contact is met, filled where it is empty, and otherwise left`() async throws {
        let gym = try await gym()
        gym.keap.put("50") { person in
            (person.given, person.family) = ("Cara", "Cole")
            person.emails = [EmailSlot(field: "EMAIL1", email: "cara@example.net")]
            person.texts = [.owner: "1", .jobTitle: "Boss"]
        }
        #expect(await gym.deliver { $0.wishes = everything(.fillEmpty) }.notes == [])
        let person = try person(gym)
        #expect(person.texts[.owner] == "1")
        #expect(person.texts[.jobTitle] == "Boss")
        #expect(person.texts[.leadSource] != nil)
        #expect(Set(person.custom.values) == [.string("Cardio"), .number("3")])
        #expect(gym.keap.calls.filter { $0.hasPrefix("read") || $0.hasPrefix("update") } == ["update 50"])
        gym.keap.forgetCalls()
        await gym.deliver(job: 2) { $0.wishes = everything(.fillEmpty) }
        #expect(gym.keap.calls == [])
    }

    @Test func `what overrides, overrides, with other custom fields kept`() async throws {
        let gym = try await gym()
        gym.keap.put("50") { person in
            (person.given, person.family) = ("Cara", "Cole")
            person.emails = [EmailSlot(field: "EMAIL1", email: "cara@example.net")]
            person.texts = [.jobTitle: "Boss"]
        }
        let foreign = CustomFieldID("900")
        gym.keap.with { world in
            world.fields[foreign] = CustomFieldModel(
                id: foreign, label: "Foreign", fieldName: "F", fieldType: "TEXT")
            world.people[ContactID("50")]?.custom[foreign] = .string("stays")
        }
        await gym.deliver { $0.wishes = everything(.override) }
        let person = try person(gym)
        #expect(person.texts[.jobTitle] == "Coach")
        #expect(person.custom[foreign] == .string("stays"))
        gym.keap.forgetCalls()
        await gym.deliver(job: 2) { wanted in
            wanted.wishes = [FieldRequest(.custom("Goal"), .text("Strength"), .override)]
        }
        #expect(gym.keap.calls == ["read 50", "update 50"])
    }

    @Test func `what is only for new contacts leaves a known one alone`() async throws {
        let gym = try await gym()
        gym.keap.put("50") { person in
            (person.given, person.family) = ("Cara", "Cole")
            person.emails = [EmailSlot(field: "EMAIL1", email: "cara@example.net")]
        }
        #expect(await gym.deliver { $0.wishes = everything(.onlyNew) }.notes == [])
        #expect(try person(gym).texts == [:])
        #expect(gym.keap.calls == ["search"])
    }

    @Test func `a value that does not fit is told, and the rest is delivered`() async throws {
        let gym = try await gym()
        let notes = await gym.deliver { wanted in
            wanted.wishes = [
                FieldRequest(.custom("Goal"), .text("Boxing"), .override),
                FieldRequest(.custom("Vists"), .text("3"), .override),
                FieldRequest(.owner, .text("nobody@example.com"), .override),
                FieldRequest(.property(.jobTitle), .text("Coach"), .override),
                FieldRequest(.property(.website), .text(""), .override),
            ]
        }.notes
        #expect(
            notes == [
                #""Boxing" was not sent to "Goal", which holds one of its options: "Strength", "Cardio" would fit."#,
                #""3" was not sent to "Vists": Keap has no custom field of that label; the nearest is "Visits"."#,
                #""nobody@example.com" was not sent to "owner", which holds a user of this Keap account: the e-mail address, the name or the id of one would fit."#,
            ])
        #expect(try person(gym).texts == [.jobTitle: "Coach"])
        #expect(try person(gym).custom.isEmpty)
    }

    @Test func `a choice that was added in Keap since is found, one that never was is looked for once`() async throws {
        let gym = try await gym()
        await gym.deliver { $0.wishes = [FieldRequest(.custom("Goal"), .text("Cardio"), .override)] }
        gym.keap.forgetCalls()
        let boxing = [FieldRequest(.custom("Goal"), .text("Boxing"), .override)]
        #expect(await gym.deliver(job: 2) { $0.wishes = boxing }.notes?.count == 1)
        #expect(await gym.deliver(job: 3) { $0.wishes = boxing }.notes?.count == 1)
        #expect(gym.keap.calls == ["model"])
        gym.keap.with { world in
            let goal = world.fields.values.first { $0.label == "Goal" }!
            world.fields[goal.id]?.options.append(FieldOption(id: "9", label: "Dance"))
        }
        let dance = [FieldRequest(.custom("Goal"), .text("dance"), .override)]
        #expect(await gym.deliver(job: 4) { $0.wishes = dance }.notes == [])
        #expect(try Array(person(gym).custom.values) == [.string("Dance")])
    }

    @Test func `a custom field is made where the settings give it a type`() async throws {
        let gym = try await gym { settings in
            settings.wishes.labels = ["Shoe size"]
            settings.wishes.makes = ["shoe size": .wholeNumber]
        }
        #expect(
            await gym.deliver { $0.wishes = [FieldRequest(.custom("Shoe size"), .text("44"), .override)] }.notes == [])
        #expect(try Array(person(gym).custom.values) == [.number("44")])
        #expect(gym.keap.calls.contains("create field"))
    }

    @Test func `what Keap refuses to make is told, once asked for, and the rest is delivered`() async throws {
        let gym = try await gym { settings in
            settings.wishes.labels = ["Shoe size"]
            settings.wishes.makes = ["shoe size": .wholeNumber]
        }
        // The model, then the field; the lead source's category is there, so that only the source itself is refused.
        gym.keap.with { world in
            world.records[.leadSourceCategory] = [KeapRecord(id: RecordID("7"), name: "OnceHub")]
            world.faults = [2: .refused, 5: .refused]
        }
        let wishes = [
            FieldRequest(.custom("Shoe size"), .text("44"), .override),
            FieldRequest(.leadSource, .text("Desk"), .override),
            FieldRequest(.property(.jobTitle), .text("Coach"), .override),
        ]
        let expected = [
            #""44" was not sent to "Shoe size": Keap refused to make the field: no."#,
            #""Desk" was not sent to "lead source": Keap refused to make it: no."#,
        ]
        #expect(await gym.deliver { $0.wishes = wishes }.notes == expected)
        #expect(
            gym.keap.calls == [
                "search", "model", "create field", "leadSourceCategorys named", "leadSources named",
                "create leadSource", "leadSources named", "create EmailAndName",
            ])
        #expect(try person(gym).texts == [.jobTitle: "Coach"])
        gym.keap.forgetCalls()
        #expect(await gym.deliver(job: 2) { $0.wishes = wishes }.notes == expected)
        #expect(gym.keap.calls == [])
    }

    @Test func `a key that may not see users delivers all but the owner`() async throws {
        let gym = try await gym()
        gym.keap.with { $0.faults = [1: .refused] }
        let notes = await gym.deliver { wanted in
            wanted.wishes = [
                FieldRequest(.owner, .text("olive@example.com"), .onlyNew),
                FieldRequest(.property(.jobTitle), .text("Coach"), .override),
            ]
        }.notes
        #expect(notes?.count == 1)
        #expect(try person(gym).texts == [.jobTitle: "Coach"])
    }

    @Test func `what Keap refuses in spite of all is left out, told, and not sent again`() async throws {
        let gym = try await gym()
        await gym.deliver { _ in }
        gym.keap.forgetCalls()
        await gym.deliver(job: 2) { $0.wishes = [FieldRequest(.custom("Goal"), .text("Cardio"), .override)] }
        gym.keap.with { world in world.refusedContents = [.string("Strength")] }
        gym.keap.forgetCalls()
        let wishes = [FieldRequest(.custom("Goal"), .text("Strength"), .override)]
        let notes = await gym.deliver(job: 3) { wanted in
            wanted.wishes = wishes
            wanted.values[.firstName] = .value("Carla")
        }.notes
        #expect(notes == ["Keap refused the mapped fields, which were left out: no such content"])
        #expect(try person(gym).given == "Carla")
        gym.keap.forgetCalls()
        await gym.deliver(job: 4) { wanted in
            wanted.wishes = wishes
            wanted.values[.firstName] = .value("Carla")
        }
        #expect(gym.keap.calls == [])
    }

    @Test(arguments: [
        KeapFailure.refused(status: 403, message: "may not write"), .refused(status: 400, message: "bad name"),
    ])
    func `what Keap refuses for another reason is written once that is mended`(refusal: KeapFailure) async throws {
        for isKnown in [true, false] {
            let gym = try await gym()
            if isKnown { await gym.deliver { _ in } }
            gym.keap.with { $0.refusal = refusal }
            let change = SourceForTests { wanted in
                wanted.wishes = everything(.fillEmpty)
                wanted.values[.lastName] = .value("Changed")
                wanted.policy = .overwrite
            }
            #expect(await gym.deliver(change, job: 2).isDead)
            gym.keap.with { $0.refusal = nil }
            #expect(await gym.deliver(change, job: 2).notes == [])
            try expectEverything(gym)
            #expect(try person(gym).family == "Changed")
        }
    }

    @Test func `a key without the right to write is not taken for a wish that does not fit`() async throws {
        let gym = try await gym()
        await gym.deliver { _ in }
        let wishes = [FieldRequest(.property(.jobTitle), .text("Coach"), .fillEmpty)]
        gym.keap.with { $0.refusal = .refused(status: 403, message: "may not write") }
        #expect(await gym.deliver(job: 2) { $0.wishes = wishes }.isDead)
        gym.keap.with { $0.refusal = nil }
        #expect(await gym.deliver(job: 2) { $0.wishes = wishes }.notes == [])
        #expect(try person(gym).texts == [.jobTitle: "Coach"])
    }

    @Test func `what fits only by the time of the answer was not sent, and is not taken for sent`() async throws {
        let gym = try await gym()
        await gym.deliver { _ in }
        let wishes = [
            FieldRequest(.custom("Goal"), .text("Dance"), .override),
            FieldRequest(.property(.jobTitle), .text("Coach"), .override),
        ]
        gym.keap.onCall { [gym] name in
            guard name.hasPrefix("update") else { return }
            // Somebody adds the choice in Keap, and another lane reads the fields again.
            let models = gym.keap.with { world in
                let goal = world.fields.values.first { $0.label == "Goal" }!
                let dance = FieldOption(id: "9", label: "Dance")
                if goal.options.count == 2 { world.fields[goal.id]?.options.append(dance) }
                return Array(world.fields.values)
            }
            gym.keeper.edit { $0.references.note(fields: models, for: ["Goal"], making: []) }
        }
        #expect(await gym.deliver(job: 2) { $0.wishes = wishes }.isDone)
        #expect(await gym.deliver(job: 3) { $0.wishes = wishes }.notes == [])
        #expect(try Array(person(gym).custom.values) == [.string("Dance")])
    }

    @Test func `what was not sent is not settled with what was refused`() async throws {
        let gym = try await gym()
        await gym.deliver { _ in }
        gym.keap.with { $0.refusedContents = [.number("7")] }
        let wishes = [
            FieldRequest(.custom("Goal"), .text("Dance"), .override),
            FieldRequest(.custom("Visits"), .number("7"), .override),
        ]
        #expect(await gym.deliver(job: 2) { $0.wishes = wishes }.isDone)
        #expect(try person(gym).custom.isEmpty)
        gym.keap.with { world in
            let goal = world.fields.values.first { $0.label == "Goal" }!
            world.fields[goal.id]?.options.append(FieldOption(id: "9", label: "Dance"))
        }
        try gym.restart()
        #expect(await gym.deliver(job: 3) { $0.wishes = wishes }.notes == [])
        #expect(try Array(person(gym).custom.values) == [.string("Dance")])
    }

    @Test func `a name that is too long for a record is told, and Keap is not asked for it`() async throws {
        let gym = try await gym()
        let long = String(repeating: "x", count: 256)
        let notes = await gym.deliver { wanted in
            wanted.wishes = [.company, .leadSource].map { FieldRequest($0, .text(long), .fillEmpty) }
        }.notes
        #expect(gym.keap.calls == ["search", "create EmailAndName"])
        #expect(notes?.count == 2)
        #expect(notes?.allSatisfy { $0.hasSuffix("at most 255 characters would fit.") } == true, "\(notes ?? [])")
    }

    @Test func `no person is looked for by an address that no contact can have`() async throws {
        let gym = try await gym()
        let delivery = await gym.deliver { wanted in
            wanted.values[.email] = .value(String(repeating: "x", count: 101) + "@example.net")
            wanted.values[.mobilePhone] = .value("303-555-0100")
        }
        #expect(delivery.isDone)
        #expect(!gym.keap.calls.contains("search"))
    }

    @Test func `the directory keeps nothing of what could not be made`() async throws {
        let gym = try await gym()
        gym.keap.with { $0.faults = [2: .refused] }
        await gym.deliver { $0.wishes = [FieldRequest(.company, .text("Acme"), .fillEmpty)] }
        #expect(gym.keap.calls[2] == "create company")
        #expect(!String(decoding: gym.keeper.directory.bytes, as: UTF8.self).contains("Acme"))
    }

    @Test(.timeLimit(.minutes(30)))
    func `a lead source may be called like its category with a word before it`() async throws {
        let gym = try await gym()
        let delivery = await gym.deliver { wanted in
            wanted.wishes = [FieldRequest(.leadSource, .text("Category OnceHub"), .override)]
        }
        #expect(delivery.notes == [])
    }

    @Test func `a field that was deleted and made anew in Keap is found again`() async throws {
        let gym = try await gym()
        await gym.deliver { $0.wishes = [FieldRequest(.custom("Visits"), .number("1"), .override)] }
        gym.keap.with { world in
            let old = world.fields.values.first { $0.label == "Visits" }!
            world.fields[old.id] = nil
            for id in world.people.keys { world.people[id]?.custom[old.id] = nil }
            let new = CustomFieldID(world.newID())
            world.fields[new] = CustomFieldModel(id: new, label: "Visits", fieldName: "V2", fieldType: "WHOLE_NUMBER")
        }
        #expect(
            await gym.deliver(job: 2) { $0.wishes = [FieldRequest(.custom("Visits"), .number("2"), .override)] }.notes
                == [])
        #expect(try Array(person(gym).custom.values) == [.number("2")])
    }

    @Test(arguments: [FakeKeap.Fault.unavailable, .doneUnclear, .notDoneUnclear, .diesAfter, .diesBefore])
    func `failing at any call makes nothing twice`(fault: FakeKeap.Fault) async throws {
        let change = Change.contact(SourceForTests { $0.wishes = everything(.override) })
        let plain = try await gym()
        _ = try await plain.run(change, job: 1, lane: "cara")
        for index in plain.keap.calls.indices {
            let gym = try await gym()
            gym.keap.with { $0.faults = [index: fault] }
            var delivery = try await gym.run(change, job: 1, lane: "cara")
            if delivery?.isDead == true { delivery = try await gym.run(change, job: 1, lane: "cara") }
            #expect(delivery?.isDone == true, "\(fault) at \(plain.keap.calls[index]): \(String(describing: delivery))")
            try expectEverything(gym)
            let records = gym.keap.with { $0.records }
            #expect(records.values.allSatisfy { $0.count == 1 }, "\(fault) at \(plain.keap.calls[index])")
            gym.keap.forgetCalls()
            _ = try await gym.run(change, job: 2, lane: "cara")
            #expect(gym.keap.calls == [], "\(fault) at \(plain.keap.calls[index])")
        }
    }
}

extension [String] {
    /// The order in which Keap is asked is told by the needs; that of making follows it.
    fileprivate var sortedAsMade: [String] {
        let order = [
            "search", "model", "users", "leadSourceCategorys named", "create leadSourceCategory", "leadSources named",
            "create leadSource", "companys named", "create company", "create EmailAndName",
        ]
        return order.filter(contains)
    }
}
