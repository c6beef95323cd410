/// Forgets idle lanes that mean nothing any more, so that a million keys of one job each do not fill memory and checkpoints.
///
/// It is written which lanes, so that each start forgets the same at the same place among the records. A start that still
/// knew a lane would let its key lead there, while the key's next jobs stand in the lane that was made after it.
extension JobQueue {
    /// Once enough have gathered.
    func forgetIdleLanes() { forget(scheduler.takeForgettableLanes()) }

    /// Before a checkpoint: also those that a checkpoint of an earlier version brought, or that were kept for an older job.
    func forgetAllIdleLanes() async {
        let idle = await Self.idleLanes(in: state.lanes)
        for start in stride(from: 0, to: idle.count, by: policy.lanesForgottenAtOnce) {
            let some = idle[start..<min(start + policy.lanesForgottenAtOnce, idle.count)]
            forget(scheduler.forgettable(among: Array(some)))
            await Task.yield()
        }
    }

    @concurrent private static func idleLanes(in lanes: LaneTable) async -> [LaneID] {
        lanes.rows.lazy.map { LaneID(rawValue: $0.number) }.filter(lanes.isForgettable)
    }

    private func forget(_ idle: [LaneID]) {
        guard !idle.isEmpty else { return }
        // On a full disk they are kept, and found before the next checkpoint.
        _ = try? submit(.forgotten(idle), .ifRoom)
    }
}
