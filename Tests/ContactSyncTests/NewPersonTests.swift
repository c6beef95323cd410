import Connectors
import ContactSync
import Keap
import Testing

@Suite struct NewPersonTests {
    @Test func `a new person becomes one contact with fields and tags`() async throws {
        let gym = try Gym()
        let delivery = await gym.deliver(.ana())

        #expect(delivery.notes == [])
        let id = try #require(gym.onlyContact)
        let person = try #require(gym.keap.person(id))
        #expect(person.given == "Ana" && person.family == "Ruiz" && person.birthDate == "2014-07-09")
        #expect(person.emails == [EmailSlot(field: "EMAIL1", email: "ana@example.org")])
        #expect(person.phones == [PhoneSlot(field: "PHONE1", number: "303-555-0100", type: "Mobile")])
        var address = AddressSlot(field: "BILLING")
        address.line1 = "1 Main St"
        address.locality = "Denver"
        address.regionCode = "US-CO"
        address.countryCode = "USA"
        address.postalCode = "80203"
        #expect(person.addresses == [address])
        #expect(gym.custom("Zen Planner ID", of: id) == "zp-1")
        #expect(gym.custom("Signup Date", of: id) == "2026-02-14")
        #expect(gym.custom("Prospect Source", of: id) == "Facebook")
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
        #expect(gym.keap.with { $0.categories.values.sorted() } == ["Zen Planner"])
        #expect(gym.keap.with { $0.tags.values.allSatisfy { $0.category != nil } })
    }

    @Test func `the first delivery sets the gym up, the second person costs four calls`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        #expect(
            gym.keap.calls == [
                "categories named", "create category", "all tags", "model", "create field", "create field",
                "create field", "search", "search", "create EmailAndName", "tags named", "create tag", "tags named",
                "create tag", "apply 6",
            ])

        gym.keap.forgetCalls()
        let bo = PersonSnapshot.ana { person in
            person.sourceID = "zp-2"
            person.values[.firstName] = .value("Bo")
        }
        await gym.deliver(bo, job: 2)
        #expect(gym.keap.calls.map { $0.prefix(6) } == ["search", "search", "create", "apply "])
    }

    @Test func `what the first connect would create can be asked before`() async throws {
        let gym = try Gym()
        #expect(
            try await gym.keeper.wouldCreate() == [
                "the tag category \"Zen Planner\"", "the custom field \"Zen Planner ID\"",
                "the custom field \"Signup Date\"", "the custom field \"Prospect Source\"",
            ])
        await gym.deliver(.ana())
        #expect(try await gym.keeper.wouldCreate() == [])
    }

    @Test func `what is in Keap already costs no call, also after a restart`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        gym.keap.forgetCalls()

        #expect(await gym.deliver(.ana(), job: 2).isDone)
        try gym.restart()
        #expect(await gym.deliver(.ana(), job: 3).isDone)
        #expect(gym.keap.calls == [])
    }

    @Test(arguments: [FakeKeap.Fault.diesBefore, .diesAfter])
    func `the intent is on disk before a contact is created, so that a crash makes no second one`(
        fault: FakeKeap.Fault
    ) async throws {
        let gym = try Gym()
        gym.keap.with { $0.faults = [9: fault] }
        await gym.deliver(.ana())
        #expect(gym.keap.calls.last == "create EmailAndName")

        let mirror = try gym.mirror("zp-1")
        #expect(
            mirror.creating == CreateIntent(job: 1, email: "ana@example.org", firstName: "Ana", lastName: "Ruiz"))
        #expect(mirror.contact == nil)

        #expect(try await gym.run(.person(.ana()), job: 1, lane: "zp-1")?.isDone == true)
        #expect(gym.onlyContact != nil)
        #expect(try gym.mirror("zp-1").creating == nil)
    }

    @Test func `a person whom Keap takes under no heading is a dead letter that says why`() async throws {
        let gym = try Gym()
        let delivery = await gym.deliver(
            PersonSnapshot(
                sourceID: "zp-9", values: [.firstName: .value("Al"), .email: .value("not an address")]))

        #expect(delivery.isDead)
        #expect(delivery.reason?.contains("without an e-mail address, a phone number or an address") == true)
        #expect(delivery.reason?.contains("\"not an address\" is not an e-mail address") == true)
        #expect(gym.keap.with { $0.people.isEmpty })
    }

    @Test func `an opt-in reason goes with a new contact's address only`() async throws {
        var planner = Planner(
            PersonSnapshot.ana().wanted(after: Mirror()), job: 1, mirror: Mirror(), settings: SyncSettings())
        var directory = TagDirectory()
        directory.connectForTest()
        _ = planner.next(directory)
        planner.found([], directory)
        _ = planner.next(directory)
        planner.found([], directory)
        guard case .create(let body, let duplicates) = planner.next(directory) else {
            Issue.record("expected a create")
            return
        }
        #expect(body.emails?.first?.optInReason == SyncSettings().optInReason)
        #expect(duplicates == .emailAndName)

        planner.created(CreatedContact(id: ContactID("7"), isNew: true), directory)
        var changed = Planner(
            PersonSnapshot.ana { person in
                person.values[.email] = .value("new@example.org")
                person.status = nil
                person.programs = nil
            }.wanted(after: planner.mirror), job: 2, mirror: planner.mirror, settings: SyncSettings())
        guard case .read(_, let fields) = changed.next(directory) else {
            Issue.record("expected a read")
            return
        }
        #expect(fields == [.emailAddresses])
        changed.read(KeapContact(id: ContactID("7")), fields: fields, directory)
        var expected = ContactBody()
        expected.emails = [EmailSlot(field: "EMAIL1", email: "new@example.org")]
        #expect(changed.next(directory) == .update(ContactID("7"), expected))
    }

    @Test func `storage that takes nothing stops a create before it is sent`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        gym.keap.forgetCalls()
        gym.fillDisk()
        let delivery = await gym.deliver(.ana { $0.sourceID = "zp-2" }, job: 2)

        guard case .retry(let reason, _, let isDoubtful) = delivery else {
            Issue.record("expected a retry, got \(delivery)")
            return
        }
        #expect(reason.contains("could not be saved") && !isDoubtful)
        #expect(!gym.keap.calls.contains { $0.hasPrefix("create") })
        gym.fillDisk(false)
        #expect(await gym.deliver(.ana { $0.sourceID = "zp-2" }, job: 2).isDone)
    }
}
