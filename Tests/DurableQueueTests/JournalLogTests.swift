import Clocks
import Foundation
import FileJournal
import DurableQueue
import Testing

/// The queue on a real journal in a real directory.
@Suite(.timeLimit(.minutes(30))) struct JournalLogTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("pool-\(UUID().uuidString)")

    /// Opens the directory, runs `body` beside the queue, stops and closes.
    private func life(_ handler: ScriptedHandler, _ body: (JobQueue) async throws -> Void) async throws {
        var options = JournalOptions()
        options.segmentSize = 1 << 20
        options.maxPayload = 200_000
        let (log, found) = try JournalLog.open(directory.path, options: options)
        let queue = try await JobQueue.open(
            log: log, found: found, handler: handler, clock: SystemClock())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            let result = await Result.of { try await body(queue) }
            await queue.stop(grace: .seconds(5))
            try await group.waitForAll()
            await log.journal.close()
            try result.get()
        }
    }

    private func expect(_ queue: JobQueue, done: UInt64) async {
        for _ in 0..<2_000_000 {
            if await queue.counts().done == done { return }
            await Task.yield()
        }
        Issue.record("\(await queue.counts().done) of \(done) were done")
    }

    @Test func `jobs, states, metadata and dead letters come back from the disk`() async throws {
        // A leftover in a temporary directory harms nobody.
        defer { try? FileManager.default.removeItem(at: directory) }
        let first = ScriptedHandler { job, state, _ in
            job.payload.first == 1 ? .dead(reason: "refused", state: state) : .done(state: state + [UInt8(job.id)])
        }
        try await life(first) { queue in
            for number in 0..<20 {
                _ = try await queue.enqueue(
                    NewJob(tenant: .gym, kind: 1, keys: [.id("person \(number % 4)")], payload: [number == 5 ? 1 : 0]))
            }
            try await queue.setMetadata("n", [1], durable: true)
            await expect(queue, done: 19)
        }
        let second = ScriptedHandler { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        try await life(second) { queue in
            #expect(await queue.metadata("n") == [1])
            #expect(await queue.job(JobID(rawValue: 6))?.state == .dead)
            #expect(try await queue.payload(of: JobID(rawValue: 6)) == [1])
            try await queue.checkpoint()
            try await queue.retry(JobID(rawValue: 6))
            await expect(queue, done: 20)
            #expect(second.runs.map(\.state) == [[2, 10, 14, 18]])
        }
        try await life(ScriptedHandler()) { queue in
            #expect(await queue.counts().done == 20)
            #expect(await queue.counts().tenants.isEmpty)
        }
    }

    @Test func `segments without anything alive are deleted, and one old dead letter keeps none of them`() async throws
    {
        // As above.
        defer { try? FileManager.default.removeItem(at: directory) }
        let handler = ScriptedHandler { job, state, _ in
            job.payload.first == 1 ? .dead(reason: "refused", state: state) : .done(state: state)
        }
        try await life(handler) { queue in
            let dead = try await queue.enqueue(NewJob(tenant: .gym, kind: 1, keys: [.id("ann")], payload: [1, 2, 3]))
            let payload = [UInt8](repeating: 0, count: 100_000)
            for number in 0..<60 {
                let job = NewJob(tenant: .gym, kind: 1, keys: [.id("\(number)")], payload: payload)
                try await patiently(job, on: queue)
            }
            await expect(queue, done: 60)
            let before = try files().count
            #expect(before > 5)
            try await queue.checkpoint()
            #expect(try files().count < before)
            #expect(try await queue.payload(of: dead) == [1, 2, 3])
        }
        try await life(ScriptedHandler()) { queue in
            let payload = try await queue.payload(of: JobID(rawValue: 1))
            #expect(payload == [1, 2, 3])
        }
    }

    /// On a busy machine these come faster than room is set aside for them, and are refused for a moment.
    private func patiently(_ job: NewJob, on queue: JobQueue) async throws {
        for _ in 0..<2_000_000 {
            do {
                _ = try await queue.enqueue(job)
                return
            } catch QueueError.full {
                await Task.yield()
            }
        }
        throw QueueError.full
    }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.path) }
}
