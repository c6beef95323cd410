import Clocks
import FileJournal
import DeterministicSimulation
import Testing

@testable import DurableQueue

/// Old parts of the log go, whatever stays behind in them, and at a bounded price.
@Suite(.timeLimit(.minutes(30))) struct CompactionTests {
    @Test func `parts of which less than a quarter lives are emptied, the emptiest first and within the budget`() {
        let usage = SegmentUsage(live: [1: 249, 2: 250, 3: 10, 4: 100])
        let closed: [(segment: UInt64, bytes: Int)] = (1...6).map { ($0, 1_000) }
        #expect(usage.worthCompacting(among: closed, budget: .max) == [1, 3, 4])
        #expect(usage.worthCompacting(among: closed, budget: 300) == [3, 4])
        #expect(usage.worthCompacting(among: closed, budget: 9) == [])
        #expect(usage.worthCompacting(among: [], budget: .max) == [])
    }

    /// Dead letters, jobs that are due in a year and the states of contacts that nobody speaks of any more.
    @Test func `however long it runs, the log takes four times what lives in it and a little more`() async throws {
        let (kept, free) = (try await run(checkpointEvery: 32 << 10), try await run(checkpointEvery: 1 << 30))
        #expect(kept.live < 400_000)
        #expect(free.written > 30 * UInt64(Self.segmentSize), "as much as would lie there otherwise")
        #expect(kept.segments * Self.segmentSize < 4 * kept.live + 6 * Self.segmentSize)
        // Copying costs a third at most, and what is written beside it here.
        #expect(kept.written < free.written * 3 / 2)
    }

    private static let segmentSize = 64 << 10

    private func run(checkpointEvery: Int) async throws -> (segments: Int, live: Int, written: UInt64) {
        let files = SimulatedFileSystem()
        var policy = QueuePolicy()
        policy.checkpointEvery = checkpointEvery
        let handler = ScriptedHandler { job, _, _ in
            let mirror = [UInt8](repeating: UInt8(job.id), count: 200)
            switch job.payload[0] {
            case 1: return .dead(reason: "refused", state: mirror)
            case 2: return .retry(reason: "next year", state: mirror, after: .seconds(365 * 86_400))
            default: return .done(state: mirror)
            }
        }
        var result = (segments: 0, live: 0, written: UInt64(0))
        try await life(on: files, handler, policy) { queue, log in
            for number in 0..<3_000 {
                // Two hundred contacts at the beginning, later forty; those that stay are each one of its own.
                let fate: UInt8 = number % 50 == 0 ? 1 : number % 60 == 1 ? 2 : 0
                let contact = fate == 0 ? number < 200 ? "\(number)" : "\(number % 40)" : "stays \(number)"
                let payload = [fate] + [UInt8](repeating: UInt8(number & 0xFF), count: 300)
                let new = NewJob(tenant: .gym, kind: 1, keys: [.id(contact)], payload: payload)
                // A refusal only means that the next segment is still being made.
                try await until { await Result.of { _ = try await queue.enqueue(new) }.isSuccess }
            }
            let stay = (dead: 60, waiting: 50)
            try await until { await queue.counts().done == UInt64(3_000 - stay.dead - stay.waiting) }
            try await until {
                let jobs = await queue.counts().tenants[.gym]?.jobs
                return jobs?[.dead] == stay.dead && jobs?[.waiting] == stay.waiting
            }
            if checkpointEvery < 1 << 30 { try await queue.checkpoint() }
            for id in await queue.jobs(JobQuery()).map(\.id) where await queue.job(id)?.state == .dead {
                #expect(try await queue.payload(of: id).count == 301)
            }
            let live = await SegmentUsage(queue.state.snapshot, segment: log.segment).live.values.reduce(0, +)
            result = (log.journal.segments.count, live, log.journal.stats().bytes)
        }
        // What was copied is read again, and is whole.
        let next = ScriptedHandler { _, state, _ in .done(state: state) }
        try await life(on: files, next, policy) { queue, _ in
            let again = try await queue.enqueue(NewJob(tenant: .gym, kind: 1, keys: [.id("153")], payload: [0]))
            try await until { await queue.job(again)?.state == .done }
            #expect(next.runs.first?.state == [UInt8](repeating: 154, count: 200))
            #expect(try await queue.payload(of: JobID(rawValue: 1)) == [1] + [UInt8](repeating: 0, count: 300))
        }
        return result
    }

    @Test func `a full disk has room again when jobs were finished, without waiting for a checkpoint's turn`()
        async throws
    {
        let files = SimulatedFileSystem()
        let gate = Gate()
        let handler = ScriptedHandler { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        try await life(on: files, handler, QueuePolicy()) { queue, _ in
            files.setCapacity(12 * Self.segmentSize)
            func enqueue() async throws -> Bool {
                let new = NewJob(
                    tenant: .gym, kind: 1, keys: [.id("ann")], payload: [UInt8](repeating: 1, count: 2_000))
                do throws(QueueError) {
                    _ = try await queue.enqueue(new)
                    return true
                } catch {
                    // Any other would be asked for again for ever.
                    guard error == .full else { throw error }
                    return false
                }
            }
            var accepted: UInt64 = 0
            // A refusal may only mean that the next segment is still being made.
            var refusals = 0
            while refusals < 1_000 {
                if try await enqueue() { (accepted, refusals) = (accepted + 1, 0) } else { refusals += 1 }
                await Task.yield()
            }
            #expect(accepted > 10)
            gate.open()
            try await until { await queue.counts().done == accepted }
            // Twice what the disk holds.
            for _ in 0..<600 { try await until { try await enqueue() } }
            try await until { await queue.counts().done == accepted + 600 }
        }
    }

    /// A program that crashes again and again, before it has logged as much as a checkpoint is due for.
    @Test func `what earlier lives logged counts towards the next checkpoint`() async throws {
        var policy = QueuePolicy()
        policy.checkpointEvery = 10_000
        var log = MemoryLog()
        for _ in 0..<8 {
            let bench = try await QueueHarness(log: log, policy: policy)
            try await bench.running {
                let ids = [try await bench.add("ann", payload: [UInt8](repeating: 0, count: 1_500))]
                await bench.expect(ids, are: .done)
            }
            log = bench.log.crash(.killed, luck: 0)
        }
        #expect(!log.checkpointRecords.isEmpty)
    }

    private func life(
        on files: SimulatedFileSystem, _ handler: ScriptedHandler, _ policy: QueuePolicy,
        _ body: (JobQueue, JournalLog) async throws -> Void
    ) async throws {
        var options = JournalOptions()
        options.segmentSize = Self.segmentSize
        options.maxPayload = 8_000
        options.fullDiskRetry = .zero
        let (log, found) = try JournalLog.open("/journal", options: options, files: files)
        let queue = try await JobQueue.open(
            log: log, found: found, handler: handler, policy: policy, clock: SystemClock())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            let result = await Result.of { try await body(queue, log) }
            await queue.stop(grace: .seconds(5))
            try await group.waitForAll()
            await log.close()
            try result.get()
        }
    }

    /// Waits, turn by turn, for what is about to happen; fails if it does not.
    private func until(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<2_000_000 {
            if try await isSo() { return }
            await Task.yield()
        }
        Issue.record("it did not come about")
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
