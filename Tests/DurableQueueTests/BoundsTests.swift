import Clocks
import DeterministicSimulation
import DurableQueue
import Synchronization
import Testing

/// Everything has a bound, and every refusal says which.
@Suite(.timeLimit(.minutes(30))) struct BoundsTests {
    @Test func `a full log refuses jobs and still takes completions`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            bench.log.setFull(true)
            await #expect(throws: QueueError.full) { _ = try await bench.add("bob") }
            gate.open()
            await bench.expect([id], are: .done)
            bench.log.setFull(false)
            let later = try await bench.add("bob")
            await bench.expect([later], are: .done)
            #expect(bench.handler.begun == [id, later])
        }
    }

    /// Room that is made between a refusal and the question after it, and taken by others again, is no full disk.
    @Test func `a job that comes too late for room several times is accepted, since none is missing`() async throws {
        let bench = try await QueueHarness { _, state, _ in .done(state: state) }
        try await bench.running {
            bench.log.refuse(4)
            let id = try await bench.add("ann")
            await bench.expect([id], are: .done)
        }
    }

    @Test func `what is set aside for a job is given back when it ends, and known again after a restart`() async throws
    {
        let bench = try await QueueHarness { job, state, _ in
            job.payload.isEmpty ? .done(state: state) : .dead(reason: "x", state: state)
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("bob")]
            await bench.expect(ids, are: .done)
            #expect(bench.log.reserved == 0)
            let dead = try await bench.add("eve", payload: [UInt8](repeating: 1, count: 1_000))
            await bench.expect([dead], are: .dead)
            let reserved = bench.log.reserved
            #expect(reserved >= 1_000, "a dead job can still be retried or copied")
            let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 1))
            #expect(next.log.reserved == reserved)
            try await next.queue.discard(dead)
            #expect(next.log.reserved == 0)
        }
    }

    @Test func `a failed log accepts nothing, begins nothing, and does not delay a stop`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[0])
            bench.log.fail("EIO")
            #expect(await bench.queue.isAccepting == false)
            await #expect(throws: QueueError.poisoned("EIO")) { _ = try await bench.add("bob") }
            await #expect(throws: QueueError.poisoned("EIO")) { try await bench.queue.pause(.gym) }
            await #expect(throws: QueueError.poisoned("EIO")) {
                try await bench.queue.setMetadata("a", [1], durable: true)
            }
            gate.open()
            await bench.expect("the run is over") { await bench.queue.counts().lanesRunning == 0 }
            await bench.settle()
            #expect(bench.handler.begun == [ids[0]])
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        try await next.running { await next.expect("both ran") { next.handler.begun.count == 2 } }
    }

    @Test func `an enqueue whose sync fails fails, though its record may be there`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: QueueError.poisoned("EIO")) { _ = try await bench.add("ann") }
            }
            await bench.expect("it took its place") { bench.log.heldCount == 1 }
            bench.log.fail("EIO")
            try await group.waitForAll()
        }
    }

    @Test func `what is too large is refused, and names the limit`() async throws {
        var policy = QueuePolicy()
        policy.maxPayload = 10
        policy.maxKeyBytes = 5
        let bench = try await QueueHarness(policy: policy)
        await #expect(throws: QueueError.tooLarge(bytes: 11, limit: 10)) {
            _ = try await bench.add("ann", payload: [UInt8](repeating: 0, count: 11))
        }
        let most = JobQueue.largestMetadata
        await #expect(throws: QueueError.tooLarge(bytes: most + 1, limit: most)) {
            try await bench.queue.setMetadata("a", [UInt8](repeating: 0, count: most), durable: false)
        }
        _ = try await bench.add("ann", payload: [UInt8](repeating: 0, count: 10))
        #expect(bench.log.records.count == 1)
    }

    @Test func `a lane's state that grows too large makes its job dead, and the state stays what it was`() async throws
    {
        var policy = QueuePolicy()
        policy.maxLaneState = 4
        let bench = try await QueueHarness(policy: policy) { job, state, lane in
            switch job.id.rawValue {
            case 1: return .done(state: [1, 2, 3, 4])
            case 2:
                do { try await lane.save([1, 2, 3, 4, 5]) } catch { return .dead(reason: "\(error)", state: state) }
                return .done(state: state)
            case 3: return .done(state: [1, 2, 3, 4, 5])
            default: return .done(state: state)
            }
        }
        try await bench.running {
            let ids = [
                try await bench.add("ann"), try await bench.add("ann"), try await bench.add("ann"),
                try await bench.add("ann"),
            ]
            await bench.expect([ids[0], ids[3]], are: .done)
            await bench.expect([ids[1], ids[2]], are: .dead)
            #expect(await bench.queue.job(ids[1])?.reason == QueueError.tooLarge(bytes: 5, limit: 4).description)
            #expect(await bench.queue.job(ids[2])?.reason?.contains("5 bytes") == true)
            #expect(bench.handler.runs.map(\.state) == [[], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]])
        }
    }

    @Test func `nor is a job tried for ever whose handler could not save it`() async throws {
        var policy = QueuePolicy()
        policy.maxLaneState = 4
        let bench = try await QueueHarness(policy: policy) { _, _, lane in
            let state: [UInt8] = [1, 2, 3, 4, 5]
            do { try await lane.save(state) } catch {
                return .retry(reason: "\(error)", state: state, isCharged: false)
            }
            return .done(state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .dead)
            #expect(bench.handler.runs.count == 1)
        }
    }

    /// solid_queue 761: the finish of a lease that was given up freed the lock of its successor.
    @Test func `an attempt that is over can no longer speak for its lane`() async throws {
        let kept = Kept()
        let gate = Gate()
        let bench = try await QueueHarness { job, state, lane in
            if job.id.rawValue == 1 { kept.keep(lane) } else { await gate.pass() }
            return .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[1])
            let old = try #require(kept.lane)
            await #expect(throws: QueueError.stale(ids[0])) { try await old.save([99]) }
            #expect(await bench.queue.counts().staleCompletions == 1)
            #expect(await bench.queue.counts().lanesRunning == 1)
            gate.open()
            await bench.expect(ids, are: .done)
            #expect(bench.handler.runs.last?.state == [1, 2])
        }
    }

    @Test(arguments: ["x", "é", "👨‍👩‍👧‍👦"])
    func `a long reason is cut at a whole character, and shows that it was`(_ character: String) async throws {
        let bench = try await QueueHarness { _, state, _ in
            .dead(reason: String(repeating: character, count: 10_000), state: state)
        }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .dead)
            let reason = try #require(await bench.queue.job(id)?.reason)
            #expect(reason.utf8.count <= JobQueue.longestReason && reason.utf8.count > JobQueue.longestReason - 40)
            #expect(reason.hasSuffix(character + "…"))
        }
    }

    @Test func `a reason of the longest that is kept is kept whole`() async throws {
        let whole = String(repeating: "x", count: JobQueue.longestReason)
        let bench = try await QueueHarness { _, state, _ in .dead(reason: whole, state: state) }
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .dead)
            #expect(await bench.queue.job(id)?.reason == whole)
        }
    }

    /// An outage of days makes many tries; each must cost little.
    @Test func `a try that changed nothing does not write the lane's state again`() async throws {
        let bench = try await QueueHarness { job, _, _ in
            let state = [UInt8](repeating: 7, count: 10_000)
            return job.id.rawValue == 1 ? .done(state: state) : .retry(reason: "down", state: state, after: .zero)
        }
        try await bench.running {
            _ = try await bench.add("ann")
            _ = try await bench.add("ann")
            for attempt in 2...20 {
                await bench.handler.until { $0.count == attempt }
                await bench.clock.sleeper(untilAtLeast: bench.clock.now.offset + .milliseconds(1))
                bench.clock.advance(by: .milliseconds(1))
            }
            let large = bench.log.records.filter { $0.payload.count > 10_000 }
            #expect(large.count == 1)
            #expect(bench.handler.runs.last?.state.count == 10_000)
        }
    }

    @Test func `a lane that does not exist cannot be paused, nor another tenant's`() async throws {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann")
        let lane = try #require(await bench.queue.job(id)?.lane)
        await #expect(throws: QueueError.noSuchLane(LaneID(rawValue: 99))) {
            try await bench.queue.pause(LaneID(rawValue: 99), of: .gym)
        }
        await #expect(throws: QueueError.noSuchLane(lane)) { try await bench.queue.pause(lane, of: .other) }
    }

    @Test func `a record that cannot be read makes its job dead, and no other`() async throws {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann")
        let other = try await bench.add("bob")
        bench.log.damage(1)
        try await bench.running {
            await bench.expect([id], are: .dead)
            await bench.expect([other], are: .done)
            #expect(await bench.queue.job(id)?.reason?.contains("cannot be read back") == true)
        }
    }
}

/// A lane handle, taken out of its run.
private final class Kept: Sendable {
    private let state = Mutex<LaneHandle?>(nil)
    func keep(_ lane: LaneHandle) { state.withLock { $0 = lane } }
    var lane: LaneHandle? { state.withLock { $0 } }
}
