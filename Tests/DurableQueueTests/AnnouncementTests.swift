import DeterministicSimulation
import Synchronization
import Testing

@testable import DurableQueue

@Suite(.timeLimit(.minutes(30))) struct AnnouncementTests {
    @Test func `a handler hears of a job only once it is on disk`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        async let first = bench.add("ann")
        await bench.expect("it took its place") { bench.log.heldCount == 1 }
        await bench.settle()
        #expect(bench.handler.acceptedIDs == [])
        bench.log.letGo()
        let id = try await first
        #expect(bench.handler.acceptedIDs == [id])
    }

    @Test func `a handler never hears of a job whose sync failed`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            bench.log.hold(.syncs)
            async let failure = QueueError.of { _ = try await bench.add("ann") }
            await bench.expect("it took its place") { bench.log.heldCount == 1 }
            bench.log.fail("EIO")
            #expect(await failure == .poisoned("EIO"))
            await bench.settle()
        }
        #expect(bench.handler.acceptedIDs == [])
        #expect(bench.handler.begun == [])
    }

    @Test func `of jobs that one sync makes durable the handler hears in their order before any of them runs`()
        async throws
    {
        let heard = Heard()
        let log = MemoryLog()
        let clock = ManualClock()
        let queue = try await JobQueue.open(
            log: log, found: log.found, handler: heard, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            log.hold(.syncs)
            for number in 0..<20 {
                group.addTask {
                    _ = try await queue.enqueue(
                        NewJob(tenant: .gym, kind: 1, keys: [.id("person \(number)")], payload: []))
                }
            }
            // Those that come side by side wait for their sync as one, so that fewer waits than jobs may be held.
            while log.lastSequence < 20 || log.heldCount == 0 { await Task.yield() }
            log.letGo()
            while await queue.counts().done < 20 { await Task.yield() }
            await queue.stop(grace: .zero)
            try await group.waitForAll()
        }
        let story = heard.story
        #expect(story.compactMap(\.told) == (1...20).map { JobID(rawValue: $0) })
        for (place, event) in story.enumerated() {
            guard case .ran(let id) = event else { continue }
            #expect(
                story[..<place].compactMap(\.told).contains { $0 >= id }, "\(id) ran before its acceptance was told")
        }
    }

    @Test func `opening a queue reads no payload, however many jobs are pending`() async throws {
        let bench = try await QueueHarness()
        for number in 0..<300 {
            _ = try await bench.add("person \(number)", kind: number == 7 ? ScriptedHandler.announced : 1)
        }
        try await bench.queue.checkpoint()
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(next.log.reads == 0)
        // It takes jobs before anything was read.
        _ = try await next.add("somebody new")
        #expect(next.log.reads == 0)
    }

    @Test func `jobs accepted before the queue is run are told of after those that were found pending`() async throws {
        let bench = try await QueueHarness()
        let old = try await bench.add("ann", kind: ScriptedHandler.announced)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        let new = try await next.add("bob")
        #expect(next.handler.acceptedIDs == [])
        try await next.running { await next.expect([old, new], are: .done) }
        #expect(next.handler.acceptedIDs == [old, new])
    }
}

/// What a handler heard and did, in order.
private final class Heard: JobHandler {
    enum Event: Sendable {
        case accepted(JobID)
        case ran(JobID)
        var told: JobID? { if case .accepted(let id) = self { id } else { nil } }
    }

    private let events = Mutex<[Event]>([])
    var story: [Event] { events.withLock { $0 } }

    func accepted(_ job: AcceptedJob) { events.withLock { $0.append(.accepted(job.id)) } }
    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        events.withLock { $0.append(.ran(job.id)) }
        return .done(state: state)
    }
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
}
