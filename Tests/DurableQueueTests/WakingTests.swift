import Clocks
import DeterministicSimulation
import Synchronization
import Testing

@testable import DurableQueue

/// When a lane is looked at again, and that it always is.
@Suite(.timeLimit(.minutes(30))) struct WakingTests {
    @Test func `an endless pause and a negative one neither trap nor try again at once`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            .retry(reason: "away", state: state, after: job.id.rawValue == 1 ? .seconds(Int64.max) : .seconds(-5))
        }
        try await bench.running {
            let (long, short) = (try await bench.add("ann"), try await bench.add("bob"))
            await bench.handler.began(long)
            await bench.handler.began(short)
            await bench.clock.sleeper(untilAtLeast: .milliseconds(1))
            bench.clock.advance(by: .milliseconds(1))
            await bench.handler.until { $0.count == 3 }
            #expect(bench.handler.begun.last == short)
        }
    }

    @Test func `a job behind a head that is discarded before it began still wakes when it is due`() async throws {
        let first = try await QueueHarness { job, state, _ in
            job.id.rawValue == 1
                ? .dead(reason: "no", state: state) : .retry(reason: "away", state: state, after: .seconds(9))
        }
        var ids: [JobID] = []
        try await first.running {
            ids = [try await first.add("ann"), try await first.add("ann")]
            await first.handler.until { $0.filter(\.isOver).count == 2 }
            await first.expect("it waits") { await first.state(ids[1])?.name == .waiting }
        }
        try await first.queue.retry(ids[0])

        let next = try await QueueHarness(log: first.log.crash(.killed, luck: 1))
        // The lane is ready, for the sake of its head, and then is not.
        try await next.queue.discard(ids[0])
        try await next.running {
            await next.clock.sleeper(untilAtLeast: .seconds(9))
            next.clock.advance(by: .seconds(9))
            await next.expect([ids[1]], are: .done)
        }
    }

    @Test func `a wall clock that is set forward makes no job due earlier`() async throws {
        let (log, clock) = (MemoryLog(), ManualClock())
        let handler = ScriptedHandler { job, state, _ in .retry(reason: "away", state: state, after: .seconds(10)) }
        let queue = try await JobQueue.open(
            log: log, found: log.found, handler: handler, clock: clock)
        let new = NewJob(tenant: .gym, kind: 1, keys: [.id("ann")], payload: [])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            _ = try? await queue.enqueue(new)
            await clock.sleeper(untilAtLeast: .seconds(10))
            clock.setWall(aheadBy: .seconds(15))
            try? await queue.resume(TenantID.gym)
            for _ in 0..<500 { await Task.yield() }
            #expect(handler.runs.count == 1)
            clock.advance(by: .seconds(10))
            await handler.until { $0.count == 2 }
            await queue.stop(grace: .zero)
        }
    }

    @Test(arguments: [Int64.min, -1, .max]) func `a due time that makes no sense is one that does after a start`(
        due: Int64
    ) async throws {
        let first = try await QueueHarness()
        let id = try await first.add("ann")
        let record = OutcomeRecord(
            job: id, attempts: 1, ending: .waiting(until: due, reason: "away"), lane: nil, state: [], merging: [], at: 0
        )
        _ = try first.log.append(QueueRecord.outcome(record).kind, QueueRecord.outcome(record).payload, .always)
        let next = try await QueueHarness(log: first.log.crash(.killed, luck: 1))
        try await next.running {
            if due > 0 {
                await next.clock.sleeper(untilAtLeast: .seconds(30))
                next.clock.advance(by: .seconds(30))
            }
            await next.expect([id], are: .done)
        }
    }

    @Test func `a handler that ends as interrupted without a request is tried again later, not at once`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            .interrupted(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            await bench.expect("it waits") { await bench.state(id)?.name == .waiting }
            #expect(bench.handler.runs.count == 1)
            #expect(await bench.queue.job(id)?.attempts == 0)
            bench.clock.advance(by: .seconds(1))
            await bench.handler.until { $0.count == 2 }
        }
    }

    @Test func `after a start the lanes that waited longest go first`() async throws {
        let bench = try await QueueHarness()
        var ids: [JobID] = []
        for number in 0..<30 { ids.append(try await bench.add("\(number)")) }
        var policy = QueuePolicy()
        policy.lanes = 1
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0), policy: policy)
        try await next.running { await next.expect(ids, are: .done) }
        #expect(next.handler.begun == ids)
    }
}
