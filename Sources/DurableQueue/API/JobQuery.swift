/// Which jobs to list, oldest first: the newest that fit, or those that follow a given one.
public struct JobQuery: Sendable {
    public var tenant: TenantID?
    public var state: JobState.Name?
    public var limit = 100
    /// Only jobs that were accepted before this one: for the page before.
    public var before: JobID?
    /// Only jobs that were accepted after this one; of them the oldest.
    public var after: JobID?
    /// Only jobs of these lanes, or of lanes that were joined into them.
    public var lanes: Set<LaneID>?
    /// Only jobs that were accepted at this time or later, in milliseconds since 1970.
    public var acceptedFrom: Int64?
    /// Only jobs that were accepted earlier than this.
    public var acceptedBefore: Int64?
    public init() {}
}
