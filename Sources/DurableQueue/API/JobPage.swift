/// Some of the jobs that fit a query, oldest first, and where the others begin: see ``JobQueue/page(_:)``.
public struct JobPage: Sendable {
    public var jobs: [JobView]
    /// What the next query gives as `before`, or as `after` if this one had that. Nil: there were no more.
    public var next: JobID?
}
