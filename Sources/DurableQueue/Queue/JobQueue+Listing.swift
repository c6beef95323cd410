/// Listings: what must be searched for is searched for in pieces, between which jobs are accepted and begun.
extension JobQueue {
    /// The jobs of the first page; see `page`.
    public func jobs(_ query: JobQuery) async -> [JobView] { await page(query).jobs }

    /// Looks no further than it must to find as many as were asked for, or as there are. A job that goes on meanwhile is
    /// listed as it stands in the end, if it fits then. Going on at `next` skips no job that fits, and lists none twice.
    public func page(_ query: JobQuery) async -> JobPage {
        // One more is looked for, which shows whether there is a next page.
        let most = min(max(0, query.limit), .max - 1)
        let isForward = query.after != nil
        // How many are to be found, lest millions be looked through for one more that does not exist.
        let open = counts().tenants.reduce(0) { sum, tenant in
            tenant.value.jobs.reduce(sum) { $0 + (query.fits(tenant.key, $1.key) ? $1.value : 0) }
        }
        var found: Set<JobID> = []
        if query.state == nil || query.state == .running || query.state == .waiting {
            found.formUnion(scheduler.leases.values.lazy.flatMap(\.jobs).filter { self.fits($0, query) })
        }
        var edge: JobID?
        if query.state != .running, found.count < open {
            let last = await search(query, min(most, open), &found)
            if most <= open { edge = last }
        }
        found.formUnion(state.finished.byID.values.lazy.filter { query.fits($0.tenant, $0.state.name) }.map(\.id))
        // By numbers first: of the few that are left then the views are made. Beyond the edge not all were looked at.
        let sorted = found.filter { id in
            query.isWithin(id) && (edge.map { isForward ? id <= $0 : id >= $0 } ?? true)
        }.sorted()
        let views = sorted.lazy.compactMap { self.job($0) }.filter { self.fits($0, query) }
        let page = isForward ? Array(views.prefix(most + 1)) : Array(views.suffix(most + 1))
        guard page.count > most else { return JobPage(jobs: page, next: edge) }
        let jobs = Array(isForward ? page.prefix(most) : page.suffix(most))
        return JobPage(jobs: jobs, next: (isForward ? jobs.last : jobs.first)?.id)
    }

    private func fits(_ id: JobID, _ query: JobQuery) -> Bool {
        guard query.isWithin(id), let job = state.jobs[id] else { return false }
        return fits(job.lane, job.acceptedAt, query) && query.fits(job.tenant, name(of: id, job))
    }

    private func fits(_ job: JobView, _ query: JobQuery) -> Bool {
        fits(job.lane, job.acceptedAt, query) && query.fits(job.tenant, job.state.name)
    }

    private func fits(_ lane: LaneID?, _ acceptedAt: Int64, _ query: JobQuery) -> Bool {
        if let from = query.acceptedFrom, acceptedAt < from { return false }
        if let end = query.acceptedBefore, acceptedAt >= end { return false }
        guard let lanes = query.lanes else { return true }
        return lane.map { lanes.contains($0) || lanes.contains(state.lanes.current($0)) } ?? false
    }

    /// Adds jobs until so many are found in the order of the search, or there are no more.
    ///
    /// - Returns: the last that was looked at, if there may be more behind it.
    private func search(_ query: JobQuery, _ most: Int, _ found: inout Set<JobID>) async -> JobID? {
        let tenant = query.tenant.map { state.jobs.tenants.known($0) }
        if case .some(.none) = tenant { return nil }
        var next = query.start
        var (count, last): (Int, JobID?) = (0, nil)
        while let number = next, count < most {
            let (ids, following) = piece(from: number, query, of: tenant ?? nil)
            for id in ids where count < most && fits(id, query) {
                found.insert(id)
                last = id
                count += 1
            }
            next = following
            if next != nil, count < most { await Task.yield() }
        }
        return count < most ? nil : last
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
