/// Whether the queue does its work, and what is in its way.
public struct QueueStanding: Equatable, Sendable {
    public var isStopping = false
    /// An outcome could not be written: nothing is begun or accepted until the next start.
    public var hasFailed = false
    /// Why records cannot be read for now.
    public var readTrouble: String?
    /// Notes that were not kept for want of room.
    public var droppedNotes = 0
}

/// Listings and counts.
extension JobQueue {
    public func job(_ id: JobID) -> JobView? {
        if let job = state.jobs[id] { return state.view(id, job, present(id, job)) }
        return state.finished.byID[id]
    }

    /// Looks no further back than it must to find as many as were asked for, or as there are.
    public func jobs(_ query: JobQuery) -> [JobView] {
        func fits(_ tenant: TenantID, _ name: @autoclosure () -> JobState.Name) -> Bool {
            (query.tenant == nil || query.tenant == tenant) && (query.state == nil || query.state == name())
        }
        // How many are to be found, lest millions be looked through for one more that does not exist.
        let open = counts().tenants.reduce(0) { sum, tenant in
            tenant.value.jobs.reduce(sum) { $0 + (fits(tenant.key, $1.key) ? $1.value : 0) }
        }
        let most = min(max(0, query.limit), open)
        var found: [JobID] = []
        // Only jobs in trouble wait or are dead.
        let candidates =
            switch query.state {
            case .running: AnySequence(leases.values.flatMap(\.jobs).sorted(by: >))
            case .waiting, .dead: AnySequence(state.troubles.descending().lazy.map { JobID(rawValue: $0.number) })
            default: AnySequence(state.jobs.rows.descending().lazy.map { JobID(rawValue: $0.number) })
            }
        let rest = candidates.makeIterator()
        while found.count < most, let id = rest.next() {
            if let job = state.jobs[id], fits(job.tenant, name(of: id, job)) { found.append(id) }
        }
        found += state.finished.byID.values.filter { fits($0.tenant, $0.state.name) }.map(\.id)
        return found.sorted().suffix(max(0, query.limit)).compactMap { job($0) }
    }

    /// Costs as much as there are tenants and running lanes, however many jobs wait.
    public func counts() -> QueueCounts {
        var counts = QueueCounts()
        var running: [UInt32: JobTally.Counts] = [:]
        for job in leases.values.lazy.flatMap(\.jobs) {
            guard let (tenant, standing) = state.standing(of: job), standing != .dead else { continue }
            running[tenant, default: JobTally.Counts()][standing] += 1
        }
        for (number, all) in state.tally.counts.enumerated() where all != JobTally.Counts() {
            let number = UInt32(number)
            let tenant = state.jobs.tenants[number]
            counts.tenants[tenant] = TenantCounts(
                all, running: running[number] ?? JobTally.Counts(),
                isPaused: state.pausedTenants.contains(tenant), oldestPending: state.oldestPending(of: number))
        }
        for tenant in state.pausedTenants { counts.tenants[tenant, default: TenantCounts()].isPaused = true }
        counts.done = state.done
        counts.lanes = state.lanes.count
        counts.lanesRunning = leases.count
        counts.staleCompletions = staleCompletions
        return counts
    }

    public var standing: QueueStanding {
        QueueStanding(
            isStopping: isStopping, hasFailed: hasFailed, readTrouble: readTrouble, droppedNotes: droppedNotes)
    }

    func isRunning(_ id: JobID, _ job: QueueState.JobRow) -> Bool {
        guard let lane = job.lane else { return false }
        if leases[lane]?.holds(id) == true { return true }
        // Its lane was joined into another while it ran.
        return state.lanes[lane]?.absorbed.contains { leases[$0.lane]?.holds(id) == true } ?? false
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

    init(_ all: JobTally.Counts, running: JobTally.Counts, isPaused: Bool, oldestPending: Int64?) {
        let (accepted, waiting) = (all[.accepted] - running[.accepted], all[.waiting] - running[.waiting])
        let blocked = all[.blocked] - running[.blocked]
        jobs[.running] = running.pending
        jobs[.dead] = all[.dead]
        jobs[.paused] = blocked + (isPaused ? accepted + waiting : 0)
        jobs[.accepted] = isPaused ? 0 : accepted
        jobs[.waiting] = isPaused ? 0 : waiting
        jobs = jobs.filter { $0.value != 0 }
        self.isPaused = isPaused
        self.oldestPending = oldestPending
    }

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
