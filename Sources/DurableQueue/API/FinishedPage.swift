/// Jobs in the order in which they were finished: see ``JobQueue/finished(after:limit:)``.
public struct FinishedPage: Sendable {
    /// Where the next page begins.
    public var next: UInt64
    /// Finished before these and after the page before, and no longer remembered.
    public var missed: Int
    public var jobs: [JobView]
}
