/// Which jobs to list, oldest first: the newest that fit, or those that follow a given one.
public struct JobQuery: Sendable {
    public var tenant: TenantID?
    public var state: JobState.Name?
    public var limit = 100
    /// Only jobs that were accepted before this one: for the page before.
    public var before: JobID?
    /// Only jobs that were accepted after this one; of them the oldest.
    public var after: JobID?
    public init() {}
}
