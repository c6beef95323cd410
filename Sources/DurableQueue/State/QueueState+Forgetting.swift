extension QueueState {
    /// Finished jobs of a lane go on being listed, without the words of what became of them.
    mutating func eraseFinished(of lane: LaneID) {
        let lanes = lanes
        finished.erase { lanes.current($0) == lane }
    }

    /// Those of these lanes that mean nothing any more. One whose newest snapshot came after an unfinished job is kept: a lane
    /// with that job may turn out to be the same, and then the job is out of date.
    func forgettable(among candidates: [LaneID]) -> [LaneID] {
        var oldest: [UInt32: UInt64] = [:]
        return candidates.filter { lane in
            guard lanes.isForgettable(lane), let row = lanes.rows[lane.rawValue] else { return false }
            if row.newestSnapshot == 0 { return true }
            let first = oldest[row.tenant] ?? oldestUnfinished(of: lanes.tenants[row.tenant])
            oldest[row.tenant] = first
            return row.newestSnapshot < first
        }
    }

    /// The number of a tenant's oldest job that is pending or dead, or a smaller one if it is not found at once.
    private func oldestUnfinished(of tenant: TenantID) -> UInt64 {
        guard let number = jobs.tenants.known(tenant), counters.hasUnfinished(of: number) else { return .max }
        let piece = jobs.rows(from: 0, of: number)
        return piece.rows.first { $0.row.tenant == number }?.number ?? piece.next ?? .max
    }
}
