import Clocks
import DeterministicSimulation
import DurableQueue
import Synchronization
import Testing

/// Runs that only wait are called off when an operator stops them.
@Suite(.timeLimit(.minutes(30))) struct CallingOffTests {
    /// Waits for a permit that comes when the gate opens, and then has its effect, if it still may.
    private func waiting(_ gate: Gate, _ effects: Effects, policy: QueuePolicy = QueuePolicy()) async throws
        -> QueueHarness
    {
        try await QueueHarness(policy: policy, saysWhenItBegins: true) { job, state, lane in
            await gate.passOrCancelled()
            guard lane.begin() else { return .interrupted(state: state) }
            effects.add(job.id)
            return .done(state: state + [UInt8(job.id)])
        }
    }

    @Test
    func `a paused tenant's jobs that wait for a permit have no effect any more, and go on in order when it resumes`()
        async throws
    {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        try await bench.running {
            var ids: [JobID] = []
            for number in 0..<30 {
                ids.append(try await bench.add("person \(number % 10)"))
            }
            let other = try await bench.add("ann", of: .other)
            await bench.handler.until { $0.count == 11 }
            try await bench.queue.pause(.gym)
            gate.open()
            await bench.expect([other], are: .done)
            await bench.settle()
            #expect(effects.all == [other], "nothing of the paused tenant")
            await bench.expect(ids, are: .paused)
            for id in ids { #expect(await bench.queue.job(id)?.attempts == 0, "no try was charged") }
            // The place of a job that is done is given back a moment later.
            await bench.expect("they hold no place") { await bench.queue.counts().lanesRunning == 0 }
            try await bench.queue.resume(.gym)
            await bench.expect(ids, are: .done)
            for person in 0..<10 {
                let own = ids.filter { Int($0.rawValue - 1) % 10 == person }
                #expect(effects.all.filter(own.contains) == own)
            }
        }
    }

    @Test func `a paused lane's run is called off, and no other lane's`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        try await bench.running {
            let (ann, bob) = (try await bench.add("ann"), try await bench.add("bob"))
            await bench.handler.until { $0.count == 2 }
            let lane = try #require(await bench.queue.job(ann)?.lane)
            try await bench.queue.pause(lane, of: .gym)
            await bench.expect([ann], are: .paused)
            #expect(await bench.state(bob) == .waitingToBegin)
            gate.open()
            await bench.expect([bob], are: .done)
            #expect(effects.all == [bob])
            try await bench.queue.resume(lane, of: .gym)
            await bench.expect([ann], are: .done)
        }
    }

    @Test func `so is the run of a lane that was joined into the paused one`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        func job(_ keys: LaneKey...) -> NewJob { NewJob(tenant: .gym, kind: 1, keys: keys, payload: []) }
        try await bench.running {
            var ids = [
                try await bench.queue.enqueue(job(.booking("b"))), try await bench.queue.enqueue(job(.name("ann"))),
            ]
            await bench.handler.until { $0.count == 2 }
            ids.append(try await bench.queue.enqueue(job(.booking("b"), .name("ann"))))
            let lane = try #require(await bench.queue.job(ids[2])?.lane)
            try await bench.queue.pause(lane, of: .gym)
            gate.open()
            await bench.expect(ids, are: .paused)
            #expect(effects.all == [])
            try await bench.queue.resume(lane, of: .gym)
            await bench.expect(ids, are: .done)
            #expect(effects.all == ids)
        }
    }

    @Test func `a run in the middle of an effect ends it, and begins no other`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await QueueHarness(saysWhenItBegins: true) { job, state, lane in
            guard lane.begin() else { return .interrupted(state: state) }
            effects.add(job.id)
            // What was sent is not called back.
            await gate.pass()
            guard lane.begin() else { return .interrupted(state: state + [1]) }
            effects.add(job.id)
            return .done(state: state + [2])
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            await bench.expect([id], are: .running)
            #expect(await bench.queue.job(id)?.attempts == 1, "the present try is told")
            try await bench.queue.pause(.gym)
            gate.open()
            await bench.expect([id], are: .paused)
            #expect(effects.all == [id])
            #expect(await bench.queue.job(id)?.attempts == 0)
            try await bench.queue.resume(.gym)
            await bench.expect([id], are: .done)
            #expect(bench.handler.runs.last?.state == [1], "what the first effect did is known")
        }
    }

    @Test func `a run that pauses again and again leaves what was set aside for its completion`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        try await bench.running {
            let id = try await bench.add("ann")
            for count in 1...20 {
                await bench.handler.until { $0.count == count }
                try await bench.queue.pause(.gym)
                await bench.expect([id], are: .paused)
                try await bench.queue.resume(.gym)
            }
            let outcomes = bench.log.records.count { $0.kind == 2 }
            #expect(outcomes == 0, "all was as before each time")
            gate.open()
            await bench.expect([id], are: .done)
        }
    }

    // MARK: Discarding

    @Test func `a job that only waits can be discarded, and what follows it goes on`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        try await bench.running {
            let (first, second) = (try await bench.add("ann"), try await bench.add("ann"))
            await bench.handler.began(first)
            try await bench.queue.discard(first)
            #expect(await bench.state(first) == nil)
            gate.open()
            await bench.expect([second], are: .done)
            #expect(effects.all == [second])
            #expect(bench.log.reserved == 0)
        }
    }

    @Test func `one of several that wait as one is discarded alone`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await QueueHarness(together: .all, saysWhenItBegins: true) { job, state, lane in
            await gate.passOrCancelled()
            guard lane.begin() else { return .interrupted(state: state) }
            effects.add(job.id)
            return .done(state: state)
        }
        var ids: [JobID] = []
        for _ in 0..<4 { ids.append(try await bench.add("ann", isSnapshot: true)) }
        try await bench.running {
            await bench.handler.began(ids[3])
            try await bench.queue.discard(ids[1])
            gate.open()
            await bench.expect([ids[0], ids[2], ids[3]], are: .done)
            #expect(!bench.handler.together.dropFirst().contains { $0.contains(ids[1]) })
        }
    }

    @Test func `one whose run has begun cannot be discarded`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(saysWhenItBegins: true) { _, state, lane in
            guard lane.begin() else { return .interrupted(state: state) }
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .running)
            await #expect(throws: QueueError.notNow(id, .running)) { try await bench.queue.discard(id) }
            gate.open()
            await bench.expect([id], are: .done)
        }
    }

    // MARK: What people are told

    @Test func `a job whose run only waits is told as waiting, with what for, and counted so`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await QueueHarness(saysWhenItBegins: true) { job, state, lane in
            if job.id.rawValue == 1 { lane.waits(for: "somebody's address") }
            await gate.passOrCancelled()
            guard lane.begin() else { return .interrupted(state: state) }
            effects.add(job.id)
            return .done(state: state)
        }
        try await bench.running {
            let (ann, bob) = (try await bench.add("ann"), try await bench.add("bob"))
            let behind = try await bench.add("bob")
            await bench.handler.until { $0.count == 2 }
            let view = try #require(await bench.queue.job(ann))
            #expect(view.state == .waitingToBegin && view.state.name == .waiting && view.attempts == 0)
            #expect(view.reason == "it waits for somebody's address")
            #expect(await bench.queue.counts().tenants[.gym]?.jobs == [.waiting: 2, .accepted: 1])
            var query = JobQuery()
            query.state = .waiting
            #expect(await bench.queue.jobs(query).map(\.id) == [ann, bob])
            query.state = .running
            #expect(await bench.queue.jobs(query).isEmpty)
            let since = ManualClock.usualWallOrigin
            #expect(
                try await bench.queue.explain(ann)
                    == .waitingToBegin(since: since, batchSize: 1, reason: "somebody's address"))
            #expect(
                try await bench.queue.explain(behind)
                    == .behind(
                        first: bob, ahead: 1, because: .waitingToBegin(since: since, batchSize: 1, reason: nil)))
            gate.open()
            await bench.expect([ann, bob, behind], are: .done)
        }
    }

    // MARK: Tenants that are not served

    @Test func `jobs of a tenant that is not served wait, are counted and explained, and go on when it is`()
        async throws
    {
        let first = try await QueueHarness()
        let ids = [try await first.add("ann"), try await first.add("ann"), try await first.add("bob")]
        let other = try await first.add("ann", of: .other)
        let bench = try await QueueHarness(log: first.log.crash(.powerLost, luck: 0))
        await bench.queue.serve(only: [.other])
        try await bench.running {
            await bench.expect([other], are: .done)
            await bench.settle()
            #expect(bench.handler.begun == [other])
            await bench.expect(ids, are: .paused)
            #expect(try await bench.queue.explain(ids[0]) == .tenantNotServed)
            let counts = try #require(await bench.queue.counts().tenants[.gym])
            #expect(counts.jobs == [.paused: 3] && !counts.isServed && !counts.isPaused)
            try await bench.queue.discard(ids[2])
            await bench.queue.serve(only: nil)
            await bench.expect([ids[0], ids[1]], are: .done)
            #expect(bench.handler.begun == [other, ids[0], ids[1]])
        }
    }

    @Test func `a tenant that is served no longer has its waiting runs called off`() async throws {
        let (gate, effects) = (Gate(), Effects())
        let bench = try await waiting(gate, effects)
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.handler.began(id)
            await bench.queue.serve(only: [])
            await bench.expect([id], are: .paused)
            gate.open()
            await bench.settle()
            #expect(effects.all == [])
            await bench.queue.serve(only: [.gym])
            await bench.expect([id], are: .done)
        }
    }
}

/// What the outside world has seen.
private final class Effects: Sendable {
    private let jobs = Mutex<[JobID]>([])
    func add(_ job: JobID) { jobs.withLock { $0.append(job) } }
    var all: [JobID] { jobs.withLock { $0 } }
}
