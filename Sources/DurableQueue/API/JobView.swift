/// A job for listings.
public struct JobView: Sendable {
    public var id: JobID
    public var tenant: TenantID
    /// Nil for a job that could not be placed.
    public var lane: LaneID?
    public var kind: UInt8
    public var urgency: JobUrgency
    public var state: JobState
    /// Tries that were charged; of a running job, with the present one.
    public var attempts: Int
    /// Why it waits or is dead, in the handler's words; of a job that was done, with which later one, if in one run.
    public var reason: String?
    /// Milliseconds since 1970.
    public var acceptedAt: Int64
    public var finishedAt: Int64?
}
