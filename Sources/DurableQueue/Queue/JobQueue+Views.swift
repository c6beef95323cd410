/// Listings and counts. None takes the queue's own time for long: what must be searched for is searched for in pieces,
/// between which jobs are accepted and begun.
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

    /// Looks no further than it must to find as many as were asked for, or as there are. A job that goes on meanwhile is
    /// listed as it stands in the end, if it fits then.
    public func jobs(_ query: JobQuery) async -> [JobView] {
        let most = max(0, query.limit)
        // How many are to be found, lest millions be looked through for one more that does not exist.
        let open = counts().tenants.reduce(0) { sum, tenant in
            tenant.value.jobs.reduce(sum) { $0 + (query.fits(tenant.key, $1.key) ? $1.value : 0) }
        }
        var found: Set<JobID> = []
        if query.state == nil || query.state == .running || query.state == .waiting {
            found.formUnion(scheduler.leases.values.lazy.flatMap(\.jobs).filter { self.fits($0, query) })
        }
        if query.state != .running, found.count < open { await search(query, min(most, open), &found) }
        found.formUnion(state.finished.byID.values.lazy.filter { query.fits($0.tenant, $0.state.name) }.map(\.id))
        // By numbers first: of the few that are left then the views are made.
        let sorted = found.filter { query.isWithin($0) }.sorted()
        let views = sorted.lazy.compactMap { self.job($0) }.filter { query.fits($0.tenant, $0.state.name) }
        return query.after == nil ? views.suffix(most).map { $0 } : views.prefix(most).map { $0 }
    }

    private func fits(_ id: JobID, _ query: JobQuery) -> Bool {
        guard query.isWithin(id), let job = state.jobs[id] else { return false }
        return query.fits(job.tenant, name(of: id, job))
    }

    /// Adds jobs until so many are found in the order of the search, or there are no more.
    private func search(_ query: JobQuery, _ most: Int, _ found: inout Set<JobID>) async {
        let tenant = query.tenant.map { state.jobs.tenants.known($0) }
        if case .some(.none) = tenant { return }
        var next = query.start
        var count = 0
        while let number = next, count < most {
            let (ids, following) = piece(from: number, query, of: tenant ?? nil)
            for id in ids where count < most && fits(id, query) {
                found.insert(id)
                count += 1
            }
            next = following
            if next != nil, count < most { await Task.yield() }
        }
    }

    /// Candidates, in the order of the search.
    private func piece(from number: UInt64, _ query: JobQuery, of tenant: UInt32?) -> (ids: [JobID], next: UInt64?) {
        let isForward = query.after != nil
        // Only jobs that failed wait for a time or are dead.
        if query.state == .waiting || query.state == .dead {
            let rows =
                isForward
                ? state.lastFailures.rows(from: number, atLeast: JobTable.rowsAtOnce)
                : state.lastFailures.rows(below: number, atLeast: JobTable.rowsAtOnce)
            let next = rows?.last.flatMap { isForward ? ($0.number < .max ? $0.number + 1 : nil) : $0.number }
            return (rows?.map { JobID(rawValue: $0.number) } ?? [], next)
        }
        let piece =
            isForward ? state.jobs.rows(from: number, of: tenant) : state.jobs.rows(below: number, of: tenant)
        let rows = piece.rows.lazy.filter { tenant == nil || $0.row.tenant == tenant }
        return (rows.map { JobID(rawValue: $0.number) }, piece.next)
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

extension JobQuery {
    fileprivate func fits(_ tenant: TenantID, _ name: @autoclosure () -> JobState.Name) -> Bool {
        (self.tenant == nil || self.tenant == tenant) && (state == nil || state == name())
    }

    fileprivate func isWithin(_ id: JobID) -> Bool {
        id.rawValue < before?.rawValue ?? .max && id.rawValue > after?.rawValue ?? 0
    }

    /// Where the search begins. Nil: there is nothing there.
    fileprivate var start: UInt64? {
        guard let after else { return before?.rawValue ?? .max }
        return after.rawValue < .max ? after.rawValue + 1 : nil
    }
}
