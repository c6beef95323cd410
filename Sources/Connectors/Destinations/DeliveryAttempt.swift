package import DurableQueue

/// One run of a job, or of several as one.
package struct DeliveryAttempt: Sendable {
    /// The newest.
    package var job: JobID
    package var isImport: Bool
    package var carriers: [String: UInt64]
    /// The lane's state before.
    package var state: LaneState
    package var lane: LaneHandle

    package init(
        job: JobID, isImport: Bool, carriers: [String: UInt64] = [:], state: LaneState, lane: LaneHandle
    ) {
        (self.job, self.isImport, self.carriers) = (job, isImport, carriers)
        (self.state, self.lane) = (state, lane)
    }
}
