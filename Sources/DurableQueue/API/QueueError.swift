public enum QueueError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk has no room for another job and what it will have to write.
    case full
    /// The log failed; nothing is accepted or completed until the program is started again.
    case poisoned(String)
    /// A record is not what was written.
    case damaged(String)
    /// A record cannot be read for now; the job keeps its place.
    case unreadable(String)
    case stopping
    case tooLarge(bytes: Int, limit: Int)
    /// What is asked makes no job: the sentence says why.
    case unusable(String)
    case noSuchJob(JobID)
    case noSuchLane(LaneID)
    /// The job is not in a state in which that can be done.
    case notNow(JobID, JobState.Name)
    /// A job without a lane can be retried only with keys.
    case unroutable(JobID)
    /// The lease that speaks is not the lane's present one.
    case stale(JobID)

    public var description: String {
        switch self {
        case .full: "the disk has no room for another job"
        case .poisoned(let reason): "the journal cannot be written any more: \(reason)"
        case .damaged(let reason): "the journal holds a damaged record: \(reason)"
        case .unreadable(let reason): "the journal cannot be read for now: \(reason)"
        case .stopping: "the queue is stopping"
        case .unusable(let reason): reason
        case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than the limit of \(limit)"
        case .noSuchJob(let id): "there is no job \(id), or it was finished long ago"
        case .noSuchLane(let id): "there is no lane \(id)"
        case .notNow(let id, let state): "job \(id) is \(state.rawValue)"
        case .unroutable(let id): "job \(id) could not be placed in a lane yet"
        case .stale(let id): "job \(id) is not what its lane runs now"
        }
    }
}
