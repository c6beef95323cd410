/// Keys that a run finds out: see `LaneHandle.claim`.
extension JobQueue {
    func claim(_ key: LaneKey, _ lease: Lease) throws(QueueError) -> LaneClaim {
        try check(lease)
        let key = key.shortened(to: policy.maxKeyBytes)
        guard let tenant = state.jobs[lease.job]?.tenant else { throw .stale(lease.job) }
        let lane = state.lanes.current(lease.lane)
        guard let bearer = state.lanes.bearer(of: key, of: tenant) else {
            // Not synced: whatever rests on it is written behind it.
            _ = try submit(.bound(lane: lane, keys: [key]), .always)
            return answer(lease)
        }
        guard bearer != lane else { return answer(lease) }
        guard state.lanes.mayJoin(lane, bearer) else { return .others }
        _ = try submit(.joined(from: lane, into: bearer), .always)
        escalate(bearer)
        refresh(bearer)
        return .joining
    }

    func isOthers(_ key: LaneKey, _ lease: Lease) -> Bool {
        let key = key.shortened(to: policy.maxKeyBytes)
        guard let tenant = state.jobs[lease.job]?.tenant, let bearer = state.lanes.bearer(of: key, of: tenant) else {
            return false
        }
        let lane = state.lanes.current(lease.lane)
        return bearer != lane && !state.lanes.mayJoin(lane, bearer)
    }

    /// A lane that was joined with this one after the run began has a state that the run does not know.
    private func answer(_ lease: Lease) -> LaneClaim {
        state.lanes[lease.lane]?.absorbed.map(\.lane) == lease.merging ? .own : .joining
    }
}
