import AsyncPrimitives
@testable import ContactSync
import DeterministicSimulation
import Keap
import Testing

/// Live deliveries of many new people at once: one list in place of a search by ID each.
@Suite struct LivePrefetchTests {
    private func gym() async throws -> Gym {
        let gym = try Gym()
        try await gym.connectForTests()
        gym.keap.forgetCalls()
        return gym
    }

    private func person(_ number: Int) -> PersonSnapshot {
        .ana { person in
            person.sourceID = "zp-\(number)"
            person.values[.email] = .value("p\(number)@example.org")
        }
    }

    private func searches(_ gym: Gym) -> Int { gym.keap.calls.count { $0 == "search" } }

    @Test func `of many new people each is searched for once, by address, after one list`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        for number in 1...30 { #expect(await gym.deliver(person(number), job: UInt64(number)).isDone) }
        #expect(gym.keap.with { $0.people.count } == 30)
        #expect(gym.keap.calls.count { $0.hasPrefix("page") } == 1)
        #expect(searches(gym) == 30)
    }

    @Test func `with few people ahead no list is read`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(ContactPrefetch.fewestSearches - 1)
        #expect(await gym.deliver(person(1)).isDone)
        #expect(gym.keap.calls.count { $0.hasPrefix("page") } == 0)
        #expect(searches(gym) == 2)
    }

    @Test func `a contact that bears the ID is found, whatever its address`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        let field = try #require(gym.keap.with { $0.fields.values.first { $0.label == "Zen Planner ID" }?.id })
        gym.keap.put("77") { $0.custom[field] = .string("ZP-1") }
        #expect(await gym.deliver(person(1)).isDone)
        #expect(gym.keap.with { Set($0.people.keys) } == [ContactID("77")])
    }

    /// Others write addresses at any time, so they are asked for each time.
    @Test func `a contact of the same name and address that came after the list is found`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        #expect(await gym.deliver(person(1), job: 1).isDone)
        gym.keap.put("77") { other in
            (other.given, other.family) = ("Ana", "Ruiz")
            other.emails = [EmailSlot(field: "EMAIL1", email: "p2@example.org")]
        }
        #expect(await gym.deliver(person(2), job: 2).isDone)
        #expect(gym.keap.with { $0.people.count } == 2)
        #expect(gym.keap.calls.count { $0.hasPrefix("page") } == 1)
    }

    @Test func `a list that is too long is given up after its first pages, and not tried again`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(100_000)
        for number in 100..<130 { gym.keap.put("\(number)") { $0.given = "P\(number)" } }
        gym.keap.with { $0.pageSize = 3 }
        for number in 1...3 { #expect(await gym.deliver(person(number), job: UInt64(number)).isDone) }
        #expect(gym.keap.calls.count { $0.hasPrefix("page") } == ContactPrefetch.mostLivePages)
        #expect(searches(gym) == 6)
    }

    @Test func `a list that Keap does not show costs one call, and every person is searched for`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        gym.keap.with { $0.faults = [0: .unavailable] }
        for number in 1...3 { #expect(await gym.deliver(person(number), job: UInt64(number)).isDone) }
        #expect(gym.keap.calls.count { $0.hasPrefix("page") } == 1)
        #expect(searches(gym) == 6)
    }

    /// An import's calls wait behind everything live, so nothing live waits for them.
    @Test func `a live person does not wait for the list that an import reads`() async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        let (reads, isReading) = AsyncStream.makeStream(of: Void.self)
        let (permits, permit) = AsyncStream.makeStream(of: Void.self)
        gym.keap.beforePermit { call, isImport in
            guard isImport, call.hasPrefix("page") else { return }
            isReading.finish()
            for await _ in permits {}
        }
        let imported = person(1)
        async let row = gym.deliver(.person(imported), job: 1, isImport: true, lane: "zp-1")
        for await _ in reads {}
        #expect(await gym.deliver(person(2), job: 2).isDone)
        #expect(searches(gym) == 2)
        permit.finish()
        #expect(await row.isDone)
    }

    /// Neither for one that has its turn and has yet to begin.
    @Test(arguments: 0..<64 as Range<UInt64>)
    func `whatever the interleaving, a live person waits for no import`(seed: UInt64) throws {
        try simulate(seed: seed) { _ in
            let gym = try await gym()
            gym.searchesAhead.set(1_000)
            let live = OneTimeSignal()
            // An import's permits come when nothing live waits any more.
            gym.keap.beforePermit { _, isImport in if isImport { await live.wait() } }
            async let row = gym.deliver(.person(person(1)), job: 1, isImport: true, lane: "zp-1")
            #expect(await gym.deliver(person(2), job: 2).isDone)
            live.fire()
            #expect(await row.isDone)
        }
    }

    /// What Keap made of a create without an answer is not in the list that was read before.
    @Test(arguments: [false, true])
    func `after a create without an answer Keap is asked, and the person is there once`(isImport: Bool) async throws {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        // Known as a namesake's, so that Keap is not asked to avoid duplicates.
        var first = person(1)
        #expect(await gym.deliver(first, job: 1).isDone)
        first.sourceID = "zp-2"
        let create = try await calls(before: "create", of: first, isImport)
        gym.keap.with { $0.faults[$0.calls.count + create] = .doneUnclear }
        let lost = await gym.deliver(.person(first), job: 2, isImport: isImport, lane: "zp-2")
        #expect(!lost.isDone)
        #expect(gym.keap.with { $0.people.count } == 2)
        #expect(await gym.deliver(.person(first), job: 2, isImport: isImport, lane: "zp-2").isDone)
        #expect(gym.keap.with { $0.people.count } == 2)
    }

    /// How many calls the same delivery makes before this one, where nothing goes wrong.
    private func calls(before name: String, of second: PersonSnapshot, _ isImport: Bool) async throws -> Int {
        let gym = try await gym()
        gym.searchesAhead.set(1_000)
        #expect(await gym.deliver(person(1), job: 1).isDone)
        gym.keap.forgetCalls()
        #expect(await gym.deliver(.person(second), job: 2, isImport: isImport, lane: "zp-2").isDone)
        return try #require(gym.keap.calls.firstIndex { $0.hasPrefix(name) }, "\(gym.keap.calls)")
    }
}
