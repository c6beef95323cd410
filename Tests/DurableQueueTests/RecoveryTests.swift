import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct RecoveryTests {
    @Test func `an accepted job survives the loss of power`() async throws {
        let bench = try await QueueHarness()
        let ids = [try await bench.add("ann", payload: [1, 2, 3]), try await bench.add("bob")]
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running { await next.expect(ids, are: .done) }
        #expect(next.handler.runs.first { $0.job.id == ids[0] }?.job.payload == [1, 2, 3])
    }

    @Test func `a job whose acceptance was never confirmed may be lost, and its number is given again`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold()
        async let lost = bench.add("ann")
        await bench.expect("it took its place") { bench.log.heldCount == 1 }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        let id = try await next.add("bob")
        #expect(id == JobID(rawValue: 1))
        bench.log.letGo()
        _ = try await lost
    }

    /// solid_queue 735: workers polled before maintenance had run.
    @Test func `nothing is begun before recovery is finished and the queue is run`() async throws {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann", kind: ScriptedHandler.announced, payload: [9])
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        await next.settle()
        #expect(next.handler.begun == [])
        #expect(next.handler.acceptedIDs == [])
        try await next.running { await next.expect([id], are: .done) }
        #expect(next.handler.acceptedIDs == [id])
    }

    @Test func `a handler hears of every job in the order of acceptance, at the start of those it asked for`()
        async throws
    {
        let bench = try await QueueHarness()
        var ids: [JobID] = []
        for number in 0..<9 {
            let kind = number.isMultiple(of: 3) ? ScriptedHandler.announced : 1
            ids.append(try await bench.add("person \(number)", kind: kind))
        }
        #expect(bench.handler.acceptedIDs == ids)
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        try await next.running { await next.expect(ids, are: .done) }
        #expect(next.handler.acceptedIDs == [ids[0], ids[3], ids[6]])
    }

    /// A dead letter is not pending: what it would have announced does not count.
    @Test func `a handler does not hear of dead jobs at the start`() async throws {
        let bench = try await QueueHarness { _, state, _ in .dead(reason: "no", state: state) }
        try await bench.running {
            let id = try await bench.add("ann", kind: ScriptedHandler.announced)
            await bench.expect([id], are: .dead)
        }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 1))
        try await next.running { await next.settle() }
        #expect(next.handler.acceptedIDs == [])
    }

    @Test func `a saved state is there after the loss of power, and save returns only then`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, lane in
            do { try await lane.save([42]) } catch { return .dead(reason: "\(error)", state: state) }
            await gate.pass()
            return .done(state: [42])
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect("it is saved") { bench.log.records.count == 2 && bench.log.durableSequence == 2 }
            let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
            try await next.running { await next.expect([id], are: .done) }
            #expect(next.handler.runs.first?.state == [42])
            gate.open()
            await bench.expect([id], are: .done)
        }
    }

    @Test func `save does not return before it is durable`() async throws {
        let (begin, saved) = (Gate(), Gate())
        let bench = try await QueueHarness { _, state, lane in
            await begin.pass()
            do { try await lane.save([42]) } catch { return .dead(reason: "\(error)", state: state) }
            saved.open()
            return .done(state: [42])
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            bench.log.hold()
            begin.open()
            await bench.expect("the save is on its way") { bench.log.heldCount == 1 }
            await bench.settle()
            #expect(!bench.handler.runs[0].isOver)
            bench.log.letGo()
            await saved.pass()
            await bench.expect([id], are: .done)
        }
    }

    /// The contact's older change must not be sent again after a newer one.
    @Test func `after kill -9 no job runs again once the next of its lane had begun`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 3 { await gate.pass() }
            return .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[2])
            let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
            try await next.running { await next.expect([ids[2]], are: .done) }
            #expect(next.handler.begun == [ids[2]])
            #expect(next.handler.runs[0].state == [1, 2])
            gate.open()
            await bench.expect(ids, are: .done)
        }
    }

    @Test func `a waiting job waits on after a restart, with its attempts`() async throws {
        let script: ScriptedHandler.Script = { job, state, _ in
            job.attempt < 3 ? .retry(reason: "no luck", state: state, after: .seconds(10)) : .done(state: state)
        }
        let bench = try await QueueHarness(script: script)
        let id = try await bench.add("ann")
        try await bench.running { await bench.clock.sleeper(untilAtLeast: .seconds(10)) }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0), script: script)
        try await next.running {
            #expect(await next.queue.job(id)?.state == .waiting(until: ManualClock.usualWallOrigin + 10_000))
            #expect(await next.queue.job(id)?.reason == "no luck")
            await next.clock.sleeper(untilAtLeast: .seconds(10))
            next.clock.advance(by: .seconds(10))
            await next.handler.until { $0.count == 1 }
            #expect(next.handler.runs[0].job.attempt == 2)
        }
    }

    @Test func `a due time far away, from a clock that was ahead, is brought within the longest pause`() async throws {
        let bench = try await QueueHarness { _, state, _ in .retry(reason: "x", state: state, after: .seconds(86_400)) }
        let id = try await bench.add("ann")
        try await bench.running { await bench.clock.sleeper(untilAtLeast: .seconds(86_400)) }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        #expect(await next.state(id) == .waiting(until: ManualClock.usualWallOrigin + 30_000))
        try await next.running {
            await next.clock.sleeper(untilAtLeast: .seconds(30))
            next.clock.advance(by: .seconds(30))
            await next.expect([id], are: .done)
        }
    }

    @Test func `a wall clock that is set back makes no job wait longer`() async throws {
        let log = MemoryLog()
        let (clock, handler) = (
            ManualClock(),
            ScriptedHandler { job, state, _ in
                job.attempt == 1 ? .retry(reason: "x", state: state, after: .seconds(10)) : .done(state: state)
            }
        )
        let queue = try await JobQueue.open(
            log: log, found: log.found, handler: handler, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            _ = try await queue.enqueue(NewJob(tenant: .gym, kind: 1, keys: [.id("ann")], payload: []))
            await clock.sleeper(untilAtLeast: .seconds(10))
            clock.setWall(aheadBy: .seconds(-3_600))
            clock.advance(by: .seconds(10))
            await handler.until { $0.count == 2 }
            await queue.stop(grace: .zero)
            try await group.waitForAll()
        }
    }

    @Test func `pauses hold over a restart`() async throws {
        let bench = try await QueueHarness()
        let ids = [try await bench.add("ann"), try await bench.add("bob", of: .other)]
        let lane = try #require(await bench.queue.job(ids[0])?.lane)
        try await bench.queue.pause(lane, of: .gym)
        try await bench.queue.pause(.other)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running {
            let free = try await next.add("eve")
            await next.expect([free], are: .done)
            await next.expect(ids, are: .paused)
            #expect(await next.queue.counts().tenants[.other]?.isPaused == true)
            try await next.queue.resume(lane, of: .gym)
            try await next.queue.resume(.other)
            await next.expect(ids, are: .done)
        }
    }

    @Test func `metadata survives, and an empty value is none`() async throws {
        let bench = try await QueueHarness()
        try await bench.queue.setMetadata("a", [1, 2], durable: true)
        try await bench.queue.setMetadata("b", [3], durable: true)
        try await bench.queue.setMetadata("b", [], durable: true)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(await next.queue.metadata("a") == [1, 2])
        #expect(await next.queue.metadata("b") == nil)
    }

    @Test func `records of a newer version are kept through checkpoints`() async throws {
        let bench = try await QueueHarness()
        bench.log.plant(200, [7, 7, 7])
        let second = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1))
        try await second.queue.checkpoint()
        let third = try await QueueHarness(log: second.log.crash(.powerLost, luck: 0))
        try await third.queue.checkpoint()
        #expect(third.log.checkpointRecords.contains { $0.kind == 200 && $0.payload == [7, 7, 7] })
    }
}
