import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct DeadLetterTests {
    private static let refusesFirst: ScriptedHandler.Script = { job, state, _ in
        job.payload == [1] ? .dead(reason: "refused for good", state: state) : .done(state: state)
    }

    private static var parking: QueuePolicy {
        var policy = QueuePolicy()
        policy.afterDead = .park
        return policy
    }

    @Test func `a dead job is kept with its reason, and by default its lane goes on`() async throws {
        let bench = try await QueueHarness(script: Self.refusesFirst)
        try await bench.running {
            let dead = try await bench.add("ann", payload: [1])
            let next = try await bench.add("ann")
            await bench.expect([next], are: .done)
            let view = try #require(await bench.queue.job(dead))
            #expect(view.state == .dead)
            #expect(view.reason == "refused for good")
            #expect(view.finishedAt == ManualClock.usualWallOrigin)
            #expect(try await bench.queue.payload(of: dead) == [1])
        }
    }

    @Test func `a parked lane waits until its dead job is discarded`() async throws {
        let bench = try await QueueHarness(policy: Self.parking, script: Self.refusesFirst)
        try await bench.running {
            let dead = try await bench.add("ann", payload: [1])
            let (next, other) = (try await bench.add("ann"), try await bench.add("bob"))
            await bench.expect([other], are: .done)
            await bench.expect([dead], are: .dead)
            await bench.settle()
            #expect(await bench.state(next) == .paused)
            try await bench.queue.discard(dead)
            await bench.expect([next], are: .done)
            #expect(await bench.queue.job(dead) == nil)
        }
    }

    @Test func `a parked lane is still parked after a restart`() async throws {
        let bench = try await QueueHarness(policy: Self.parking, script: Self.refusesFirst)
        var ids: [JobID] = []
        try await bench.running {
            ids = [try await bench.add("ann", payload: [1]), try await bench.add("ann")]
            await bench.expect([ids[0]], are: .dead)
            try await bench.queue.checkpoint()
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1), policy: Self.parking)
        try await next.running {
            await next.settle()
            #expect(next.handler.begun == [])
            try await next.queue.retry(ids[0])
            await next.expect(ids, are: .done)
            #expect(next.handler.begun == ids)
        }
    }

    @Test func `two dead jobs park a lane until both are seen to`() async throws {
        let bench = try await QueueHarness(policy: Self.parking, script: Self.refusesFirst)
        try await bench.running {
            try await bench.queue.pause(.gym)
            let joinedLater = [try await bench.add("ann", payload: [1]), try await bench.add("bob", payload: [1])]
            try await bench.queue.resume(.gym)
            await bench.expect(joinedLater, are: .dead)
            let both = NewJob(
                tenant: .gym, kind: 1, keys: [.name("ann"), .booking("bob")], payload: [])
            // Not joined by ids, which are exclusive; the parked lanes are two, and each blocks its own.
            let free = try await bench.queue.enqueue(both)
            await bench.expect([free], are: .done)
            let behind = [try await bench.add("ann"), try await bench.add("bob")]
            await bench.settle()
            #expect(await bench.state(behind[0]) == .paused)
            try await bench.queue.discard(joinedLater[0])
            await bench.expect([behind[0]], are: .done)
            #expect(await bench.state(behind[1]) == .paused)
            try await bench.queue.discard(joinedLater[1])
            await bench.expect([behind[1]], are: .done)
        }
    }

    @Test func `a retried job goes back to its place by number`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.id.rawValue == 1 && job.attempt == 1 && state.isEmpty
                ? .dead(reason: "refused", state: [1]) : .done(state: state)
        }
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.expect([first], are: .dead)
            try await bench.queue.pause(.gym)
            let later = [try await bench.add("ann"), try await bench.add("ann")]
            try await bench.queue.retry(first)
            #expect(await bench.queue.job(first)?.attempts == 0)
            try await bench.queue.resume(.gym)
            await bench.expect([first] + later, are: .done)
            #expect(bench.handler.begun == [first, first] + later)
        }
    }

    @Test func `a retried snapshot that is older than one already done closes as superseded`() async throws {
        let bench = try await QueueHarness(script: Self.refusesFirst)
        try await bench.running {
            let old = try await bench.add("ann", payload: [1], isSnapshot: true)
            let new = try await bench.add("ann", isSnapshot: true)
            await bench.expect([new], are: .done)
            try await bench.queue.retry(old)
            await bench.expect([old], are: .superseded)
            #expect(bench.handler.begun == [old, new])
        }
    }

    @Test func `that a newer snapshot was done is remembered over a restart and a checkpoint`() async throws {
        let bench = try await QueueHarness(script: Self.refusesFirst)
        var ids: [JobID] = []
        try await bench.running {
            ids = [
                try await bench.add("ann", payload: [1], isSnapshot: true),
                try await bench.add("ann", isSnapshot: true),
            ]
            await bench.expect([ids[1]], are: .done)
            try await bench.queue.checkpoint()
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running {
            try await next.queue.retry(ids[0])
            await next.expect([ids[0]], are: .superseded)
            #expect(next.handler.begun == [])
        }
    }

    @Test func `a message that could not be placed is dead at once, and is placed when it is retried`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            let lost = try await bench.queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: [], payload: [5], unroutable: "no personId"))
            #expect(await bench.queue.job(lost)?.state == .dead)
            #expect(await bench.queue.job(lost)?.reason == "no personId")
            #expect(await bench.queue.job(lost)?.lane == nil)
            await #expect(throws: QueueError.unroutable(lost)) { try await bench.queue.retry(lost) }
            try await bench.queue.pause(.gym)
            let later = try await bench.add("ann")
            try await bench.queue.retry(lost, keys: [.id("ann")])
            try await bench.queue.resume(.gym)
            await bench.expect([lost, later], are: .done)
            #expect(bench.handler.begun == [lost, later])
        }
    }

    @Test func `only what is dead can be retried, and only what does not run can be discarded`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let (running, behind) = (try await bench.add("ann"), try await bench.add("ann"))
            await bench.handler.began(running)
            await #expect(throws: QueueError.notNow(running, .running)) { try await bench.queue.discard(running) }
            await #expect(throws: QueueError.notNow(behind, .accepted)) { try await bench.queue.retry(behind) }
            await #expect(throws: QueueError.noSuchJob(JobID(rawValue: 77))) {
                try await bench.queue.retry(JobID(rawValue: 77))
            }
            try await bench.queue.discard(behind)
            gate.open()
            await bench.expect([running], are: .done)
            await bench.settle()
            #expect(bench.handler.begun == [running])
        }
    }
}
