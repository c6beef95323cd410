import ChartMogulFeed
import Connectors
import DurableQueue
import Keap
import KeapBilling

/// Puts what was read of a gym's bills into the queue, as jobs of those who pay.
struct BillingQueue: SnapshotQueue {
    /// Kind of the jobs, beside those of sources.
    static let jobKind: UInt8 = 6
    /// Jobs that may share one sync of the disk.
    private static let together = 100

    let queue: JobQueue
    let tenant: TenantID

    func send(_ snapshots: [BillingSnapshot], _ urgency: JobUrgency) async throws {
        try await send(snapshots.map { BillingChange($0) }, urgency)
    }

    /// Durable when it returns.
    func send(_ changes: [BillingChange], _ urgency: JobUrgency) async throws {
        for start in stride(from: 0, to: changes.count, by: Self.together) {
            try Task.checkCancellation()
            let jobs = try changes[start..<min(start + Self.together, changes.count)].map { change in
                NewJob(
                    tenant: tenant, kind: Self.jobKind, of: change, payload: try change.message().bytes,
                    isSnapshot: true, urgency: urgency)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for job in jobs { group.addTask { _ = try await queue.enqueue(job) } }
                try await group.waitForAll()
            }
        }
    }

    func send(_ page: HistoryPage) async throws { _ = try await accept(page) }

    @discardableResult
    func accept(_ page: HistoryPage) async throws(QueueError) -> Acceptance {
        try await accept(.history(page), key: page.key, .bulk)
    }

    /// - Returns: of a request whose key is known, the earlier job.
    func accept(
        _ request: ReadingRequest, key: String, _ urgency: JobUrgency = .live
    ) async throws(QueueError) -> Acceptance {
        var job = NewJob(
            tenant: tenant, kind: KeapHookSource.jobKind, of: request, payload: request.message?.bytes ?? [],
            isSnapshot: true, urgency: urgency)
        job.idempotencyKey = key
        return try await queue.accept(job)
    }

    /// Asks for a reading, unless one of its name waits. One that was given up as a dead letter is tried again; in place of
    /// one that a person discarded, another is asked for.
    ///
    /// - Parameter isDone: whether the reading of that name has been done meanwhile.
    func ask(
        for request: ReadingRequest, key: String, _ urgency: JobUrgency = .live, unless isDone: () async throws -> Bool
    ) async throws {
        var key = key
        for _ in 0..<Self.mostNames {
            let accepted = try await accept(request, key: key, urgency)
            if accepted.isNew { return }
            switch await queue.job(accepted.id)?.state {
            case .dead?: return try await queue.retry(accepted.id)
            case .accepted?, .waitingToBegin?, .running?, .waiting?, .paused?: return
            case .done?, .superseded?, nil: break
            }
            if try await isDone() { return }
            key += "/\(accepted.id)"
        }
    }

    private static let mostNames = 20

    func known(among contacts: [ContactID]) async throws -> Set<ContactID> {
        var known: Set<ContactID> = []
        for contact in contacts {
            let state = try await queue.state(ofLaneWith: [FeedLanes.key(of: contact)], of: tenant)
            if !state.isEmpty { known.insert(contact) }
        }
        return known
    }

    /// What the lane of hints and polls remembers, or that of the past.
    func state(ofHistory isHistory: Bool) async throws -> ReadingState {
        let key = isHistory ? ReadingRequest.historyLane : ReadingRequest.lane
        return try ReadingState(bytes: try await queue.state(ofLaneWith: [key], of: tenant))
    }
}
