import Clocks
import DeterministicSimulation
import DurableQueue
import Synchronization
import Testing

/// Several waiting snapshots of a lane done in one run.
@Suite(.timeLimit(.minutes(30))) struct BatchTests {
    private func add(_ bench: QueueHarness, _ count: Int, payload: [UInt8] = [], isSnapshot: Bool = true) async throws
        -> [JobID]
    {
        var ids: [JobID] = []
        for _ in 0..<count { ids.append(try await bench.add("ann", payload: payload, isSnapshot: isSnapshot)) }
        return ids
    }

    @Test func `snapshots that wait and may go together are one run, and one record closes them all`() async throws {
        let bench = try await QueueHarness(together: .all) { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        let ids = try await add(bench, 5)
        let before = bench.log.records.count
        try await bench.running { await bench.expect(ids, are: .done) }
        #expect(bench.handler.together == [ids])
        #expect(bench.log.records.count == before + 1)
        #expect(bench.log.reserved == 0)
        #expect(await bench.queue.counts().done == 5)
        for id in ids {
            let view = try #require(await bench.queue.job(id))
            #expect(view.attempts == 1)
            #expect(view.reason == (id == ids[4] ? nil : "done together with job \(ids[4])"))
        }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        #expect(await next.queue.counts().done == 5)
        let later = try await next.add("ann")
        try await next.running { await next.expect([later], are: .done) }
        #expect(next.handler.runs.map(\.state) == [[1]])
    }

    @Test func `only as many go together as the handler says, in their order`() async throws {
        let bench = try await QueueHarness(together: .alike)
        var ids: [JobID] = []
        for payload: UInt8 in [1, 1, 2, 1, 1, 1] { ids += try await add(bench, 1, payload: [payload]) }
        try await bench.running { await bench.expect(ids, are: .done) }
        #expect(bench.handler.together == [[ids[0], ids[1]], [ids[2]], [ids[3], ids[4], ids[5]]])
    }

    @Test func `what is no snapshot never goes with others, and nothing goes past it`() async throws {
        let bench = try await QueueHarness(together: .all)
        let first = try await add(bench, 2)
        let alone = try await add(bench, 1, isSnapshot: false)
        let last = try await add(bench, 2)
        try await bench.running { await bench.expect(first + alone + last, are: .done) }
        #expect(bench.handler.together == [first, alone, last])
    }

    @Test func `a job that comes while the ones before it run waits for a run of its own`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(together: .all) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        let first = try await add(bench, 2)
        try await bench.running {
            await bench.handler.began(first[0])
            let later = try await add(bench, 2)
            await bench.expect(first, are: .running)
            await bench.expect(later, are: .accepted)
            #expect(await bench.queue.counts().tenants[.gym]?.jobs == [.running: 2, .accepted: 2])
            var query = JobQuery()
            query.state = .running
            #expect(await bench.queue.jobs(query).map(\.id) == first)
            for id in first {
                await #expect(throws: QueueError.notNow(id, .running)) { try await bench.queue.discard(id) }
            }
            gate.open()
            await bench.expect(later, are: .done)
            #expect(bench.handler.together == [first, later])
        }
    }

    @Test(arguments: [(1_000, 64), (2_048, 50)])
    func `a joint run has a bound in jobs and in bytes`(size: Int, most: Int) async throws {
        var policy = QueuePolicy()
        policy.maxBatchBytes = 50 * 2_048
        let bench = try await QueueHarness(policy: policy, together: .all)
        let ids = try await add(bench, 100, payload: [UInt8](repeating: 1, count: size))
        try await bench.running { await bench.expect(ids, are: .done) }
        #expect(bench.handler.together.map(\.count) == [most, 100 - most])
        #expect(bench.handler.begun == ids)
    }

    @Test func `no job goes along before it is durable`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(together: .all) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.handler.began(first)
            let second = try await bench.add("ann", isSnapshot: true)
            bench.log.hold(.syncs)
            async let third = bench.add("ann", isSnapshot: true)
            await bench.expect("it took its place") { bench.log.heldCount == 1 }
            gate.open()
            await bench.expect([second], are: .done)
            bench.log.letGo()
            await bench.expect([try await third], are: .done)
            #expect(bench.handler.together.count == 3)
        }
    }

    @Test func `a retried joint run keeps its place, and who has come meanwhile goes along`() async throws {
        let bench = try await QueueHarness(together: .all) { job, state, _ in
            job.attempt == 1 ? .retry(reason: "no luck", state: [7], after: .seconds(5)) : .done(state: state)
        }
        var ids = try await add(bench, 2)
        try await bench.running {
            await bench.clock.sleeper(untilAtLeast: .seconds(5))
            await bench.expect([ids[0]], are: .waiting(until: ManualClock.usualWallOrigin + 5_000))
            #expect(await bench.state(ids[1]) == .accepted)
            ids += try await add(bench, 1)
            bench.clock.advance(by: .seconds(5))
            await bench.expect(ids, are: .done)
            #expect(bench.handler.together == [[ids[0], ids[1]], ids])
            #expect(bench.handler.runs.map(\.state) == [[], [7]])
            #expect(await bench.queue.job(ids[0])?.attempts == 2)
            #expect(await bench.queue.job(ids[1])?.attempts == 1)
        }
    }

    @Test func `a refused batch kills no job: each is run alone and gets its own verdict`() async throws {
        let bench = try await QueueHarness(together: .all) { job, state, _ in
            // The first of the joint run, and the second when it is alone.
            state.isEmpty || job.payload == [2] ? .dead(reason: "refused", state: state + [9]) : .done(state: state)
        }
        var ids: [JobID] = []
        for payload: UInt8 in [1, 2, 3] { ids += try await add(bench, 1, payload: [payload]) }
        try await bench.running {
            await bench.expect([ids[0], ids[2]], are: .done)
            await bench.expect([ids[1]], are: .dead)
            #expect(bench.handler.together == [ids, [ids[0]], [ids[1]], [ids[2]]])
            #expect(bench.handler.runs.map(\.state) == [[], [9], [9], [9, 9]])
            #expect(await bench.queue.job(ids[0])?.attempts == 1)
            // It was closed with a verdict of its own, so it may go with others again.
            #expect(await bench.queue.job(ids[2])?.reason == nil)
            let later = try await add(bench, 2)
            await bench.expect(later, are: .done)
        }
    }

    @Test func `after a refusal a lane that parks waits for the refused job only`() async throws {
        var policy = QueuePolicy()
        policy.afterDead = .park
        let bench = try await QueueHarness(policy: policy, together: .all) { job, state, _ in
            job.payload == [2] || state.isEmpty ? .dead(reason: "refused", state: [1]) : .done(state: state)
        }
        var ids: [JobID] = []
        for payload: UInt8 in [1, 2, 3] { ids += try await add(bench, 1, payload: [payload]) }
        try await bench.running {
            await bench.expect([ids[0]], are: .done)
            await bench.expect([ids[1]], are: .dead)
            await bench.expect([ids[2]], are: .paused)
            try await bench.queue.discard(ids[1])
            await bench.expect([ids[2]], are: .done)
        }
    }

    @Test func `a state that grew too large with many is each one's own trouble`() async throws {
        var policy = QueuePolicy()
        policy.maxLaneState = 1
        let bench = try await QueueHarness(policy: policy, together: .all) { job, _, _ in
            .done(state: [UInt8](repeating: 1, count: Int(job.payload[0])))
        }
        let ids = try await add(bench, 1, payload: [2]) + (try await add(bench, 1, payload: [1]))
        try await bench.running {
            await bench.expect([ids[0]], are: .dead)
            await bench.expect([ids[1]], are: .done)
        }
    }

    @Test func `a stop puts all of a joint run back as if not tried`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(together: .all) { _, state, _ in
            await gate.passOrCancelled()
            return .interrupted(state: state + [5])
        }
        let ids = try await add(bench, 3)
        try await bench.running {
            await bench.handler.began(ids[0])
            await bench.queue.stop(grace: .seconds(5), interruptsAtOnce: true)
            await bench.expect(ids, are: .accepted)
        }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0), together: .all)
        try await next.running { await next.expect(ids, are: .done) }
        #expect(next.handler.together == [ids])
        #expect(next.handler.runs[0].state == [5])
        #expect(next.handler.runs[0].job.attempt == 1)
    }

    @Test(arguments: [MemoryLog.Crash.killed, .powerLost], [0.0, 1.0])
    func `a crash leaves all of a joint run pending, or all done`(crash: MemoryLog.Crash, luck: Double) async throws {
        let bench = try await QueueHarness(together: .all) { _, state, _ in .done(state: [3]) }
        let ids = try await add(bench, 3)
        bench.log.hold()
        try await bench.running {
            await bench.expect("its record is on its way") { bench.log.heldCount == 1 }
            let next = try await QueueHarness(log: bench.log.crash(crash, luck: luck), together: .all)
            let left = await next.queue.counts().tenants[.gym]?.pending ?? 0
            #expect(left == (luck == 0 ? 3 : 0))
            try await next.running { await next.expect(ids, are: .done) }
            bench.log.letGo()
        }
    }

    @Test func `a dead job older than a joint run that was done is out of date`() async throws {
        let bench = try await QueueHarness(together: .alike) { job, state, _ in
            job.payload == [1] ? .dead(reason: "refused", state: state) : .done(state: state)
        }
        let dead = try await add(bench, 1, payload: [1])
        let others = try await add(bench, 2, payload: [2])
        try await bench.running {
            await bench.expect(others, are: .done)
            try await bench.queue.retry(dead[0])
            await bench.expect(dead, are: .superseded)
        }
    }

    @Test func `one behind the first that cannot be read ends the line, and harms only itself`() async throws {
        let bench = try await QueueHarness(together: .all)
        let ids = try await add(bench, 3)
        bench.log.damage(2)
        try await bench.running {
            await bench.expect([ids[0], ids[2]], are: .done)
            await bench.expect([ids[1]], are: .dead)
            #expect(bench.handler.together == [[ids[0]], [ids[2]]])
        }
    }

    @Test func `a handler that says more than it was asked about, or nothing, is taken sensibly`() async throws {
        for answer in [Int.min, 0, Int.max] {
            let bench = try await QueueHarness(together: Together { _ in answer })
            let ids = try await add(bench, 3)
            try await bench.running { await bench.expect(ids, are: .done) }
            #expect(bench.handler.together == (answer == .max ? [ids] : ids.map { [$0] }))
        }
    }

    /// Its jobs rest on a state that the run was not given.
    @Test func `jobs of a lane that is joined while a run is put together do not go along`() async throws {
        var policy = QueuePolicy()
        policy.lanes = 1
        let gate = Gate()
        let bench = try await QueueHarness(policy: policy, together: .all) { job, state, _ in
            if job.payload == [9] { await gate.pass() }
            return .done(state: state + [UInt8(job.id)])
        }
        func snapshot(_ keys: LaneKey...) -> NewJob {
            NewJob(tenant: .gym, kind: 1, keys: keys, payload: [], isSnapshot: true)
        }
        try await bench.running {
            let known = try await bench.queue.enqueue(snapshot(.booking("b")))
            await bench.expect([known], are: .done)
            let blocker = try await bench.add("zoe", payload: [9])
            await bench.handler.began(blocker)
            var ids = [try await bench.queue.enqueue(snapshot(.name("ann")))]
            ids.append(try await bench.queue.enqueue(snapshot(.name("ann"))))
            ids.append(try await bench.queue.enqueue(snapshot(.booking("b"))))
            let reads = bench.log.holdReads()
            gate.open()
            await bench.expect([ids[0]], are: .running)
            ids.append(try await bench.queue.enqueue(snapshot(.name("ann"), .booking("b"))))
            reads.open()
            await bench.expect(ids, are: .done)
            let run = try #require(bench.handler.runs.first { $0.job.id == ids[2] || $0.others.contains(ids[2]) })
            #expect(run.state.contains(UInt8(known)))
            #expect(bench.handler.begun == [known, blocker] + ids)
        }
    }

    @Test func `who is discarded while a run is put together is not part of it`() async throws {
        var policy = QueuePolicy()
        policy.lanes = 1
        let gate = Gate()
        let bench = try await QueueHarness(policy: policy, together: .all) { job, state, _ in
            if job.payload == [9] { await gate.pass() }
            return .done(state: state)
        }
        try await bench.running {
            let blocker = try await bench.add("zoe", payload: [9])
            await bench.handler.began(blocker)
            let ids = try await add(bench, 4)
            let reads = bench.log.holdReads()
            gate.open()
            await bench.expect([ids[0]], are: .running)
            try await bench.queue.discard(ids[1])
            reads.open()
            await bench.expect([ids[0], ids[2], ids[3]], are: .done)
            #expect(!bench.handler.begun.contains(ids[1]))
        }
    }
}
