/// One lane's jobs and what it remembers, for operators who are to erase it.
extension JobQueue {
    /// The lane that these keys lead to, and its jobs that are not finished; nil if there is no such lane.
    public func openJobs(ofLaneWith keys: [LaneKey], of tenant: TenantID) async throws(QueueError) -> (
        lane: LaneID, pending: [JobID], dead: [JobID]
    )? {
        let placement = state.lanes.place(try checked(keys), of: tenant)
        guard !placement.isNew, let row = state.lanes.rows[placement.lane.rawValue] else { return nil }
        let pending = Array(row.line)
        guard row.dead > 0 else { return (placement.lane, pending, []) }
        var query = JobQuery()
        (query.tenant, query.state, query.limit) = (tenant, .dead, Self.mostDead)
        let dead = await jobs(query).filter { $0.lane.map(state.lanes.current) == placement.lane }.map(\.id)
        return (placement.lane, pending, dead)
    }

    /// Of a tenant, that are looked through.
    private static let mostDead = 1_000_000

    /// Forgets what a lane without jobs remembers, and the reasons of its finished jobs. The lane itself stays, so that its
    /// next job still comes after those before. On disk for good when it returns; the bytes go with the next compaction.
    ///
    /// - Throws: `notNow` while it has jobs.
    public func erase(_ lane: LaneID) async throws(QueueError) {
        let lane = state.lanes.current(lane)
        guard let row = state.lanes[lane] else { throw .noSuchLane(lane) }
        if let job = row.pending.first { throw .notNow(job, .waiting) }
        if let lease = scheduler.leases.values.first(where: { $0.lane == lane }) { throw .notNow(lease.job, .running) }
        scheduler.eraseFinished(of: lane)
        guard row.state != nil || !row.merged.isEmpty else { return }
        try await durable(submit(.laneState(lane: lane, state: [], merging: row.merged.map(\.lane)), .always))
        eventSource.publish(.changed)
    }

    /// Lets go of all that nothing lives in any more, with as much room made as can be.
    public func compactFully() async throws(QueueError) { _ = try await compact(isFull: true) }
}
