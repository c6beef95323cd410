import Connectors
@testable import ContactSync
import Keap
import Testing

@Suite struct UpdateTests {
    private func gymWithAna(_ change: (inout SyncSettings) -> Void = { _ in }) async throws -> (Gym, ContactID) {
        let gym = try Gym(change)
        await gym.deliver(.ana())
        gym.keap.forgetCalls()
        return (gym, try #require(gym.onlyContact))
    }

    @Test func `a changed status takes the old tag off before the new one goes on`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        #expect(gym.keap.calls == ["tags named", "create tag", "remove \(id)", "apply \(id)"])
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
    }

    @Test func `scalars need one update, a list is read first and keeps what is foreign`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.values[.firstName] = .value("Anita") }, job: 2)
        #expect(gym.keap.calls == ["update \(id)"])

        gym.keap.with { world in
            world.people[id]!.phones.append(PhoneSlot(field: "PHONE2", number: "1", type: "Work", extension: "9"))
            world.people[id]!.custom[CustomFieldID("999")] = .array([.string("a"), .number("1.50")])
            world.fields[CustomFieldID("999")] = CustomFieldModel(
                id: CustomFieldID("999"), label: "Foreign", fieldName: "_foreign", fieldType: "LIST_BOX")
        }
        gym.keap.forgetCalls()
        await gym.deliver(
            .ana { person in
                person.values[.firstName] = .value("Anita")
                person.values[.mobilePhone] = .value("555")
                person.values[.prospectSource] = .empty
                person.values[.lastName] = .value("Ortega")
            }, job: 3)
        #expect(gym.keap.calls == ["read \(id)", "update \(id)"])
        let person = try #require(gym.keap.person(id))
        #expect(
            person.phones == [
                PhoneSlot(field: "PHONE1", number: "555", type: "Mobile"),
                PhoneSlot(field: "PHONE2", number: "1", type: "Work", extension: "9"),
            ])
        #expect(person.custom[CustomFieldID("999")] == .array([.string("a"), .number("1.50")]))
        #expect(gym.custom("Prospect Source", of: id) == nil)
        #expect(gym.custom("Zen Planner ID", of: id) == "zp-1")
        #expect(person.family == "Ortega")
    }

    @Test func `an empty value clears, an absent one leaves alone`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(
            PersonSnapshot(
                sourceID: "zp-1",
                values: [
                    .email: .empty, .birthDate: .empty, .address1: .empty, .city: .empty, .state: .empty,
                    .zip: .empty, .country: .empty,
                ]), job: 2)
        let person = try #require(gym.keap.person(id))
        #expect(person.emails == [] && person.birthDate == "" && person.addresses == [])
        #expect(person.given == "Ana" && person.phones.count == 1)
        #expect(gym.tagNames(id).count == 2)

        // Nobody is in no program any more, and has no status.
        await gym.deliver(PersonSnapshot(sourceID: "zp-1", status: .empty, programs: []), job: 3)
        #expect(gym.tagNames(id) == [])
    }

    @Test func `policies decide what is written`() async throws {
        let (gym, id) = try await gymWithAna { settings in
            settings.policies = [
                .firstName: .ignore, .lastName: .keepWhenEmpty, .prospectSource: .fillEmpty, .address: .fillEmpty,
            ]
        }
        #expect(gym.keap.person(id)?.given == "")
        await gym.deliver(
            .ana { person in
                person.values[.lastName] = .empty
                person.values[.prospectSource] = .value("Billboard")
                person.values[.city] = .empty
            }, job: 2)
        #expect(gym.keap.person(id)?.family == "Ruiz")
        #expect(gym.custom("Prospect Source", of: id) == "Facebook")
        #expect(gym.keap.person(id)?.addresses.first?.locality == "Denver")
        // Looked at once; the same value again costs nothing.
        #expect(gym.keap.calls == ["read \(id)"])
        gym.keap.forgetCalls()
        await gym.deliver(
            .ana { person in
                person.values[.lastName] = .empty
                person.values[.prospectSource] = .value("Billboard")
                person.values[.city] = .empty
            }, job: 3)
        #expect(gym.keap.calls == [])
        // Emptied by hand in Keap: the next new value fills it.
        gym.keap.with { world in world.people[id]!.custom = [:] }
        await gym.deliver(.ana { $0.values[.prospectSource] = .value("Radio") }, job: 4)
        #expect(gym.custom("Prospect Source", of: id) == "Radio")
    }

    @Test(arguments: [FieldPolicy.keepWhenEmpty, .fillEmpty])
    func `the parts of an address stand or fall together`(policy: FieldPolicy) async throws {
        let gym = try Gym { $0.policies = [.address: policy] }
        let old = PersonSnapshot.ana { $0.values[.address2] = .value("Flat 2") }
        await gym.deliver(old)
        let id = try #require(gym.onlyContact)
        let parts: [SyncedField] = [.address1, .address2, .city, .state, .zip, .country]

        await gym.deliver(old.with(parts.map { ($0, "") }), job: 2)
        #expect(gym.keap.person(id)?.addresses.first?.line2 == "Flat 2")

        await gym.deliver(old.with([(.address1, "9 New Rd"), (.address2, "")]), job: 3)
        let entry = try #require(gym.keap.person(id)?.addresses.first)
        #expect(entry.line1 == (policy == .fillEmpty ? "1 Main St" : "9 New Rd"))
        #expect(entry.line2 == (policy == .fillEmpty ? "Flat 2" : nil))

        // Once somebody has emptied it in Keap, a new one fills it.
        gym.keap.with { $0.people[id]!.addresses = [] }
        await gym.deliver(old.with([(.address1, "10 New Rd"), (.address2, "")]), job: 4)
        #expect(gym.keap.person(id)?.addresses.first?.line1 == "10 New Rd")
    }

    @Test func `texts that are too long are cut where that helps, and left out where it would lie`() async throws {
        let (gym, id) = try await gymWithAna()
        let delivery = await gym.deliver(
            .ana { person in
                person.values[.firstName] = .value(String(repeating: "é", count: 50))
                person.values[.email] = .value(String(repeating: "x", count: 80) + "@example.org")
                person.values[.zip] = .value(String(repeating: "9", count: 16))
                person.values[.address1] = .value(String(repeating: "s", count: 80))
                person.values[.mobilePhone] = .value(String(repeating: "1", count: 41))
            }, job: 2)
        let person = try #require(gym.keap.person(id))
        #expect(person.given == String(repeating: "é", count: 40))
        #expect(person.emails.map(\.email) == ["ana@example.org"])
        #expect(person.phones.map(\.number) == ["303-555-0100"])
        #expect(person.addresses.first?.line1?.count == 75 && person.addresses.first?.postalCode == "80203")
        #expect(delivery.notes?.count == 5)
    }

    @Test func `of several memberships of one program the strongest counts, unknown words all stay`() async throws {
        let (gym, id) = try await gymWithAna()
        let all = ["COMPLETED", "HOLD", "Frozen", "NOT STARTED", "Trial"].map {
            ProgramMembership(id: "p1", name: "Kids", status: $0)
        }
        await gym.deliver(.ana { $0.programs = all }, job: 2)
        let expected = [
            "ZP Program: Kids - Frozen", "ZP Program: Kids - HOLD", "ZP Program: Kids - Trial", "ZP Status: Student",
        ]
        #expect(gym.tagNames(id) == expected)
        gym.keap.forgetCalls()
        await gym.deliver(.ana { $0.programs = all.reversed() }, job: 3)
        #expect(gym.keap.calls == [])
    }

    @Test func `a membership that names no program, or no status, is skipped and noted`() async throws {
        let (gym, id) = try await gymWithAna()
        let delivery = await gym.deliver(
            .ana {
                $0.programs = [
                    ProgramMembership(id: nil, name: " ", status: "CURRENT"),
                    ProgramMembership(id: nil, name: "Adults", status: ""),
                    ProgramMembership(id: "p1", name: "", status: "CURRENT"),
                ]
            }, job: 2)
        #expect(
            delivery.notes == [
                "A program without a name was skipped.",
                "The program \"Adults\" came without a status, so it has no tag.",
            ])
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
    }

    @Test func `a region without its country gets the default one, and moves with the country`() async throws {
        let (gym, id) = try await gymWithAna()
        // Leaves the state: a US state cannot stay in Germany.
        let delivery = await gym.deliver(
            .ana { person in
                person.values[.country] = .value("Germany")
                person.values[.state] = .value("Bavaria")
            }, job: 2)
        #expect(gym.keap.person(id)?.addresses.first?.countryCode == "DEU")
        #expect(gym.keap.person(id)?.addresses.first?.regionCode == nil)
        #expect(delivery.notes == ["The region \"Bavaria\" is not one that Keap knows in Germany and was not sent."])

        gym.keap.forgetCalls()
        #expect(
            await gym.deliver(
                .ana { person in
                    person.values[.country] = .value("Germany")
                    person.values[.state] = .value("Bavaria")
                }, job: 3
            ).isDone)
        #expect(gym.keap.calls == [])

        await gym.deliver(
            .ana { person in
                person.values[.country] = .empty
                person.values[.state] = .value("tx")
            }, job: 4)
        #expect(gym.keap.person(id)?.addresses.first?.countryCode == "USA")
        #expect(gym.keap.person(id)?.addresses.first?.regionCode == "US-TX")
    }

    @Test func `an address that Keap has under long names is known by its codes, and a foreign one is left`()
        async throws
    {
        let (gym, id) = try await gymWithAna()
        var shipping = AddressSlot(field: "SHIPPING")
        shipping.region = "Somewhere"
        shipping.country = "Elsewhere"
        let foreign = shipping
        gym.keap.with { world in
            var billing = AddressSlot(field: "BILLING")
            billing.region = "Colorado"
            billing.country = "United States"
            billing.zipCode = "80203"
            billing.zipFour = "1234"
            world.people[id]!.addresses = [billing, foreign]
        }
        await gym.deliver(.ana { $0.values[.city] = .value("Boulder") }, job: 2)
        let entries = try #require(gym.keap.person(id)?.addresses)
        #expect(entries.count == 2 && entries[1] == shipping)
        #expect(entries[0].locality == "Boulder" && entries[0].regionCode == "US-CO" && entries[0].countryCode == "USA")
        #expect(entries[0].region == nil && entries[0].country == nil && entries[0].zipFour == "1234")
    }

    @Test func `an answer that was lost is sent again, whatever the next message says`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { $0.faults = [0: .doneUnclear] }
        let first = await gym.deliver(.ana { $0.values[.firstName] = .value("Anita") }, job: 2)
        guard case .retry(_, _, let isDoubtful) = first else {
            Issue.record("expected a retry, got \(first)")
            return
        }
        #expect(isDoubtful)
        #expect(gym.keap.person(id)?.given == "Anita")
        // The value that the mirror remembered is not to be trusted.
        await gym.deliver(.ana(), job: 3)
        #expect(gym.keap.person(id)?.given == "Ana")
    }

    @Test func `a lost answer about a tag is asked again before the new tag goes on`() async throws {
        let (gym, id) = try await gymWithAna()
        let alumni = PersonSnapshot.ana { $0.status = .value("Alumni") }
        gym.keap.with { $0.faults = [2: .notDoneUnclear] }
        await gym.deliver(alumni, job: 2)
        #expect(gym.tagNames(id).contains("ZP Status: Student"))
        gym.keap.forgetCalls()
        gym.keap.with { $0.faults = [:] }
        await gym.deliver(alumni, job: 2)
        #expect(gym.keap.calls == ["remove \(id)", "apply \(id)"])
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
    }

    @Test func `a tag that Keap refuses makes a dead letter with Keap's word`() async throws {
        let (gym, _) = try await gymWithAna()
        let tag = try #require(gym.keap.with { $0.tags.values.first { $0.name == "ZP Status: Student" } })
        gym.keap.with { $0.answers[tag.id] = .refused("NO_PERMISSION") }
        let bo = PersonSnapshot.ana { person in
            person.sourceID = "zp-2"
            person.values[.firstName] = .value("Bo")
        }
        let delivery = await gym.deliver(bo, job: 2)
        #expect(delivery.isDead && delivery.reason?.contains("tag \(tag.id): NO_PERMISSION") == true)
        #expect(try gym.mirror("zp-2").contact != nil)
    }

    @Test(arguments: [
        (KeapFailure.unavailable(reason: "503"), "could not be reached"),
        (.unauthorized(message: "Invalid Access Token"), "does not accept this gym's key: Invalid Access Token"),
        (.refused(status: 403, message: "forbidden"), "Keap refused to update contact 5 (403): forbidden"),
        (.unclear(reason: "reset"), "no clear answer"),
    ])
    func `a failure is told in words`(failure: KeapFailure, words: String) {
        let step = PlanStep.update(ContactID("5"), ContactBody())
        let delivery = DeliveryFailure.keap(failure).delivery(state: [1], doing: step.doing)
        #expect(delivery.reason?.contains(words) == true)
        #expect(delivery.state == [1])
        #expect(DeliveryFailure.keap(.cancelled).delivery(state: [1], doing: step.doing) == .interrupted(state: [1]))
    }

    @Test func `a lane that belongs to somebody else is not written to`() async throws {
        let (gym, id) = try await gymWithAna()
        let delivery = await gym.deliver(.person(.ana { $0.sourceID = "zp-2" }), job: 2, lane: "zp-1")
        #expect(delivery.isDead)
        #expect(gym.keap.calls == [] && gym.custom("Zen Planner ID", of: id) == "zp-1")
    }
}
