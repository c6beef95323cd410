/// Whether the queue does its work, and what is in its way.
public struct QueueStanding: Equatable, Sendable {
    public var isStopping = false
    /// An outcome could not be written: nothing is begun or accepted until the next start.
    public var hasFailed = false
    /// Why records cannot be read for now.
    public var readFailure: String?
    /// Notes that were not kept for want of room.
    public var droppedMetadata = 0
}
