/// Keys that a run finds out: see `LaneHandle.claim`.
extension JobQueue {
    func claim(_ key: LaneKey, _ lease: Lease) throws(QueueError) -> LaneClaim {
        try check(lease)
        let key = key.shortened(to: policy.maxKeyBytes)
        guard let tenant = state.jobs[lease.job]?.tenant else { throw .stale(lease.job) }
        switch scheduler.claim(key, of: tenant, lease) {
        case .answer(let claim): return claim
        case .bind(let lane):
            // Not synced: whatever rests on it is written behind it.
            _ = try submit(.bound(lane: lane, keys: [key]), .always)
            return scheduler.ownClaim(lease)
        case .join(let from, let into):
            _ = try submit(.joined(from: from, into: into), .always)
            return .joining
        }
    }

    func isOthers(_ key: LaneKey, _ lease: Lease) -> Bool {
        guard let tenant = state.jobs[lease.job]?.tenant else { return false }
        return scheduler.isOthers(key.shortened(to: policy.maxKeyBytes), of: tenant, lease)
    }
}
