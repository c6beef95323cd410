/// What the queue's user brings: how a job is done.
public protocol JobHandler: Sendable {
    /// Does one job. Never runs twice at once for one lane. When the task is cancelled, the queue is stopping: return
    /// `.interrupted` as soon as it can be done without leaving something half known.
    ///
    /// - Parameter state: the lane's durable state, empty at first.
    func run(_ job: Job, state: [UInt8], lane: LaneHandle) async -> JobOutcome

    /// The state of a lane that was two. `a` is the lane that goes on.
    func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8]

    /// Told of every job in the order of acceptance, before any later job is dispatched; at the start, of every job
    /// still pending, before the first dispatch. Must return at once.
    func accepted(_ job: AcceptedJob)

    /// Whether `accepted` wants jobs of this kind. At the start only their payloads are read.
    func wantsAcceptance(ofKind kind: UInt8) -> Bool
}

extension JobHandler {
    public func accepted(_ job: AcceptedJob) {}
    public func wantsAcceptance(ofKind kind: UInt8) -> Bool { false }
}

/// How a job's run ended. The state is the lane's from now on, whatever the ending: it says what is known to have been
/// done. At most ``QueuePolicy/maxLaneState`` bytes; with more, the job is dead.
public enum JobOutcome: Sendable {
    case done(state: [UInt8])
    /// Try again, first in its lane. `after`: nil leaves the pause to the queue (exponential, with jitter). `isCharged`:
    /// whether it counts as an attempt; not if it is none of the job's fault.
    case retry(reason: String, state: [UInt8], after: Duration? = nil, isCharged: Bool = true)
    case dead(reason: String, state: [UInt8])
    /// The queue is stopping and the job is not finished: back to the head of its lane, as if not tried.
    case interrupted(state: [UInt8])
}

/// A running job's hold on its lane.
public struct LaneHandle: Sendable {
    public let id: LaneID
    let store: @Sendable ([UInt8]) async throws(QueueError) -> Void

    /// Makes the state durable in the middle of a run: before and after something that must not be done twice.
    public func save(_ state: [UInt8]) async throws(QueueError) {
        try await store(state)
    }
}

public enum QueueError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk has no room for another job and what it will have to write.
    case full
    /// The log failed; nothing is accepted or completed until the program is started again.
    case poisoned(String)
    case stopping
    case tooLarge(bytes: Int, limit: Int)
    case noSuchJob(JobID)
    case noSuchLane(LaneID)
    /// The job is not in a state in which that can be done.
    case notNow(JobID, JobState.Name)
    /// A job without a lane can be retried only with keys.
    case unplaced(JobID)
    /// The lease that speaks is not the lane's present one.
    case stale(JobID)

    public var description: String {
        switch self {
        case .full: "the disk has no room for another job"
        case .poisoned(let reason): "the journal cannot be written any more: \(reason)"
        case .stopping: "the queue is stopping"
        case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than the limit of \(limit)"
        case .noSuchJob(let id): "there is no job \(id), or it was finished long ago"
        case .noSuchLane(let id): "there is no lane \(id)"
        case .notNow(let id, let state): "job \(id) is \(state.rawValue)"
        case .unplaced(let id): "job \(id) could not be placed in a lane yet"
        case .stale(let id): "job \(id) is not what its lane runs now"
        }
    }
}
