import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct StoppingTests {
    /// swift-jobs marks what was cut off as failed.
    @Test func `a job that is interrupted goes back to the head of its lane as if not tried`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.passOrCancelled()
            return Task.isCancelled ? .interrupted(state: state + [1]) : .done(state: state)
        }
        var ids: [JobID] = []
        try await bench.running {
            ids = [try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[0])
            let stopping = Task { await bench.queue.stop(grace: .seconds(5)) }  // ends by itself: stop is bounded
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            bench.clock.advance(by: .seconds(5))
            await stopping.value
        }
        #expect(bench.handler.begun == [ids[0]])
        #expect(await bench.state(ids[0]) == .accepted)
        #expect(await bench.queue.job(ids[0])?.attempts == 0)

        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        try await next.running {
            await next.expect(ids, are: .done)
            #expect(next.handler.begun == ids)
            #expect(next.handler.runs.map(\.job.attempt) == [1, 1])
            #expect(next.handler.runs[0].state == [1])
        }
    }

    @Test func `asked to interrupt at once, what only waits is back in its lane before the grace time is over`()
        async throws
    {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.passOrCancelled()
            return Task.isCancelled ? .interrupted(state: state) : .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            // The clock stands still: only the cancellation can end this.
            await bench.queue.stop(grace: .seconds(5), interruptsAtOnce: true)
            #expect(await bench.state(id) == .accepted)
            #expect(await bench.queue.job(id)?.attempts == 0)
        }
    }

    @Test func `a job that ends within the grace time counts`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[0])
            async let stopped: Void = bench.queue.stop(grace: .seconds(5))
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            gate.open()
            await stopped
            #expect(await bench.state(ids[0]) == .done)
            #expect(bench.handler.begun == [ids[0]])
            #expect(await bench.state(ids[1]) == .accepted)
        }
    }

    @Test func `stopping is bounded even if a handler does not listen`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            async let stopped: Void = bench.queue.stop(grace: .seconds(5))
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            bench.clock.advance(by: .seconds(5))
            await bench.clock.sleeper(untilAtLeast: .seconds(5) + .milliseconds(1))
            bench.clock.advance(by: .seconds(60))
            await stopped
            #expect(await bench.state(id) == .running)
            gate.open()
        }
    }

    @Test func `nothing is accepted while it stops, and nothing new is begun`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            await bench.queue.stop(grace: .zero)
            #expect(await bench.queue.isAccepting == false)
            await #expect(throws: QueueError.stopping) { _ = try await bench.add("ann") }
        }
        #expect(bench.handler.begun == [])
    }

    @Test func `jobs of other lanes that had not begun stay for the next start`() async throws {
        var policy = QueuePolicy()
        policy.lanes = 1
        let gate = Gate()
        let bench = try await QueueHarness(policy: policy) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        var ids: [JobID] = []
        try await bench.running {
            ids = [try await bench.add("ann"), try await bench.add("bob"), try await bench.add("eve")]
            await bench.handler.began(ids[0])
            async let stopped: Void = bench.queue.stop(grace: .seconds(1))
            await bench.clock.sleeper(untilAtLeast: .seconds(1))
            gate.open()
            await stopped
        }
        #expect(bench.handler.begun == [ids[0]])
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1))
        try await next.running { await next.expect(Array(ids.dropFirst()), are: .done) }
        #expect(Set(next.handler.begun) == Set(ids.dropFirst()))
    }

    @Test func `cancelling the run is a stop without any grace`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.passOrCancelled()
            return Task.isCancelled ? .interrupted(state: state) : .done(state: state)
        }
        let ids = [try await bench.add("ann"), try await bench.add("ann")]
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bench.queue.run() }
            await bench.handler.began(ids[0])
            group.cancelAll()
        }
        #expect(bench.handler.begun == [ids[0]])
        #expect(await bench.state(ids[0]) == .accepted)
        #expect(await bench.queue.isAccepting == false)
    }
}
