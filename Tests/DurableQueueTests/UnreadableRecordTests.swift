import DeterministicSimulation
import Clocks
import DurableQueue
import Testing

/// A read that fails says nothing about the record: the job keeps its place, and the disk is asked again.
@Suite(.timeLimit(.minutes(30))) struct UnreadableRecordTests {
    private static let tooMany = "cannot open 0000000001.segment: Too many open files"

    /// Lets pauses pass until `isSo`.
    private func wait(_ bench: QueueHarness, _ isSo: () async -> Bool) async {
        for _ in 0..<2_000 {
            if await isSo() { return }
            bench.clock.advance(by: .seconds(1))
            for _ in 0..<50 { await Task.yield() }
        }
        Issue.record("what was waited for did not come")
    }

    @Test func `a read that fails for a while makes no dead letter, charges no attempt and keeps the order`()
        async throws
    {
        let bench = try await QueueHarness()
        bench.log.failReads(Self.tooMany)
        try await bench.running {
            var ids: [JobID] = []
            for person in ["ann", "bob", "ann", "ann"] { ids.append(try await bench.add(person)) }
            // A run whose read has just failed still counts its try until it has ended.
            await wait(bench) {
                let running = await bench.queue.counts().lanesRunning
                return bench.log.failedReads > 10 && running == 0
            }
            for id in ids {
                let view = try #require(await bench.queue.job(id))
                #expect(view.state.name != .dead)
                #expect(view.attempts == 0)
            }
            let reason = try #require(await bench.queue.job(ids[0])?.reason)
            #expect(reason.contains("Too many open files") && reason.contains("tried again"))
            #expect(await bench.queue.readFailure?.contains("Too many open files") == true)
            #expect(bench.handler.begun == [])

            bench.log.failReads(nil)
            await wait(bench) { await bench.queue.counts().done == 4 }
            #expect(bench.handler.runs.map(\.job.attempt) == [1, 1, 1, 1])
            #expect(bench.handler.begun.filter { $0 != ids[1] } == [ids[0], ids[2], ids[3]])
            #expect(await bench.queue.readFailure == nil)
        }
    }

    @Test func `nothing is written for a try whose record could not be read, and a restart finds the job as it was`()
        async throws
    {
        let bench = try await QueueHarness()
        var id = JobID(rawValue: 0)
        bench.log.failReads(Self.tooMany)
        try await bench.running {
            id = try await bench.add("ann")
            let records = bench.log.records.count
            await wait(bench) { bench.log.failedReads > 3 }
            #expect(bench.log.records.count == records)
        }
        let log = bench.log.crash(.powerLost, luck: 0)
        log.failReads(nil)
        let next = try await QueueHarness(log: log)
        try await next.running { await next.expect([id], are: .done) }
    }

    @Test func `a lane's state that cannot be read is waited for, too`() async throws {
        let bench = try await QueueHarness { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.expect([first], are: .done)
            // The outcome that carries the state came right after the job.
            bench.log.failReads(Self.tooMany, of: bench.log.records.last?.sequence)
            let second = try await bench.add("ann")
            await wait(bench) { bench.log.failedReads > 2 }
            #expect(await bench.queue.job(second)?.state.name == .waiting)
            bench.log.failReads(nil)
            await wait(bench) { await bench.state(second) == .done }
            #expect(bench.handler.runs.last?.state == [UInt8(first)])
        }
    }

    @Test func `one record that stays unreadable holds its own lane only`() async throws {
        let bench = try await QueueHarness()
        bench.log.failReads("Input/output error", of: 1)
        try await bench.running {
            let bad = try await bench.add("ann")
            let good = [try await bench.add("bob"), try await bench.add("cid")]
            await bench.expect(good, are: .done)
            #expect(await bench.queue.job(bad)?.state.name == .waiting)
            #expect(await bench.queue.readFailure == "Input/output error")
            try await bench.queue.discard(bad)
        }
    }

    @Test func `of several that could go together, one that cannot be read goes by itself later`() async throws {
        let bench = try await QueueHarness(together: .all)
        bench.log.hold()
        try await bench.running {
            async let first = bench.add("ann", isSnapshot: true)
            async let second = bench.add("ann", isSnapshot: true)
            await bench.expect("both are on their way") { bench.log.records.count == 2 }
            bench.log.failReads(Self.tooMany, of: 2)
            bench.log.letGo()
            let ids = try await [first, second].sorted()
            await bench.expect([ids[0]], are: .done)
            bench.log.failReads(nil)
            await wait(bench) { await bench.state(ids[1]) == .done }
            #expect(bench.handler.together == [[ids[0]], [ids[1]]])
        }
    }

    @Test func `a record that is damaged is a dead letter that says so`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        try await bench.running {
            async let adding = bench.add("ann")
            await bench.expect("it is on its way") { bench.log.records.count == 1 }
            bench.log.damage(1)
            bench.log.letGo()
            let id = try await adding
            await bench.expect([id], are: .dead)
            #expect(await bench.queue.job(id)?.reason?.contains("damaged") == true)
            #expect(await bench.queue.readFailure == nil)
        }
    }

    @Test func `the handler is told once when reading fails and once when it is well again`() async throws {
        let bench = try await QueueHarness()
        bench.log.failReads(Self.tooMany)
        try await bench.running {
            for person in ["ann", "bob", "cid"] { _ = try await bench.add(person) }
            await wait(bench) { bench.log.failedReads > 8 }
            bench.log.failReads(nil)
            await wait(bench) { await bench.queue.counts().done == 3 }
            #expect(bench.handler.readingChanges == [Self.tooMany, nil])
        }
    }

    @Test
    func `a queue opens while a record that it must tell of cannot be read, takes jobs, and runs none before it was`()
        async throws
    {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann", kind: ScriptedHandler.announced)
        let log = bench.log.crash(.killed, luck: 1)
        log.failReads(Self.tooMany)
        let next = try await QueueHarness(log: log)
        try await next.running {
            let new = try await next.add("bob")
            await next.expect("it tries again and again") {
                next.clock.advance(by: .seconds(60))
                return log.failedReads >= 6
            }
            #expect(next.handler.acceptedIDs == [])
            #expect(next.handler.begun == [])
            log.failReads(nil)
            await next.expect("both are done") {
                next.clock.advance(by: .seconds(60))
                return await next.queue.counts().done == 2
            }
            #expect(next.handler.acceptedIDs == [id, new])
        }
    }

    @Test func `a queue that waits for a record can be stopped, and begins nothing`() async throws {
        let bench = try await QueueHarness()
        _ = try await bench.add("ann", kind: ScriptedHandler.announced)
        let log = bench.log.crash(.killed, luck: 1)
        log.failReads(Self.tooMany)
        let next = try await QueueHarness(log: log)
        try await next.running { await next.expect("it tries") { log.failedReads > 0 } }
        #expect(next.handler.begun == [])
        #expect(next.handler.acceptedIDs == [])
    }
}
