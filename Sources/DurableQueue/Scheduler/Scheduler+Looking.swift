/// What the scheduler knows of lanes and runs. Changes nothing.
extension Scheduler {
    /// Whether something keeps the lane from running until an operator acts.
    func isPaused(_ row: LaneTable.Row) -> Bool { row.isPaused || row.isParked || isPaused(row.tenant) }

    func isPaused(_ tenant: TenantID) -> Bool { state.pausedTenants.contains(tenant) || !isServed(tenant) }

    func isServed(_ tenant: TenantID) -> Bool { servedTenants?.contains(tenant) ?? true }

    /// The runs of a lane: its own, and those of lanes that were joined into it and have not ended.
    func leases(of lane: LaneID) -> [Lease] {
        guard let row = state.lanes[lane] else { return [] }
        return ([lane] + row.merged.map(\.lane)).compactMap { leases[$0] }
    }

    /// The lease of the run that the job is in.
    func lease(of id: JobID) -> Lease? {
        guard let lane = state.jobs[id]?.lane else { return nil }
        if let lease = leases[lane], lease.holds(id) { return lease }
        // Its lane was joined into another while it ran.
        return leases(of: lane).first { $0.holds(id) }
    }

    /// The newest snapshot that was done of the lease's lane; nil if none was.
    func newestSnapshot(of lease: Lease) -> JobID? {
        guard let newest = state.lanes[state.lanes.current(lease.lane)]?.newestSnapshot else { return nil }
        return newest.rawValue == 0 ? nil : newest
    }

    /// Whether the lane has something to run as soon as it is its turn.
    func hasMoreToRun(_ lane: LaneID) -> Bool {
        guard !isStopping, let row = state.lanes[lane], let head = row.pending.first else { return false }
        return state.due(of: head) == 0 && !isPaused(row)
    }

    /// How many ready lanes of its tenant stand before this one; 0 also if it is not ready.
    func ahead(of lane: LaneID, _ tenant: TenantID) -> Int {
        ready[lane].map { dispatcher.ahead(of: $0.number, of: tenant, $0.urgency) } ?? 0
    }

    // MARK: Batches

    /// Jobs that could run with the lease's, as far as the queue can tell: itself, and the snapshots right behind it.
    func batchCandidates(for lease: Lease, most: Int) -> [JobID] {
        guard let row = state.lanes[lease.lane], row.pending.first == lease.job, canTakeMore(lease, row) else {
            return [lease.job]
        }
        var (line, bytes): ([JobID], Int) = ([], 0)
        for id in row.pending.prefix(most) {
            guard let job = state.jobs[id], job.isSnapshot, !mustRunAlone.contains(id), held[id] == nil,
                job.sequence <= announcements.sequence, state.due(of: id) == 0
            else { break }
            bytes += Int(job.size)
            guard bytes <= policy.maxBatchBytes else { break }
            line.append(id)
        }
        return line.isEmpty ? [lease.job] : line
    }

    private func canTakeMore(_ lease: Lease, _ row: LaneTable.Row) -> Bool {
        // A lane that was joined into this one meanwhile brought a state that this run does not know of, and jobs that
        // rest on it; one of them may even be running.
        row.merged.map(\.lane) == lease.merging
            && dispatcher.hasRoomForMore(at: lease.slot) && !isPaused(row)
    }

    // MARK: Keys that a run finds out

    /// What a claim comes to: see `LaneHandle.claim`.
    enum Claim: Equatable {
        case answer(LaneClaim)
        /// The key is new: it leads to this lane from now on.
        case bind(LaneID)
        case join(from: LaneID, into: LaneID)
    }

    func claim(_ key: LaneKey, of tenant: TenantID, _ lease: Lease) -> Claim {
        let lane = state.lanes.current(lease.lane)
        guard let owner = state.lanes.owner(of: key, of: tenant) else { return .bind(lane) }
        if owner == lane { return .answer(ownClaim(lease)) }
        return state.lanes.mayJoin(lane, owner) ? .join(from: lane, into: owner) : .answer(.others)
    }

    /// A lane that was joined with this one after the run began has a state that the run does not know.
    func ownClaim(_ lease: Lease) -> LaneClaim {
        state.lanes[lease.lane]?.merged.map(\.lane) == lease.merging ? .own : .joining
    }

    func isOthers(_ key: LaneKey, of tenant: TenantID, _ lease: Lease) -> Bool {
        claim(key, of: tenant, lease) == .answer(.others)
    }
}
