import SeededRandom
import DeterministicSimulation
import Synchronization
import Testing

@testable import DurableQueue

/// Listings among very many jobs.
@Suite(.timeLimit(.minutes(30))) struct ListingTests {
    private func query(
        _ tenant: TenantID? = nil, _ state: JobState.Name? = nil, limit: Int = 100, before: JobID? = nil,
        after: JobID? = nil
    ) -> JobQuery {
        var query = JobQuery()
        (query.tenant, query.state, query.limit, query.before, query.after) = (tenant, state, limit, before, after)
        return query
    }

    private static var inOrder: SimulationOptions {
        var options = SimulationOptions()
        options.order = .arrival
        return options
    }

    @Test func `a listing that looks through many jobs lets others be accepted meanwhile`() throws {
        try simulate(seed: 1, options: Self.inOrder) { _ in
            let bench = try await QueueHarness()
            // In the lane that is paused nothing is accepted any more, but for the oldest all are looked through.
            let first = try await bench.add("ann", of: .other)
            for _ in 0..<10 * JobTable.rowsAtOnce { _ = try await bench.add("ann") }
            let lane = try #require(await bench.queue.job(JobID(rawValue: 2))?.lane)
            try await bench.queue.pause(lane, of: .gym)
            let free = try await bench.add("bob", of: .other)
            let isListed = Flag()
            async let listed = isListed.set(after: bench.queue, query(nil, .accepted))
            let later = try await bench.add("eve", of: .other)
            #expect(!isListed.isSet, "accepting waited for a piece of the search, not for all of it")
            let found = await listed
            #expect(found == [first, free] || found == [first, free, later])
        }
    }

    @Test func `one tenant's few jobs are found among many others' without looking at those`() {
        var table = JobTable()
        let (gym, other) = (table.number(of: .gym), table.number(of: .other))
        func row(_ tenant: UInt32) -> PackedJob {
            PackedJob(
                address: 0, lane: 0, sequence: 0, acceptedAt: 0, size: 0, attempts: 0, tenant: tenant, kind: 0,
                flags: 0)
        }
        let wanted: Set<UInt64> = [3, 70_000, 70_001, 199_999]
        for number: UInt64 in 1...200_000 {
            table.put(row(wanted.contains(number) ? gym : other), at: JobID(rawValue: number))
        }
        var (found, looked): ([UInt64], Int) = ([], 0)
        var next: UInt64? = .max
        while let number = next {
            let piece = table.rows(below: number, of: gym)
            #expect(piece.rows.count < JobTable.rowsAtOnce + 64)
            looked += piece.rows.count
            found += piece.rows.filter { $0.row.tenant == gym }.map(\.number)
            next = piece.next
        }
        #expect(found == wanted.sorted().reversed())
        #expect(looked <= 4 * 64)
        for number in wanted { table.remove(JobID(rawValue: number)) }
        #expect(table.count == 200_000 - 4)
    }

    @Test(arguments: UInt64(1)...20) func `pieces of a table are all of it, whichever way and of whom`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var table = JobTable()
        // More tenants than there are bits.
        let tenants = (0..<70).map { table.number(of: TenantID("\($0)")) }
        var model: [UInt64: UInt32] = [:]
        for _ in 0..<1_500 {
            let number = UInt64.random(in: 1...4_000, using: &chance)
            if Int.random(in: 0..<3, using: &chance) > 0 {
                let tenant = tenants[Int.random(in: 0..<(seed % 2 == 0 ? 3 : 70), using: &chance)]
                table.put(
                    PackedJob(
                        address: 0, lane: 0, sequence: 0, acceptedAt: 0, size: 0, attempts: 0, tenant: tenant, kind: 0,
                        flags: 0), at: JobID(rawValue: number))
                model[number] = tenant
            } else {
                table.remove(JobID(rawValue: number))
                model[number] = nil
            }
        }
        for tenant in [nil, tenants[0], tenants[1], tenants[64]] as [UInt32?] {
            let expected = model.filter { tenant == nil || $0.value == tenant }.keys.sorted()
            var (up, down): ([UInt64], [UInt64]) = ([], [])
            var next: UInt64? = 0
            while let number = next {
                let piece = table.rows(from: number, of: tenant, atLeast: 40)
                up += piece.rows.filter { tenant == nil || $0.row.tenant == tenant }.map(\.number)
                next = piece.next
            }
            next = .max
            while let number = next {
                let piece = table.rows(below: number, of: tenant)
                down += piece.rows.filter { tenant == nil || $0.row.tenant == tenant }.map(\.number)
                next = piece.next
            }
            #expect(up == expected, "seed \(seed)")
            #expect(down == expected.reversed(), "seed \(seed)")
        }
    }

    @Test func `pages of whatever is asked for, in either direction, are all that fit, each once`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            switch job.payload.first {
            case 1: .dead(reason: "x", state: state)
            case 2: .retry(reason: "later", state: state, after: .seconds(60))
            default: .done(state: state)
            }
        }
        try await bench.queue.pause(TenantID("paused"))
        let tenants = [TenantID.gym, .other, TenantID("paused")]
        var ids: [JobID] = []
        for number in 0..<300 {
            ids.append(
                try await bench.add("\(number)", of: tenants[number % 3], payload: [UInt8(number % 4)]))
        }
        try await bench.running {
            await bench.expect("all ran but those of the paused") {
                let counts = await bench.queue.counts()
                return counts.lanesRunning == 0 && counts.tenants.values.allSatisfy { $0.jobs[.accepted] == nil }
            }
            for tenant in [nil] + tenants.map(Optional.some) {
                for state in [nil] + JobState.Name.allCases.map(Optional.some) {
                    let all = await bench.queue.jobs(query(tenant, state, limit: 1_000))
                    for view in all {
                        #expect(tenant == nil || view.tenant == tenant)
                        #expect(state == nil || view.state.name == state)
                    }
                    #expect(all.map(\.id) == all.map(\.id).sorted())
                    if tenant == nil, state == nil { #expect(all.map(\.id) == ids) }
                    var (back, forth): ([JobID], [JobID]) = ([], [])
                    var edge: JobID?
                    while case let page = await bench.queue.jobs(query(tenant, state, limit: 7, before: edge)),
                        let first = page.first
                    {
                        back = page.map(\.id) + back
                        edge = first.id
                    }
                    edge = JobID(rawValue: 0)
                    while case let page = await bench.queue.jobs(query(tenant, state, limit: 7, after: edge)),
                        let last = page.last
                    {
                        forth += page.map(\.id)
                        edge = last.id
                    }
                    #expect(back == all.map(\.id), "\(String(describing: tenant)) \(String(describing: state))")
                    #expect(forth == back, "\(String(describing: tenant)) \(String(describing: state))")
                }
            }
        }
    }

    @Test func `a resume that looks at many lanes lets others be accepted meanwhile`() throws {
        try simulate(seed: 2, options: Self.inOrder) { _ in
            let bench = try await QueueHarness()
            try await bench.queue.pause(.gym)
            for number in 0..<10 * JobTable.rowsAtOnce { _ = try await bench.add("\(number)") }
            let isResumed = Flag()
            async let resumed: Void = isResumed.set(after: { try await bench.queue.resume(.gym) })
            _ = try await bench.add("ann", of: .other)
            #expect(!isResumed.isSet)
            try await resumed
        }
    }
}

private final class Flag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set(after queue: JobQueue, _ query: JobQuery) async -> [JobID] {
        let found = await queue.jobs(query).map(\.id)
        flag.store(true, ordering: .relaxed)
        return found
    }

    func set(after body: @Sendable () async throws -> Void) async throws {
        try await body()
        flag.store(true, ordering: .relaxed)
    }
}
