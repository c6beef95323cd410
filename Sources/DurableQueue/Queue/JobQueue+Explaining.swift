/// Why a job waits. Costs about the same however many jobs there are.
extension JobQueue {
    /// - Throws: `noSuchJob` also for a job that was finished long ago, or discarded; see ``hasAccepted(_:)``.
    public func explain(_ id: JobID) throws(QueueError) -> Explanation {
        if let job = state.jobs[id] { return explain(id, job) }
        guard let view = state.finished.byID[id] else { throw .noSuchJob(id) }
        let time = view.finishedAt ?? view.acceptedAt
        return view.state == .superseded ? .superseded(at: time) : .done(at: time, reason: view.reason)
    }

    /// By the clock of an explanation's times: milliseconds since 1970.
    public nonisolated var now: Int64 { steadyNow }

    /// Whether there ever was such a job.
    public func hasAccepted(_ id: JobID) -> Bool { id.rawValue > 0 && id.rawValue < state.nextJob }

    private func explain(_ id: JobID, _ job: QueueState.JobRow) -> Explanation {
        let view = state.view(id, job, .dead)
        if job.isDead { return .dead(at: view.finishedAt ?? job.acceptedAt, reason: view.reason ?? "") }
        // A job that is not dead has a lane.
        guard let lane = view.lane, let row = state.lanes[lane], let first = row.pending.first else {
            return .notDurable
        }
        if let lease = scheduler.lease(of: id) { return explain(lease) }
        if let reason = log.isFailed { return .failed(reason: reason) }
        if scheduler.hasFailed { return .failed(reason: "a completion could not be written") }
        if scheduler.isStopping { return .stopping }
        if !scheduler.isServed(row.tenant) { return .tenantNotServed }
        if state.pausedTenants.contains(row.tenant) { return .tenantPaused }
        if row.isPaused { return .lanePaused }
        if row.isParked { return .parked(by: row.parkedBy) }
        guard first == id else {
            let ahead = row.pending.count(before: id)
            let because = state.jobs[first].map { explain(first, $0) } ?? .notDurable
            return .behind(first: first, ahead: ahead, because: because)
        }
        return explainHead(id, job, lane, row)
    }

    private func explain(_ lease: Lease) -> Explanation {
        let batchSize = lease.jobs.count
        guard let run = runs[lease.number], run.hasBegun else {
            return .waitingToBegin(since: lease.since, batchSize: batchSize, reason: runs[lease.number]?.waitsFor)
        }
        return .running(since: lease.since, attempt: Int(lease.attempt), batchSize: batchSize)
    }

    private func explainHead(
        _ id: JobID, _ job: QueueState.JobRow, _ lane: LaneID, _ row: LaneTable.Row
    ) -> Explanation {
        if job.sequence > scheduler.announcements.sequence { return .notDurable }
        if let lease = scheduler.leases(of: lane).first { return .afterRun(of: lease.job) }
        let due = state.due(of: id)
        if due > steadyNow {
            let view = state.view(id, job, .waiting(until: due))
            return .waiting(until: due, attempts: view.attempts, reason: view.reason ?? "")
        }
        return .ready(ahead: scheduler.ahead(of: lane, row.tenant))
    }
}
