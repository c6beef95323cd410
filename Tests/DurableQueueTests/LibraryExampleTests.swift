import DeterministicSimulation
import Foundation
import DurableQueue
import Testing

/// The example of the queue's page, as another program would have it.
private struct Mailer: JobHandler {
    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome { .done(state: state) }
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
}

struct LibraryExampleTests {
    @Test(.timeLimit(.minutes(30))) func `the example of the queue's page runs`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-example-\(UUID().uuidString)")
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: directory) }

        let (log, found) = try JournalLog.open(directory.path)
        let queue = try await JobQueue.open(
            log: log, found: found, handler: Mailer())
        async let running: Void = queue.run()

        let customer = LaneKey(kind: 1, value: "customer 7", isExclusive: true)
        let id = try await queue.enqueue(
            NewJob(tenant: TenantID("shop"), kind: 1, keys: [customer], payload: Array("hello".utf8)))
        try await until { await queue.job(id)?.state == .done }
        #expect(await queue.counts().done == 1)

        await queue.stop(grace: .seconds(10))
        await running
        await log.close()
    }
}
