import SeededRandom
import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

/// Promise 2: one at a time and in the order of acceptance, whatever happens.
@Suite(.timeLimit(.minutes(30))) struct LaneOrderTests {
    @Test func `jobs of one lane run one at a time in the order of acceptance`() async throws {
        let bench = try await QueueHarness { _, state, _ in
            for _ in 0..<20 { await Task.yield() }
            return .done(state: state)
        }
        try await bench.running {
            var ids: [JobID] = []
            for _ in 0..<50 { ids.append(try await bench.add("ann")) }
            await bench.expect(ids, are: .done)
            #expect(bench.handler.begun == ids)
            #expect(bench.handler.overlaps == [])
        }
    }

    @Test func `jobs whose syncs end in any order still run in the order of acceptance`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            bench.log.hold()
            try await withThrowingTaskGroup(of: JobID.self) { group in
                for number in 1...20 {
                    group.addTask { try await bench.add("ann") }
                    await bench.expect("job \(number) took its place") { bench.log.records.count == number }
                }
                await bench.settle()
                #expect(bench.handler.begun == [])
                bench.log.letGo()
                for try await _ in group {}
            }
            await bench.expect("all 20 ran") { bench.handler.begun.count == 20 }
            #expect(bench.handler.begun == (1...20).map { JobID(rawValue: $0) })
        }
    }

    @Test func `no job is begun before it is durable`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.expect([first], are: .done)
            bench.log.hold()
            async let second = bench.add("ann")
            await bench.expect("it took its place") { bench.log.heldCount == 1 }
            await bench.settle()
            #expect(bench.handler.begun == [first])
            bench.log.letGo()
            await bench.expect([try await second], are: .done)
        }
    }

    @Test func `a lane that is free again does not begin a job that is not yet durable`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() }
            return .done(state: state)
        }
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.handler.began(first)
            bench.log.hold(.syncs)
            async let second = bench.add("ann")
            await bench.expect("it took its place") { bench.log.heldCount == 1 }
            gate.open()
            await bench.expect([first], are: .done)
            await bench.settle()
            #expect(bench.handler.begun == [first])
            bench.log.letGo()
            await bench.expect([try await second], are: .done)
        }
    }

    @Test func `the next job of a lane starts only when the completion before it is written`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() }
            return .done(state: state)
        }
        try await bench.running {
            let (first, second) = (try await bench.add("ann"), try await bench.add("ann"))
            let other = try await bench.add("bob")
            await bench.expect([other], are: .done)
            bench.log.hold()
            gate.open()
            await bench.expect("the completion is on its way") { bench.log.heldCount == 1 }
            await bench.settle()
            #expect(!bench.handler.begun.contains(second))
            bench.log.letGo()
            await bench.expect([first, second], are: .done)
        }
    }

    /// BullMQ 2774: A fails, and the order becomes B, C, A.
    @Test func `a job that fails keeps the head of its lane`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.id.rawValue == 1 && job.attempt < 4 ? .retry(reason: "no luck", state: state) : .done(state: state)
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann"), try await bench.add("ann")]
            for attempt in 1...3 {
                await bench.handler.until { $0.count == attempt }
                await bench.clock.sleeper(untilAtLeast: bench.clock.now.offset + .milliseconds(1))
                await bench.settle()
                #expect(bench.handler.begun.count == attempt)
                bench.clock.advance(by: .seconds(30))
            }
            await bench.expect(ids, are: .done)
            #expect(bench.handler.begun == [ids[0], ids[0], ids[0], ids[0], ids[1], ids[2]])
            #expect(bench.handler.runs.map(\.job.attempt) == [1, 2, 3, 4, 1, 1])
        }
    }

    /// Procrastinate: a head that is not yet due blocks everything.
    @Test func `a lane that waits or fails holds up no other lane`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.payload == [1] ? .retry(reason: "no luck", state: state, after: .seconds(20)) : .done(state: state)
        }
        try await bench.running {
            let stuck = try await bench.add("ann", payload: [1])
            let behind = try await bench.add("ann")
            await bench.handler.began(stuck)
            var others: [JobID] = []
            for number in 0..<30 { others.append(try await bench.add("person \(number)")) }
            await bench.expect(others, are: .done)
            let view = try #require(await bench.queue.job(stuck))
            #expect(view.state == .waiting(until: ManualClock.usualWallOrigin + 20_000))
            #expect(view.reason == "no luck")
            #expect(view.attempts == 1)
            #expect(await bench.state(behind) == .accepted)
        }
    }

    @Test func `a waiting job runs when it is due and not before`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.attempt == 1 ? .retry(reason: "later", state: state, after: .seconds(5)) : .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            bench.clock.advance(by: .milliseconds(4_999))
            await bench.settle()
            #expect(bench.handler.begun == [id])
            bench.clock.advance(by: .milliseconds(1))
            await bench.expect([id], are: .done)
        }
    }

    /// Yielding handlers in 40 lanes: whatever the schedule, each lane's order is its own.
    @Test(arguments: 1...5) func `many lanes side by side keep each its order`(seed: UInt64) async throws {
        let bench = try await QueueHarness(log: MemoryLog(turns: { Int.random(in: 0...3) })) { job, state, _ in
            for _ in 0..<Int(job.payload[0]) { await Task.yield() }
            return .done(state: state + [job.payload[1]])
        }
        var chance = SeededGenerator(seed: seed)
        try await bench.running {
            var ids: [String: [JobID]] = [:]
            for number in 0..<200 {
                let person = "person \(Int.random(in: 0..<40, using: &chance))"
                let payload = [UInt8.random(in: 0...9, using: &chance), UInt8(number)]
                ids[person, default: []].append(try await bench.add(person, payload: payload))
            }
            await bench.expect("all 200 ran") { await bench.queue.counts().done == 200 }
            let begun = bench.handler.begun
            for (person, accepted) in ids {
                #expect(begun.filter(Set(accepted).contains) == accepted, "\(person), seed \(seed)")
            }
            #expect(bench.handler.overlaps == [], "seed \(seed)")
        }
    }

    @Test func `what a run leaves of the lane's state is what the next one gets`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            switch (job.id.rawValue, job.attempt) {
            case (1, 1): .retry(reason: "half done", state: state + [10], after: .zero)
            case (1, _): .done(state: state + [11])
            case (2, _): .dead(reason: "refused", state: state + [20])
            default: .done(state: state)
            }
        }
        try await bench.running {
            for _ in 0..<3 { _ = try await bench.add("ann") }
            await bench.handler.until { $0.count == 1 }
            await bench.clock.sleeper(untilAtLeast: .milliseconds(1))
            bench.clock.advance(by: .milliseconds(1))
            await bench.handler.until { $0.count == 4 }
            #expect(bench.handler.runs.map(\.state) == [[], [10], [10, 11], [10, 11, 20]])
        }
    }

    @Test func `a run that ends as it began takes back what it saved meanwhile`() async throws {
        let bench = try await QueueHarness { job, state, lane in
            if job.id.rawValue == 2 {
                do { try await lane.save(state + [50]) } catch { return .dead(reason: "\(error)", state: state) }
            }
            return .done(state: [1])
        }
        try await bench.running {
            for _ in 0..<3 { _ = try await bench.add("ann") }
            await bench.handler.until { $0.count == 3 }
            #expect(bench.handler.runs.map(\.state) == [[], [1], [1]])
        }
    }
}
