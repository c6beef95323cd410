/// What became of a job that was given to the queue.
public struct Acceptance: Hashable, Sendable {
    public let id: JobID
    /// False: an earlier job came with the same idempotency key, and this is that one. Nothing was stored.
    public let isNew: Bool
}
