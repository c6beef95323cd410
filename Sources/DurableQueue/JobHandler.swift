/// What the queue's user brings: how a job is done.
public protocol JobHandler: Sendable {
    /// Does one job. Never runs twice at once for one lane. When the task is cancelled, the queue is stopping, or the run
    /// is called off (its tenant was paused, say): return `.interrupted` as soon as it can be done without leaving
    /// something half known.
    ///
    /// - Parameter state: the lane's durable state, empty at first.
    func run(_ job: Job, state: [UInt8], lane: LaneHandle) async -> JobOutcome

    /// How many of these, from the first on, may be done in one run; 1 is none but the first, and any fewer than the
    /// number returned must do as well. They are snapshots that wait one behind the other in a lane, read and asked
    /// about each time that the lane is about to run. Must return at once.
    ///
    /// - Parameter state: the lane's, as the run will get it.
    func joint(_ waiting: [Job], state: [UInt8]) -> Int

    /// Does several jobs, of which `joint` said that they may go together, in one run with one outcome:
    ///
    /// - done: all are done.
    /// - retry, interrupted: all stay in their places. The try counts as one of the first; the next may have others
    ///   with it.
    /// - dead: none is yet. Each is run alone next, so that only those are dead that deserve it.
    ///
    /// Called only by the grace of `joint`.
    func run(together jobs: [Job], state: [UInt8], lane: LaneHandle) async -> JobOutcome

    /// Whether a snapshot has nothing left to do, since a newer one of its lane is done already: then it is closed as
    /// superseded, and else run alone. Asked about dead ones that are retried. Must return at once.
    ///
    /// - Parameter state: the lane's, as the run will get it.
    func isSuperseded(_ job: Job, state: [UInt8]) -> Bool

    /// The state of a lane that was two. `a` is the lane that goes on.
    func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8]

    /// Told of every job once it is on disk for good, in the order of acceptance, before any later job is dispatched; of
    /// those found pending at the start, when the queue is run and before the first dispatch. Must return at once.
    func accepted(_ job: AcceptedJob)

    /// Told once when a record cannot be read (`trouble` says why), and once with nil when all can be read again. Must
    /// return at once.
    func readingChanged(_ trouble: String?)

    /// Whether `accepted` wants jobs of this kind that were found pending. Only their payloads are read for it.
    func wantsAcceptance(ofKind kind: UInt8) -> Bool

    /// Whether runs call `LaneHandle.begin`. Then a job is listed as waiting until its run does.
    var saysWhenItBegins: Bool { get }
}

extension JobHandler {
    public func joint(_ waiting: [Job], state: [UInt8]) -> Int { 1 }
    public func isSuperseded(_ job: Job, state: [UInt8]) -> Bool { true }

    public func run(together jobs: [Job], state: [UInt8], lane: LaneHandle) async -> JobOutcome {
        preconditionFailure("a handler that lets jobs join also runs them together")
    }

    public func accepted(_ job: AcceptedJob) {}
    public func readingChanged(_ trouble: String?) {}
    public func wantsAcceptance(ofKind kind: UInt8) -> Bool { false }
    public var saysWhenItBegins: Bool { false }
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
    /// The newest snapshot of the lane that was done when the run began. Newer than the run's own job: that one comes late,
    /// since it was dead meanwhile.
    public let newestSnapshot: JobID?
    let control: RunControl
    let store: @Sendable ([UInt8]) async throws(QueueError) -> Void
    let bind: @Sendable (LaneKey) async throws(QueueError) -> LaneClaim
    let look: @Sendable (LaneKey) async -> Bool

    /// To be called right before each effect on the outside world: a call that is about to be sent.
    ///
    /// - Returns: false if the run was called off meanwhile. Cause no effect then, and return `.interrupted`.
    public func begin() -> Bool { control.begin() }

    /// Tells people what the run waits for, until it begins; nil: nothing that has a name.
    public func waits(for reason: String?) { control.waits(for: reason) }

    /// Makes the state durable in the middle of a run: before and after something that must not be done twice.
    public func save(_ state: [UInt8]) async throws(QueueError) {
        try await store(state)
    }

    /// Lets the lane be found by this key from now on. For what only a run finds out: the record at the peer that the
    /// customer is known by there, which two lanes may come to from different sides.
    ///
    /// - Parameter key: not exclusive.
    /// - Returns: `.joining` if it is another lane's: see there. Asking again for a key of one's own writes nothing.
    public func claim(_ key: LaneKey) async throws(QueueError) -> LaneClaim {
        precondition(!key.isExclusive, "a key that decides who somebody is comes with the job")
        return try await bind(key)
    }

    /// Whether a key leads to another customer's lane, which this one can never be joined with. Changes nothing.
    public func isOthers(_ key: LaneKey) async -> Bool { await look(key) }
}

public enum LaneClaim: Equatable, Sendable {
    /// The key leads to this lane, and nothing to another that this run does not know of.
    case own
    /// The key led to another lane; the two are one from now on, whose state this run does not know. Do nothing that
    /// rests on the lane's state, and return `.retry` at once: the job runs again when both states are one.
    case joining
    /// It is the key of another customer's lane, which this one can never be joined with.
    case others
}

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
    case unplaced(JobID)
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
        case .unplaced(let id): "job \(id) could not be placed in a lane yet"
        case .stale(let id): "job \(id) is not what its lane runs now"
        }
    }
}
