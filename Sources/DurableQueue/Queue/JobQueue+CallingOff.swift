/// Runs that are called off: they end as soon as they can without leaving a thing half known, uncharged, and their jobs
/// keep their places. A call that was sent runs to its end; `LaneHandle.begin` lets no other follow.
extension JobQueue {
    /// Whether something keeps the lanes of a tenant, or this lane, from running until an operator acts.
    func isHeld(_ row: LaneTable.Row) -> Bool { row.isPaused || row.isParked || isHeld(row.tenant) }

    func isHeld(_ tenant: TenantID) -> Bool { state.pausedTenants.contains(tenant) || !isServed(tenant) }

    func isServed(_ tenant: TenantID) -> Bool { servedTenants?.contains(tenant) ?? true }

    func callOffRuns(of tenant: TenantID) {
        // In one order, so that a simulation is the same again from its seed.
        for lease in leases.values.sorted(by: { $0.number < $1.number }) where lease.slot.tenant == tenant {
            lease.control.callOff()
        }
    }

    func callOffRuns(of lane: LaneID) {
        guard let row = state.lanes[lane] else { return }
        for lease in leases(of: lane, row) { lease.control.callOff() }
    }

    /// A live job must not wait for a bulk run of its lane, or of one that was joined into it: that may wait for a part of
    /// the budget that imports do not get today. Once called off, the run's jobs run again as live ones.
    func escalate(_ lane: LaneID) {
        guard state.lanes.isEscalated(lane), let row = state.lanes[lane] else { return }
        for lease in leases(of: lane, row) where lease.slot.urgency == .bulk { lease.control.callOff() }
    }

    /// As what a lane runs whose first job is this one. A live job behind a bulk one makes all of the lane live until it
    /// is empty.
    func urgency(of lane: LaneID, _ head: JobID) -> JobUrgency {
        state.lanes.isEscalated(lane) ? .live : state.jobs[head]?.urgency ?? .live
    }

    /// The runs of a lane: its own, and those of lanes that were joined into it and have not ended.
    func leases(of lane: LaneID, _ row: LaneTable.Row) -> [Lease] {
        ([lane] + row.absorbed.map(\.lane)).compactMap { leases[$0] }
    }

    // MARK: Tenants that are not served

    /// Runs jobs of these tenants only; nil: of all. Those of others wait, as if they were paused: for a tenant that is
    /// missing from a configuration for a while.
    public func serve(only tenants: Set<TenantID>?) async {
        let before = servedTenants
        servedTenants = tenants
        eventSource.publish(.changed)
        for name in state.jobs.tenants.names where isServed(name) != (before?.contains(name) ?? true) {
            if isServed(name) { await refreshLanes(of: name) } else { callOffRuns(of: name) }
        }
    }

    /// In pieces, so that others are accepted meanwhile.
    func refreshLanes(of tenant: TenantID) async {
        guard let number = state.lanes.tenants.known(tenant) else { return }
        var next: UInt64 = 0
        while let rows = state.lanes.rows.rows(from: next, atLeast: Self.rowsAtOnce) {
            for (lane, row) in rows where row.tenant == number && !row.line.isEmpty { refresh(LaneID(rawValue: lane)) }
            guard let last = rows.last?.number, last < .max else { return }
            next = last + 1
            await Task.yield()
        }
    }

    /// How many rows are looked at before others get their turn: well under a millisecond.
    static let rowsAtOnce = 4_096
}
