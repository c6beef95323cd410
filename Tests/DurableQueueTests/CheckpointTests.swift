import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct CheckpointTests {
    private static let adds: ScriptedHandler.Script = { job, state, _ in
        switch job.payload.first {
        case 1: .dead(reason: "refused", state: state)
        case 2: .retry(reason: "no luck", state: state, after: .seconds(20))
        default: .done(state: state + [UInt8(job.id)])
        }
    }

    @Test func `a checkpoint changes nothing that can be seen`() async throws {
        let bench = try await QueueHarness(script: Self.adds)
        try await bench.running {
            let done = [try await bench.add("ann"), try await bench.add("bob")]
            let dead = try await bench.add("ann", payload: [1])
            let waiting = try await bench.add("eve", payload: [2])
            let behind = try await bench.add("eve")
            _ = try await bench.queue.enqueue(
                NewJob(tenant: .other, kind: 4, keys: [], payload: [8], unroutable: "what?"))
            try await bench.queue.setMetadata("n", [5], durable: true)
            await bench.expect(done, are: .done)
            await bench.expect([dead], are: .dead)
            await bench.expect("it waits") { await bench.state(waiting)?.name == .waiting }
            #expect(await bench.state(behind) == .accepted)
        }
        let plain = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1), script: Self.adds)
        let folded = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1), script: Self.adds)
        try await folded.queue.checkpoint()
        let reread = try await QueueHarness(log: folded.log.crash(.powerLost, luck: 0), script: Self.adds)
        let twice = try await QueueHarness(log: reread.log.crash(.powerLost, luck: 0), script: Self.adds)
        let expected = await plain.unfinished()
        #expect(expected.count == 4)
        for bench in [folded, reread, twice] {
            #expect(await bench.unfinished() == expected)
            #expect(await bench.queue.metadata("n") == [5])
            #expect(await bench.queue.counts().done == 2)
            #expect(bench.log.reserved == plain.log.reserved)
        }
        let next = try await reread.add("ann")
        #expect(next == JobID(rawValue: 7), "numbers are never given twice")
        try await reread.running { await reread.expect([next], are: .done) }
        #expect(reread.handler.runs.first { $0.job.id == next }?.state == [1])
    }

    @Test func `a number is never given twice, though nothing is left of the job that had it`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("bob")]
            await bench.expect(ids, are: .done)
            try await bench.queue.checkpoint()
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(try await next.add("ann") == JobID(rawValue: 3))
    }

    @Test func `old parts of the log go, and what still lives in them is copied forward`() async throws {
        let bench = try await QueueHarness(script: Self.adds)
        var dead = JobID(rawValue: 0)
        try await bench.running {
            dead = try await bench.add("eve", payload: [1, 77])
            let first = try await bench.add("ann")
            await bench.expect([first], are: .done)
            await bench.expect([dead], are: .dead)
            for _ in 0..<200 { _ = try await bench.add("bob", payload: [UInt8](repeating: 0, count: 2_000)) }
            await bench.expect("all ran") { await bench.queue.counts().done == 201 }
            let before = bench.log.records.count
            try await bench.queue.checkpoint()
            #expect(bench.log.records.count < before / 4)
            #expect(bench.log.records.first?.sequence != 1)
            #expect(try await bench.queue.payload(of: dead) == [1, 77])
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running {
            #expect(try await next.queue.payload(of: dead) == [1, 77])
            let again = try await next.add("ann")
            await next.expect([again], are: .done)
            #expect(next.handler.runs.last?.state == [2])
            try await next.queue.retry(dead)
            await next.expect([dead], are: .done)
            #expect(next.handler.runs.last?.job.payload == [1, 77])
        }
    }

    @Test func `checkpoints are written as the log grows, without being asked`() async throws {
        var policy = QueuePolicy()
        policy.checkpointEvery = 20_000
        let bench = try await QueueHarness(policy: policy, script: Self.adds)
        try await bench.running {
            for _ in 0..<400 { _ = try await bench.add("ann", payload: [UInt8](repeating: 0, count: 200)) }
            await bench.expect("all ran") { await bench.queue.counts().done == 400 }
            await bench.expect("there is one") { !bench.log.checkpointRecords.isEmpty }
        }
    }

    @Test func `a checkpoint that fails loses nothing`() async throws {
        let bench = try await QueueHarness(script: Self.adds)
        let id = try await bench.add("ann")
        bench.log.fail("EIO")
        await #expect(throws: QueueError.poisoned("EIO")) { try await bench.queue.checkpoint() }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running { await next.expect([id], are: .done) }
    }

    @Test func `jobs that run while a checkpoint is written are neither lost nor done twice`() async throws {
        let bench = try await QueueHarness(log: MemoryLog(turns: { 5 }), script: Self.adds)
        try await bench.running {
            async let checkpoints: Void = {
                for _ in 0..<10 { try await bench.queue.checkpoint() }
            }()
            for number in 0..<100 { _ = try await bench.add("person \(number % 5)") }
            await bench.expect("all ran") { await bench.queue.counts().done == 100 }
            try await checkpoints
            #expect(bench.handler.begun.sorted() == (1...100).map { JobID(rawValue: $0) })
        }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        try await next.running {
            await next.settle()
            #expect(next.handler.begun == [])
            #expect(await next.queue.counts().done == 100)
        }
    }
}

extension QueueHarness {
    /// Each job that is not finished, in words.
    fileprivate func unfinished() async -> [String] {
        var query = JobQuery()
        query.limit = 1_000
        return await queue.jobs(query).filter { ![.done, .superseded].contains($0.state) }.map {
            "\($0.id) \($0.tenant) \($0.lane.map(\.description) ?? "-") \($0.kind) \($0.state) \($0.attempts) "
                + "\($0.reason ?? "-") \($0.acceptedAt) \($0.finishedAt.map(\.description) ?? "-")"
        }
    }
}
