import Foundation
import FileJournal
import DurableQueue

/// A queue on a real journal, and jobs about many contacts for it.
struct PoolLoad {
    let directory: URL
    /// What each sync takes longer.
    var syncDelay = Duration.zero
    var handler: any JobHandler = Deliverer()

    static func inTemporaryDirectory(syncDelay: Duration = .zero) throws -> PoolLoad {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return PoolLoad(directory: directory, syncDelay: syncDelay)
    }

    func remove() {
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }

    func open() async throws -> (queue: JobQueue, log: JournalLog) {
        let files: any FileSystem = syncDelay > .zero ? DelayedFileSystem(delay: syncDelay) : PosixFileSystem()
        let (log, found) = try JournalLog.open(directory.path, files: files)
        let queue = try await JobQueue.open(
            log: log, found: found, handler: handler)
        return (queue, log)
    }

    /// Accepts one job about each of these contacts, many at a time; each is on disk when this returns.
    static func enqueue(_ contacts: some Sequence<Int> & Sendable, on queue: JobQueue) async throws {
        let next = Source(contacts)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Swift.min(512, contacts.underestimatedCount) {
                group.addTask {
                    while let contact = await next.next() { _ = try await queue.enqueue(job(about: contact)) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static let payload = [UInt8](repeating: 0x61, count: 300)

    /// Twenty tenants; two keys of the usual lengths.
    private static func job(about contact: Int) -> NewJob {
        NewJob(
            tenant: TenantID("gym-\(contact % 20)"), kind: 1,
            keys: [
                LaneKey(kind: 1, value: "5c1f3d2e-0000-4000-8000-\(100_000_000_000 + contact)", isExclusive: true),
                LaneKey(kind: 3, value: "person\(contact)@example.org\u{1F}ana\u{1F}ruiz", isExclusive: false),
            ], payload: payload, isSnapshot: true)
    }
}

/// Delivers at once and remembers some bytes, as a mirror would be.
struct Deliverer: JobHandler {
    private static let state = [UInt8](repeating: 0x62, count: 400)
    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome { .done(state: Self.state) }
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
}

/// Fails each job, to be tried again in an hour.
struct Outage: JobHandler {
    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        .retry(reason: "it cannot be reached", state: state, after: .seconds(3_600), isCharged: false)
    }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
}

private actor Source {
    private var iterator: AnyIterator<Int>
    init(_ numbers: some Sequence<Int>) { iterator = AnyIterator(numbers.makeIterator()) }
    func next() -> Int? { iterator.next() }
}
