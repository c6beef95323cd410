import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

/// Why is this job waiting?
@Suite(.timeLimit(.minutes(30))) struct ExplanationTests {
    private func expect(
        _ bench: QueueHarness, _ id: JobID, _ why: Explanation, at place: SourceLocation = #_sourceLocation
    ) async throws {
        let told = try await bench.queue.explain(id)
        #expect(told == why, sourceLocation: place)
    }

    @Test func `a job that is done, out of date or dead says so`() async throws {
        let bench = try await QueueHarness(together: .alike) { job, state, _ in
            job.payload == [1] ? .dead(reason: "refused", state: state) : .done(state: state)
        }
        try await bench.running {
            let dead = try await bench.add("ann", payload: [1], isSnapshot: true)
            let done = try await bench.add("ann", isSnapshot: true)
            await bench.expect([done], are: .done)
            try await expect(bench, done, .done(at: ManualClock.usualWallOrigin, reason: nil))
            try await expect(bench, dead, .dead(at: ManualClock.usualWallOrigin, reason: "refused"))
            try await bench.queue.retry(dead)
            await bench.expect([dead], are: .superseded)
            try await expect(bench, dead, .superseded(at: ManualClock.usualWallOrigin))
        }
    }

    @Test func `one that is not known was never accepted, or is forgotten`() async throws {
        let bench = try await QueueHarness { _, state, _ in .dead(reason: "x", state: state) }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .dead)
            try await bench.queue.discard(id)
            await #expect(throws: QueueError.noSuchJob(id)) { _ = try await bench.queue.explain(id) }
            #expect(await bench.queue.hasAccepted(id))
            for number: UInt64 in [0, 2, .max] {
                #expect(await !bench.queue.hasAccepted(JobID(rawValue: number)))
            }
        }
    }

    @Test func `a running job says since when, and those behind it say what they wait for`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(together: .alike) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        let ids = [
            try await bench.add("ann", isSnapshot: true), try await bench.add("ann", isSnapshot: true),
            try await bench.add("ann", payload: [1]), try await bench.add("ann", payload: [1]),
        ]
        try await bench.running {
            await bench.handler.began(ids[1])
            bench.clock.advance(by: .seconds(3))
            let running = Explanation.running(since: ManualClock.usualWallOrigin, attempt: 1, batchSize: 2)
            try await expect(bench, ids[0], running)
            try await expect(bench, ids[1], running)
            try await expect(bench, ids[3], .behind(first: ids[0], ahead: 3, because: running))
            gate.open()
            await bench.expect(ids, are: .done)
            try await expect(
                bench, ids[0],
                .done(at: ManualClock.usualWallOrigin + 3_000, reason: "done together with job \(ids[1])"))
        }
    }

    @Test func `a job that failed says until when it waits and why, and its lane waits with it`() async throws {
        let bench = try await QueueHarness { _, state, _ in .retry(reason: "no luck", state: state, after: .seconds(20))
        }
        try await bench.running {
            let (first, second) = (try await bench.add("ann"), try await bench.add("ann"))
            await bench.clock.sleeper(untilAtLeast: .seconds(20))
            let waiting = Explanation.waiting(
                until: ManualClock.usualWallOrigin + 20_000, attempts: 1, reason: "no luck")
            try await expect(bench, first, waiting)
            try await expect(bench, second, .behind(first: first, ahead: 1, because: waiting))
        }
    }

    @Test func `what is paused or parked says by whom`() async throws {
        var policy = QueuePolicy()
        policy.afterDead = .park
        let bench = try await QueueHarness(policy: policy) { job, state, _ in
            job.payload == [1] ? .dead(reason: "x", state: state) : .done(state: state)
        }
        try await bench.running {
            try await bench.queue.pause(.other)
            let elsewhere = try await bench.add("ann", of: .other)
            try await expect(bench, elsewhere, .tenantPaused)
            let dead = try await bench.add("eve", payload: [1])
            let parked = try await bench.add("eve")
            await bench.expect([dead], are: .dead)
            try await expect(bench, parked, .parked(by: [dead]))
            let done = try await bench.add("bob")
            await bench.expect([done], are: .done)
            let lane = try #require(await bench.queue.job(done)?.lane)
            try await bench.queue.pause(lane, of: .gym)
            let held = try await bench.add("bob")
            try await expect(bench, held, .lanePaused)
        }
    }

    @Test func `a job that only waits for a place says how many of its tenant come before it`() async throws {
        var policy = QueuePolicy()
        policy.lanesPerTenant = 1
        let gate = Gate()
        let bench = try await QueueHarness(policy: policy) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        let bulk = [try await bench.add("zoe", urgency: .bulk), try await bench.add("zac", urgency: .bulk)]
        let live = [try await bench.add("ann"), try await bench.add("bob"), try await bench.add("eve")]
        try await expect(bench, live[2], .ready(ahead: 2))
        try await bench.running {
            await bench.handler.began(live[0])
            try await expect(bench, live[1], .ready(ahead: 0))
            try await expect(bench, live[2], .ready(ahead: 1))
            try await expect(bench, bulk[1], .ready(ahead: 3))
            gate.open()
        }
    }

    @Test func `a job that is not on disk yet says that`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold()
        async let id = bench.add("ann")
        await bench.expect("it took its place") { bench.log.heldCount == 1 }
        try await expect(bench, JobID(rawValue: 1), .notDurable)
        bench.log.letGo()
        try await expect(bench, try await id, .ready(ahead: 0))
    }

    @Test func `a job whose lane became one with a running one waits for that run`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() }
            return .done(state: state)
        }
        try await bench.running {
            func add(_ keys: LaneKey...) async throws -> JobID {
                try await bench.queue.enqueue(NewJob(tenant: .gym, kind: 1, keys: keys, payload: []))
            }
            let running = try await add(.name("ann"))
            await bench.handler.began(running)
            let done = try await add(.booking("b"))
            await bench.expect([done], are: .done)
            let both = try await add(.booking("b"), .name("ann"))
            try await expect(
                bench, both,
                .behind(
                    first: running, ahead: 1,
                    because: .running(since: ManualClock.usualWallOrigin, attempt: 1, batchSize: 1)))
            gate.open()
            await bench.expect([both], are: .done)
        }
    }

    @Test func `a job put back before a running one waits for that run`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1, job.payload.isEmpty { return .dead(reason: "x", state: state) }
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let (dead, running) = (try await bench.add("ann"), try await bench.add("ann"))
            await bench.handler.began(running)
            try await bench.queue.retry(dead)
            try await expect(bench, dead, .afterRun(of: running))
            gate.open()
            await bench.expect([running], are: .done)
        }
    }

    @Test func `when nothing is begun any more, every job says why`() async throws {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann")
        await bench.queue.stop(grace: .zero)
        try await expect(bench, id, .stopping)
        bench.log.fail("EIO")
        try await expect(bench, id, .failed(reason: "EIO"))
    }
}
