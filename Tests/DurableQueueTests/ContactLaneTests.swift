import DeterministicSimulation
import Synchronization
import Testing

@testable import DurableQueue

/// The actor of a lane that has something to run: how long it lives, and what it holds.
@Suite(.timeLimit(.minutes(30))) struct ContactLaneTests {
    /// Counts jobs in its lane's state, and how often it had to decode it.
    private final class Counting: JobHandler {
        let decoded = Mutex(0)
        let seen = Mutex<[Int]>([])

        private func count(_ state: LaneState) -> Int {
            state.value { bytes in
                decoded.withLock { $0 += 1 }
                return bytes.count
            }
        }

        func batchable(_ waiting: [Job], state: LaneState) -> Int {
            _ = count(state)
            return 1
        }

        func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
            let next = count(state) + 1
            seen.withLock { $0.append(next) }
            return .done(state: LaneState([UInt8](repeating: 7, count: next), decoded: next))
        }

        func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
    }

    private func idle(_ queue: JobQueue) async {
        let events = queue.events()
        let (pending, leased) = (await queue.pending(of: .gym), await queue.leased)
        guard pending > 0 || !leased.isEmpty else { return }
        for await event in events where event == .idle {
            if await queue.pending(of: .gym) == 0 { return }
        }
    }

    @Test func `a lane reads its state once, however many jobs it has to run`() async throws {
        let first = try await QueueHarness { _, state, _ in .done(state: state + [1]) }
        try await first.running {
            _ = try await first.add("ann")
            await idle(first.queue)
        }
        let second = try await QueueHarness(log: first.log.crash(.killed, luck: 0)) { _, state, _ in
            .done(state: state + [1])
        }
        for _ in 0..<4 { _ = try await second.add("ann") }
        try await second.running { await idle(second.queue) }
        #expect(second.handler.runs.map(\.state.count) == [1, 2, 3, 4])
        #expect(second.log.reads == 4 + 1, "the payloads, and one state")
    }

    @Test func `a state is decoded once, and not again while the lane lives`() async throws {
        let (log, clock, handler) = (MemoryLog(), ManualClock(), Counting())
        let queue = try await JobQueue.open(
            log: log, found: log.found, handler: handler, clock: clock)
        for _ in 0..<5 {
            _ = try await queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: [.id("ann")], payload: [], isSnapshot: true))
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            await idle(queue)
            await queue.stop(grace: .zero)
        }
        #expect(handler.seen.withLock { $0 } == [1, 2, 3, 4, 5])
        #expect(handler.decoded.withLock { $0 } == 1, "the empty state; every other was told decoded")
    }

    @Test func `a lane lives as long as it has something to run`() async throws {
        let (gate, second) = (Gate(), Gate())
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() } else { await second.pass() }
            return job.id.rawValue == 1 ? .done(state: state) : .retry(reason: "later", state: state)
        }
        #expect(await bench.queue.lanes.count == 0, "none is made for a job that waits")
        try await bench.running {
            let ids = [try await bench.add("ann"), try await bench.add("ann")]
            await bench.handler.began(ids[0])
            #expect(await bench.queue.lanes.count == 1)
            gate.open()
            await bench.handler.began(ids[1])
            #expect(await bench.queue.lanes.count == 1)
            let events = bench.queue.events()
            second.open()
            for await event in events where event == .idle { break }
            #expect(await bench.queue.lanes.count == 0, "its job waits for a time: it is a row again")
        }
    }

    @Test func `what is known of a lane counts only as long as its row names the same record`() async throws {
        let bench = try await QueueHarness { _, state, _ in .done(state: state + [1]) }
        try await bench.running {
            _ = try await bench.add("ann")
            await idle(bench.queue)
        }
        let lane = LaneID(rawValue: 1)
        let stored = try await bench.queue.storedState(of: lane)
        #expect(stored.state == [1])
        let known = StoredState(state: [9], address: stored.address)
        #expect(try await bench.queue.storedState(of: lane, unless: known).state == [9])
        let old = StoredState(state: [9], address: LogAddress(rawValue: 77))
        #expect(try await bench.queue.storedState(of: lane, unless: old).state == [1])
    }

    @Test func `lanes that wait for their turn are kept up to a bound, the one first that ran last`() async throws {
        let bench = try await QueueHarness()
        var lanes = LiveLanes(most: 2, mostBytes: 100)
        let ids = (1...4).map { LaneID(rawValue: UInt64($0)) }
        func take(_ id: LaneID) -> ContactLane {
            lanes.take(id) { ContactLane(id, of: bench.queue, handler: bench.handler) }
        }
        let first = ids.map(take)
        for id in ids { lanes.release(id, keeping: 10) }
        #expect(lanes.count == 2)
        #expect(take(ids[3]) === first[3] && take(ids[2]) === first[2])
        #expect(take(ids[0]) !== first[0], "made anew")
        #expect(lanes.count == 3, "those that run are not counted")
        lanes.release(ids[3], keeping: 60)
        lanes.release(ids[2], keeping: 60)
        #expect(lanes.count == 2 && take(ids[2]) === first[2], "nor more than so many bytes")
        lanes.release(ids[2], keeping: nil)
        lanes.release(ids[0], keeping: 1)
        lanes.clear()
        #expect(lanes.count == 0)
    }
}
