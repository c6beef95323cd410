/// Single jobs and counts. None takes the queue's own time for long.
extension JobQueue {
    public func job(_ id: JobID) -> JobView? {
        if let job = state.jobs[id] { return view(id, job) }
        return state.finished.byID[id]
    }

    /// Jobs that were done or superseded after those of the page before, in that order. The last 10,000 are remembered.
    ///
    /// - Parameter after: `next` of the page before, in this process. Nil: no jobs, only where the next page begins.
    public func finished(after: UInt64?, limit: Int) -> FinishedPage {
        guard let after else { return FinishedPage(next: state.finished.count, missed: 0, jobs: []) }
        return state.finished.after(after, limit: limit)
    }

    /// Jobs of a tenant that are neither finished nor dead.
    public func pending(of tenant: TenantID) -> Int { state.pending(of: tenant) }

    /// Costs as much as there are tenants and running lanes, however many jobs wait.
    public func counts() -> QueueCounts {
        var counts = QueueCounts()
        var leased: [UInt32: TenantCounts.Leased] = [:]
        for lease in scheduler.leases.values {
            let hasBegun = runs[lease.number]?.hasBegun ?? false
            for job in lease.jobs {
                guard let (tenant, standing) = state.standing(of: job), standing != .dead else { continue }
                leased[tenant, default: .init()].all[standing] += 1
                if hasBegun { leased[tenant, default: .init()].begun[standing] += 1 }
            }
        }
        for (number, all) in state.counters.counts.enumerated() where all != JobCounters.Counts() {
            let number = UInt32(number)
            let tenant = state.jobs.tenants[number]
            counts.tenants[tenant] = TenantCounts(
                all, leased[number] ?? .init(), isPaused: state.pausedTenants.contains(tenant),
                isServed: scheduler.isServed(tenant), oldestPending: scheduler.oldestPending(of: number))
        }
        for tenant in state.pausedTenants { counts.tenants[tenant, default: TenantCounts()].isPaused = true }
        counts.accepted = state.nextJob - 1
        counts.done = state.done
        counts.lanes = state.lanes.count
        counts.lanesRunning = scheduler.leases.count
        counts.staleCompletions = scheduler.staleCompletions
        return counts
    }

    /// Completions by attempts that no longer held their lane; ignored.
    public var staleCompletions: Int { scheduler.staleCompletions }

    public var standing: QueueStanding {
        QueueStanding(
            isStopping: scheduler.isStopping, hasFailed: scheduler.hasFailed, readFailure: readFailure,
            droppedMetadata: droppedMetadata)
    }

    private func view(_ id: JobID, _ job: QueueState.JobRow) -> JobView {
        let lease = job.isDead ? nil : scheduler.lease(of: id)
        var view = state.view(id, job, present(id, job, lease))
        switch view.state {
        case .running: view.attempts = lease.map { Int($0.attempt) } ?? view.attempts
        case .waitingToBegin:
            view.reason = lease.flatMap { runs[$0.number]?.waitsFor }.map { "it waits for \($0)" } ?? view.reason
        default: break
        }
        return view
    }

    private func present(_ id: JobID, _ job: QueueState.JobRow, _ lease: Lease?) -> JobState {
        if job.isDead { return .dead }
        if let lease, runs[lease.number]?.hasBegun == true { return .running }
        if scheduler.isPaused(job.tenant) { return .paused }
        if let row = job.lane.flatMap({ state.lanes[$0] }), row.isPaused || row.isParked { return .paused }
        if lease != nil { return .waitingToBegin }
        let due = state.due(of: id)
        return due == 0 ? .accepted : .waiting(until: due)
    }

    func name(of id: JobID, _ job: QueueState.JobRow) -> JobState.Name {
        present(id, job, job.isDead ? nil : scheduler.lease(of: id)).name
    }
}
