import DurableQueue

/// One run of a job, or of several as one.
struct DeliveryAttempt: Sendable {
    /// The newest.
    var job: JobID
    var isImport: Bool
    var carriers: [String: UInt64] = [:]
    /// The lane's state before.
    var state: LaneState
    var lane: LaneHandle
}
