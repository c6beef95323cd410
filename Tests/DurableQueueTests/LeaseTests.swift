import Clocks
import DeterministicSimulation
import DurableQueue
import Synchronization
import Testing

/// Who may speak for a lane, and what happens when nobody can be heard.
@Suite(.timeLimit(.minutes(30))) struct LeaseTests {
    /// solid_queue 761: an attempt that was given up finished later, and freed the lane a second time.
    @Test func `an attempt cannot speak for a later one of the same job with the same number`() async throws {
        let handles = Mutex<[LaneHandle]>([])
        let gate = Gate()
        let bench = try await QueueHarness { job, state, lane in
            let isFirst = handles.withLock { handles in
                handles.append(lane)
                return handles.count == 1
            }
            if isFirst { return .retry(reason: "throttled", state: state, after: .seconds(1), isCharged: false) }
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.clock.sleeper(untilAtLeast: .seconds(1))
            bench.clock.advance(by: .seconds(1))
            await bench.handler.until { $0.count == 2 }
            #expect(bench.handler.runs.map(\.job.attempt) == [1, 1])
            let old = try #require(handles.withLock { $0.first })
            await #expect(throws: QueueError.stale(id)) { try await old.save([66]) }
            gate.open()
            await bench.expect([id], are: .done)
        }
    }

    @Test func `when a completion cannot be written, nothing is run again, whatever the log says of itself`()
        async throws
    {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let (id, behind) = (try await bench.add("ann"), try await bench.add("ann"))
            await bench.handler.began(id)
            bench.log.close()
            gate.open()
            await bench.expect("it gives up") { await !bench.queue.isAccepting }
            await bench.settle()
            #expect(bench.handler.begun == [id])
            #expect(await bench.state(behind) == .accepted)
        }
    }

    @Test func `a reason is bounded by its bytes, since one character can have any number`() async throws {
        let endless = "e" + String(repeating: "\u{301}", count: 1_000_000)
        let bench = try await QueueHarness { _, state, _ in .dead(reason: endless, state: state) }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .dead)
            let unroutable = try await bench.queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: [], payload: [], unroutable: endless))
            for id in [id, unroutable] {
                let bytes = try #require(await bench.queue.job(id)?.reason?.utf8.count)
                #expect((100...JobQueue.longestReason).contains(bytes))
            }
        }
    }

    @Test func `a job that cannot be read at the start is dead when its turn comes, and the queue opens`() async throws
    {
        let bench = try await QueueHarness()
        let ids = [
            try await bench.add("ann", kind: ScriptedHandler.announced),
            try await bench.add("bob", kind: ScriptedHandler.announced),
        ]
        try await bench.queue.checkpoint()
        bench.log.damage(1)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running {
            await next.expect([ids[0]], are: .dead)
            await next.expect([ids[1]], are: .done)
        }
        #expect(next.handler.acceptedIDs == [ids[1]])
    }

    @Test func `on a full disk a try that tells nothing new is not written, and still waits its time`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            .retry(reason: "away", state: job.attempt == 2 ? [1] : state, after: .seconds(5))
        }
        let id = try await bench.add("ann")
        // Before it can be tried.
        bench.log.setFull(true)
        try await bench.running {
            await bench.handler.began(id)
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            await bench.expect("why it waits is told") { await bench.queue.job(id)?.reason == "away" }
            #expect(bench.log.records.count == 1)
            bench.clock.advance(by: .seconds(5))
            await bench.clock.sleeper(untilAtLeast: .seconds(10))
            // The second brought news.
            #expect(bench.log.records.count == 2)
        }
    }

    @Test func `a part full of living states is not copied over and over`() async throws {
        let big = [UInt8](repeating: 7, count: 4_096)
        let bench = try await QueueHarness { job, _, _ in .done(state: big) }
        try await bench.running {
            var ids: [JobID] = []
            for number in 0..<100 { ids.append(try await bench.add("\(number)")) }
            await bench.expect(ids, are: .done)
            // The oldest parts hold little but what was accepted; after this they do not count any more.
            try await bench.queue.checkpoint()
            let last = bench.log.lastSequence
            try await bench.queue.checkpoint()
            #expect(bench.log.lastSequence == last)
        }
    }
}
