import Connectors
import SeededRandom
@testable import ContactSync
import Keap
import Synchronization
import Testing

/// Two people of one name and address, whose messages are delivered at the same moment.
@Suite(.timeLimit(.minutes(30))) struct NamesakeTests {
    private static let statuses = ["zp-7": "Student", "zp-8": "Alumni"]

    private func john(_ id: String) -> PersonSnapshot {
        PersonSnapshot(
            sourceID: id,
            values: [
                .firstName: .value("John"), .lastName: .value("Smith"), .email: .value("smith@example.org"),
            ], status: .value(Self.statuses[id] ?? "Prospect"))
    }

    /// A gym that is set up, with the tags that the two will wear.
    private func gym(withContact: Bool) async throws -> Gym {
        let gym = try Gym()
        for (id, status) in Self.statuses {
            await gym.deliver(
                .ana { person in
                    person.sourceID = id + "-of-another-name"
                    person.values[.email] = .value("\(id)@example.org")
                    person.status = .value(status)
                })
        }
        gym.keap.with { world in
            (world.people, world.calls, world.created, world.events) = ([:], [], [], [])
        }
        guard withContact else { return gym }
        gym.keap.put("1000") { person in
            person.given = "John"
            person.family = "Smith"
            person.emails = [EmailSlot(field: "EMAIL1", email: "smith@example.org")]
        }
        return gym
    }

    private func expectTwo(_ gym: Gym, _ what: String, hasContact: Bool) throws {
        let people = gym.keap.with { $0.people }
        #expect(people.count == 2, "\(what): \(people.keys.sorted())")
        for (id, status) in Self.statuses {
            let own = people.keys.filter { gym.custom("Zen Planner ID", of: $0) == id }
            try #require(own.count == 1, "\(what): \(id) is \(own)")
            #expect(gym.tagNames(own[0]) == ["ZP Status: \(status)"], "\(what)")
            #expect(try gym.mirror(id).contact == own[0], "\(what)")
        }
        if hasContact { #expect(people[ContactID("1000")] != nil) }
        // Nobody wore both statuses, not for a moment.
        var worn: [ContactID: Set<TagID>] = [:]
        for event in gym.keap.with({ $0.events }) {
            switch event {
            case .added(let tag, let contact): worn[contact, default: []].insert(tag)
            case .removed(let tag, let contact): worn[contact]?.remove(tag)
            }
            #expect(worn.values.allSatisfy { $0.count <= 1 }, "\(what)")
        }
    }

    private func says(_ notes: [String]) -> Bool { notes.contains { $0.hasPrefix("Another person") } }

    struct Setting: Sendable, CustomTestStringConvertible {
        var hasContact = false
        var imports: [Bool] = [false, false]
        var readsAhead = false
        var isSearchBehind = false

        var testDescription: String {
            "\(hasContact ? "a contact without an id" : "nobody"), imports \(imports), read ahead \(readsAhead), "
                + "search behind \(isSearchBehind)"
        }
    }

    @Test(arguments: [
        Setting(hasContact: true), Setting(), Setting(isSearchBehind: true),
        Setting(hasContact: true, isSearchBehind: true),
        Setting(hasContact: true, imports: [true, true], readsAhead: true),
        Setting(imports: [true, true], readsAhead: true), Setting(hasContact: true, imports: [true, false]),
        Setting(imports: [false, true]),
    ])
    func `two people of one name and address become two contacts, in whatever order their calls go`(
        setting: Setting
    ) async throws {
        var choices = AllChoices()
        repeat {
            let gym = try await gym(withContact: setting.hasContact)
            gym.keap.with { $0.isSearchBehind = setting.isSearchBehind }
            gym.searchesAhead.set(setting.readsAhead ? 1_000 : 0)
            let turns = Interleaving()
            // Others wait for who reads ahead.
            gym.keap.onCall { name in if !name.hasPrefix("page") { await turns.park() } }
            let notes = Mutex<[String: [String]]>([:])
            let bodies = ["zp-7", "zp-8"].enumerated().map { number, id in
                { @Sendable () async -> Void in
                    let delivery = await gym.deliver(
                        .person(john(id)), job: UInt64(number + 10), isImport: setting.imports[number], lane: id)
                    notes.withLock { $0[id] = delivery.notes }
                }
            }
            await turns.run(
                bodies, blocked: { gym.waiting(for: "smith@example.org") },
                choose: { parked in parked[choices.choose(parked.count)] })
            let what = "order \(choices.runs) of \(setting.testDescription)"
            #expect(notes.withLock { $0.count } == 2, "\(what)")
            try expectTwo(gym, what, hasContact: setting.hasContact)
            // At least the second of them says so; the first does with its next message.
            #expect(notes.withLock { $0.values.contains { says($0) } })
            await gym.deliver(john("zp-7"), job: 20)
            for id in ["zp-7", "zp-8"] {
                let again = await gym.deliver(john(id), job: 30)
                #expect(says(again.notes ?? []), "\(what)")
            }
        } while choices.next() && choices.runs < 2_000
        #expect(choices.runs > 3 && choices.runs < 2_000)
    }

    @Test(arguments: 0..<40)
    func `two people of one name and address stay two through lost answers and restarts`(shard: Int) async throws {
        for number in 0..<5 {
            let seed = UInt64(shard * 5 + number)
            var random = SeededGenerator(seed: seed)
            let hasContact = random.chance(50)
            let gym = try await gym(withContact: hasContact)
            var left = ["zp-7", "zp-8"]
            for round in 0..<30 where !left.isEmpty {
                let turns = Interleaving()
                gym.keap.onCall { _ in await turns.park() }
                if round < 6, random.chance(70) {
                    let call = gym.keap.calls.count + Int.random(in: 0..<8, using: &random)
                    let fault = random.pick([
                        FakeKeap.Fault.unavailable, .doneUnclear, .notDoneUnclear, .diesAfter, .diesBefore,
                    ])
                    gym.keap.with { $0.faults = [call: fault] }
                }
                let done = Mutex<Set<String>>([])
                let running = left
                let bodies = running.map { id in
                    { @Sendable () async -> Void in
                        let delivery = await gym.deliver(.person(john(id)), job: id == "zp-7" ? 10 : 11, lane: id)
                        if delivery.isDone { _ = done.withLock { $0.insert(id) } }
                        if delivery.isDead { Issue.record("seed \(seed): \(delivery)") }
                    }
                }
                var order = random
                await turns.run(
                    bodies, blocked: { gym.waiting(for: "smith@example.org") }, choose: { order.pick($0) })
                random = order
                gym.keap.with { $0.faults = [:] }
                if gym.keap.with({ $0.isDead }) {
                    try gym.restart()
                } else {
                    left.removeAll { id in done.withLock { $0.contains(id) } }
                }
            }
            #expect(left == [], "seed \(seed)")
            try expectTwo(gym, "seed \(seed)", hasContact: hasContact)
        }
    }

    @Test
    func `a contact without an id is kept for the first person, also while their message is a dead letter`()
        async throws
    {
        let gym = try await gym(withContact: true)
        gym.keap.with { $0.refusal = .refused(status: 403, message: "no") }
        #expect(await gym.deliver(john("zp-7"), job: 10).isDead)
        try gym.restart()
        gym.keap.with { $0.refusal = nil }
        #expect(await gym.deliver(john("zp-8"), job: 11).isDone)
        #expect(gym.custom("Zen Planner ID", of: ContactID("1000")) == nil)
        #expect(await gym.deliver(john("zp-7"), job: 10).isDone)
        try expectTwo(gym, "after the retry", hasContact: true)
        #expect(gym.custom("Zen Planner ID", of: ContactID("1000")) == "zp-7")
    }

    @Test func `a contact that got another's id by hand before it got its own is left alone`() async throws {
        let gym = try await gym(withContact: true)
        let field = try #require(gym.keeper.directory.customFields[.sourceID]?.id)
        // Everything but the id was done.
        gym.keap.onCall { [keap = gym.keap] name in
            if name == "update 1000" { keap.with { $0.refusal = .refused(status: 403, message: "no") } }
        }
        #expect(await gym.deliver(john("zp-7"), job: 10).isDead)
        gym.keap.onCall { _ in }
        gym.keap.with { world in
            world.refusal = nil
            world.people[ContactID("1000")]?.custom[field] = .string("zp-8")
        }
        let taken = gym.keap.person(ContactID("1000"))
        #expect(await gym.deliver(john("zp-7"), job: 12).isDone)
        #expect(gym.keap.person(ContactID("1000")) == taken)
        #expect(try gym.mirror("zp-7").contact != ContactID("1000"))
        // It is the other's, since Keap says so, and stays so without a call more.
        #expect(await gym.deliver(john("zp-8"), job: 13).isDone)
        #expect(try gym.mirror("zp-8").contact == ContactID("1000"))
        gym.keap.forgetCalls()
        #expect(await gym.deliver(john("zp-8"), job: 14).isDone)
        #expect(gym.keap.calls == [])
    }
}
