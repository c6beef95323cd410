import Clocks
import DurableQueue
import DeterministicSimulation
import Synchronization
import Testing

/// What went wrong in other queues' lanes, retries and restarts, each in twenty interleavings.
@Suite(.timeLimit(.minutes(30))) struct PeerFailureTests {
    private func inManyOrders(_ body: @escaping @Sendable (Simulation) async throws -> Void) async throws {
        for seed in UInt64(1)...20 {
            // What others do meanwhile must not wait for all of them.
            await Task.yield()
            do {
                try simulate(seed: seed) { try await body($0) }
            } catch {
                Issue.record(error, "seed \(seed)")
            }
        }
    }

    private static func slowLog() -> MemoryLog { MemoryLog { 2 } }

    @Test func `solid_queue freed a lane again and again, and ran eleven at once: here who took it frees it, once`()
        async throws
    {
        try await inManyOrders { simulation in
            let handles = Mutex<[LaneHandle]>([])
            let now = Atomic(0)
            let most = Atomic(0)
            let bench = try await QueueHarness(log: Self.slowLog()) { job, state, lane in
                let running = now.add(1, ordering: .relaxed).newValue
                if running > most.load(ordering: .relaxed) { most.store(running, ordering: .relaxed) }
                // Attempts that are over speak up while others run.
                for old in handles.withLock({ $0 }) { try? await old.save([1]) }
                handles.withLock { $0.append(lane) }
                for _ in 0..<3 { await Task.yield() }
                now.subtract(1, ordering: .relaxed)
                return job.attempt == 1 && job.id.rawValue % 3 == 0
                    ? .retry(reason: "again", state: state, after: .zero) : .done(state: state)
            }
            try await bench.running {
                let ids = try await Self.add(12, "ann", to: bench)
                while await bench.state(ids.last!) != .done {
                    bench.clock.advance(by: .milliseconds(5))
                    await Task.yield()
                }
                #expect(most.load(ordering: .relaxed) == 1)
                #expect(bench.handler.overlaps == [])
                #expect(await bench.queue.staleCompletions > 0)
            }
        }
    }

    @Test func `solid_queue passed the limit at boot: here nothing begins before recovery, and then one of a lane`()
        async throws
    {
        try await inManyOrders { simulation in
            let first = try await QueueHarness()
            let ids = try await Self.add(8, "ann", to: first)
            let next = try await QueueHarness(log: first.log.crash(.killed, luck: 1)) { _, state, _ in
                await Task.yield()
                return .done(state: state)
            }
            await simulation.settle()
            #expect(next.handler.begun == [])
            try await next.running { await next.expect(ids, are: .done) }
            #expect(next.handler.begun == ids)
            #expect(next.handler.overlaps == [])
        }
    }

    @Test func `solid_queue blocked a job for good that came as its lane was freed: here it runs, whoever is first`()
        async throws
    {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness(log: Self.slowLog())
            try await bench.running {
                var ids: [JobID] = []
                for round in 0..<20 {
                    ids.append(try await bench.add("ann"))
                    for _ in 0..<(round % 7) { await Task.yield() }
                }
                await bench.expect(ids, are: .done)
            }
        }
    }

    @Test
    func `solid_queue let a second job wait half an hour: here it begins when the first has ended, without a clock`()
        async throws
    {
        try await inManyOrders { simulation in
            let gate = Gate()
            let bench = try await QueueHarness { _, state, _ in
                await gate.pass()
                return .done(state: state)
            }
            try await bench.running {
                let ids = try await Self.add(2, "ann", to: bench)
                await bench.handler.began(ids[0])
                gate.open()
                await bench.expect(ids, are: .done)
                #expect(bench.clock.now.offset == .zero)
            }
        }
    }

    @Test func `BullMQ ran B, C, A when A had failed once: here A comes again, then B, then C`() async throws {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness(log: Self.slowLog()) { job, state, _ in
                job.attempt == 1 && job.payload == [0] ? .retry(reason: "no luck", state: state) : .done(state: state)
            }
            try await bench.running {
                let ids = try await Self.add(3, "ann", to: bench)
                await bench.clock.sleeper(untilAtLeast: .milliseconds(200))
                #expect(bench.handler.begun == [ids[0]])
                bench.clock.advance(by: .seconds(1))
                await bench.expect(ids, are: .done)
                #expect(bench.handler.begun == [ids[0]] + ids)
            }
        }
    }

    @Test func `Pulsar's negative ack broke the order: here a try that was throttled keeps its place`() async throws {
        try await inManyOrders { simulation in
            let tries = Mutex(0)
            let bench = try await QueueHarness { job, state, _ in
                let number = tries.withLock { tries in
                    tries += 1
                    return tries
                }
                return number <= 5
                    ? .retry(reason: "throttled", state: state, after: .seconds(3), isCharged: false)
                    : .done(state: state)
            }
            try await bench.running {
                let ids = try await Self.add(3, "ann", to: bench)
                while await bench.state(ids[2]) != .done {
                    bench.clock.advance(by: .seconds(1))
                    await Task.yield()
                }
                #expect(bench.handler.begun == Array(repeating: ids[0], count: 6) + ids[1...])
                #expect(bench.handler.runs.map(\.job.attempt).max() == 1)
            }
        }
    }

    @Test func `parallel-consumer hung on a null key and on one key in two topics: here neither holds up anybody`()
        async throws
    {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness()
            try await bench.running {
                let nameless = try await bench.queue.enqueue(
                    NewJob(tenant: .gym, kind: 1, keys: [], payload: [], unroutable: "it has no key"))
                let ids = [
                    try await bench.add("ann"), try await bench.add("ann", of: .other), try await bench.add("ann"),
                ]
                await bench.expect(ids, are: .done)
                #expect(await bench.state(nameless) == .dead)
                try await bench.queue.retry(nameless, keys: [.id("ann")])
                await bench.expect([nameless], are: .done)
            }
        }
    }

    @Test func `Oban's query saw a thousand blocked jobs and no other tenant: here they are not looked at`()
        async throws
    {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness()
            try await bench.queue.pause(TenantID.gym)
            for number in 0..<1_000 { _ = try await bench.add("person \(number % 50)") }
            try await bench.running {
                let id = try await bench.add("ann", of: .other)
                await bench.expect([id], are: .done)
                #expect(bench.handler.begun == [id])
            }
        }
    }

    @Test func `Procrastinate's scheduled head held up its queue: here it holds up its lane`() async throws {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness { job, state, _ in
                job.payload == [0]
                    ? .retry(reason: "later", state: state, after: .seconds(86_400)) : .done(state: state)
            }
            try await bench.running {
                let waiting = try await Self.add(2, "ann", to: bench)
                let others = [try await bench.add("bob", payload: [9]), try await bench.add("cid", payload: [9])]
                await bench.expect(others, are: .done)
                #expect(await bench.state(waiting[1]) == .accepted)
            }
        }
    }

    @Test func `Pub/Sub's dead letters broke the order: here a lane goes on in order, and one revived takes its place`()
        async throws
    {
        try await inManyOrders { simulation in
            let gate = Gate()
            let isMended = Atomic(false)
            let bench = try await QueueHarness { job, state, _ in
                if job.payload == [1], !isMended.load(ordering: .relaxed) {
                    return .dead(reason: "refused", state: state)
                }
                if job.payload == [2] { await gate.pass() }
                return .done(state: state)
            }
            try await bench.running {
                let ids = try await Self.add(5, "ann", to: bench)
                await bench.handler.began(ids[2])
                isMended.store(true, ordering: .relaxed)
                try await bench.queue.retry(ids[1])
                gate.open()
                await bench.expect(ids, are: .done)
                #expect(bench.handler.begun == [ids[0], ids[1], ids[2], ids[1], ids[3], ids[4]])
            }
        }
    }

    @Test func `vapor discarded a job whose name it did not know: here it is a dead letter until a version knows it`()
        async throws
    {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness { job, state, _ in
                job.kind == 99 ? .dead(reason: "no such kind", state: state) : .done(state: state)
            }
            let id = try await bench.add("ann", kind: 99, payload: [7])
            try await bench.running { await bench.expect([id], are: .dead) }
            let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1))
            #expect(await next.queue.job(id)?.reason == "no such kind")
            try await next.running {
                try await next.queue.retry(id)
                await next.expect([id], are: .done)
                #expect(next.handler.runs.map(\.job.payload) == [[7]])
            }
        }
    }

    @Test func `vapor and Sidekiq lost what a killed worker held: here it runs again at the next start, at once`()
        async throws
    {
        try await inManyOrders { simulation in
            let gate = Gate()
            let bench = try await QueueHarness { _, state, _ in
                await gate.pass()
                return .done(state: state)
            }
            try await bench.running {
                let ids = [try await bench.add("ann"), try await bench.add("bob")]
                for id in ids { await bench.handler.began(id) }
                let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
                try await next.running {
                    await next.expect(ids, are: .done)
                    // graphile-worker would wait four hours for a lock to expire.
                    #expect(next.clock.now.offset == .zero)
                }
                gate.open()
            }
        }
    }

    @Test func `swift-jobs marked what a shutdown cut off as failed: here it is first in its lane again, untried`()
        async throws
    {
        try await inManyOrders { simulation in
            let gate = Gate()
            let bench = try await QueueHarness { _, state, _ in
                await gate.passOrCancelled()
                return Task.isCancelled ? .interrupted(state: state) : .done(state: state)
            }
            let ids = try await Self.add(3, "ann", to: bench)
            try await bench.running { await bench.handler.began(ids[0]) }
            let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 1))
            #expect(await next.queue.job(ids[0])?.attempts == 0)
            try await next.running { await next.expect(ids, are: .done) }
            #expect(next.handler.begun == ids)
            #expect(next.handler.runs.map(\.job.attempt) == [1, 1, 1])
        }
    }

    @Test func `River's rescuer saw one batch, and hid the stuck behind it: here a start finds every job`() async throws
    {
        try await inManyOrders { simulation in
            let bench = try await QueueHarness()
            var ids: [JobID] = []
            for number in 0..<600 { ids.append(try await bench.add("person \(number % 200)")) }
            let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
            try await next.running { await next.expect([ids[599], ids[0], ids[299]], are: .done) }
            #expect(Set(next.handler.begun) == Set(ids))
        }
    }

    private static func add(_ count: Int, _ person: String, to bench: QueueHarness) async throws -> [JobID] {
        var ids: [JobID] = []
        for number in 0..<count { ids.append(try await bench.add(person, payload: [UInt8(number)])) }
        return ids
    }
}
