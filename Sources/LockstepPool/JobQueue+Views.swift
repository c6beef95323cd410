/// Listings and counts. They look at every pending job, so they are for people and for metrics.
extension JobQueue {
    public func job(_ id: JobID) -> JobView? {
        if let job = state.jobs[id] { return state.view(id, job, present(id, job)) }
        return state.finished.byID[id]
    }

    public func jobs(_ query: JobQuery) -> [JobView] {
        func fits(_ tenant: TenantID, _ name: @autoclosure () -> JobState.Name) -> Bool {
            (query.tenant == nil || query.tenant == tenant) && (query.state == nil || query.state == name())
        }
        // Numbers first: of millions of jobs only those that are asked for become views.
        var found = state.jobs.filter { fits($1.tenant, name(of: $0, $1)) }.map(\.key)
        found += state.finished.byID.values.filter { fits($0.tenant, $0.state.name) }.map(\.id)
        return found.sorted().suffix(max(0, query.limit)).compactMap { job($0) }
    }

    public func counts() -> QueueCounts {
        var counts = QueueCounts()
        for (id, job) in state.jobs {
            let name = name(of: id, job)
            counts.tenants[job.tenant, default: TenantCounts()].jobs[name, default: 0] += 1
            guard name != .dead else { continue }
            let oldest = counts.tenants[job.tenant]?.oldestPending ?? .max
            counts.tenants[job.tenant]?.oldestPending = min(oldest, job.acceptedAt)
        }
        for tenant in state.pausedTenants { counts.tenants[tenant, default: TenantCounts()].isPaused = true }
        counts.done = state.done
        counts.lanes = state.lanes.rows.count
        counts.lanesRunning = leases.count
        counts.staleCompletions = staleCompletions
        return counts
    }

    func isRunning(_ id: JobID, _ job: QueueState.JobRow) -> Bool {
        guard let lane = job.lane else { return false }
        if leases[lane]?.job == id { return true }
        // Its lane was joined into another while it ran.
        return state.lanes[lane]?.absorbed.contains { leases[$0.lane]?.job == id } ?? false
    }

    private func present(_ id: JobID, _ job: QueueState.JobRow) -> JobState {
        if job.isDead { return .dead }
        if isRunning(id, job) { return .running }
        if state.pausedTenants.contains(job.tenant) { return .paused }
        if let row = job.lane.flatMap({ state.lanes[$0] }), row.isPaused || row.isParked { return .paused }
        let due = state.due(of: id)
        return due == 0 ? .accepted : .waiting(until: due)
    }

    func name(of id: JobID, _ job: QueueState.JobRow) -> JobState.Name { present(id, job).name }
}

public struct TenantCounts: Sendable {
    /// Jobs that are not finished, by state.
    public var jobs: [JobState.Name: Int] = [:]
    /// When the oldest job that is neither finished nor dead was accepted; milliseconds since 1970.
    public var oldestPending: Int64?
    public var isPaused = false
    public init() {}

    /// Neither finished nor dead.
    public var pending: Int { jobs.reduce(0) { $0 + ($1.key == .dead ? 0 : $1.value) } }
}

public struct QueueCounts: Sendable {
    public var tenants: [TenantID: TenantCounts] = [:]
    /// Jobs done since the log began.
    public var done: UInt64 = 0
    public var lanes = 0
    public var lanesRunning = 0
    /// Completions by attempts that no longer held their lane; ignored.
    public var staleCompletions = 0
    public init() {}
}
