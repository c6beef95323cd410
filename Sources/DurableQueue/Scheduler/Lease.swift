/// Who may speak for a lane: one attempt of one job, and of those that run with it as a batch.
struct Lease: Hashable, Sendable {
    var job: JobID
    /// Those that stand behind it in its lane and are done in the same run, in their order.
    var others: [JobID] = []
    var lane: LaneID
    var attempt: UInt32
    /// No two leases are alike, though a try that was not charged leaves its attempt to the next.
    var number: UInt64
    /// Lanes whose states are merged into the one that the attempt is given.
    var merging: [LaneID]
    var slot: Dispatcher.Slot
    /// Milliseconds since 1970.
    var since: Int64

    /// Its jobs in their order.
    var jobs: [JobID] { [job] + others }

    func holds(_ id: JobID) -> Bool { id == job || others.contains(id) }
}
