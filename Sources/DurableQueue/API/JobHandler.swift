/// What the queue's user brings: how a job is done.
public protocol JobHandler: Sendable {
    /// Does one job. Never runs twice at once for one lane. When the task is cancelled, the queue is stopping, or the run
    /// is called off (its tenant was paused, say): return `.interrupted` as soon as it can be done without leaving
    /// something half known.
    ///
    /// - Parameter state: the lane's durable state, empty at first.
    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome

    /// Length of the longest prefix that may run as one batch (at least 1). Every shorter prefix must be valid too.
    /// `waiting` are snapshots that stand one behind the other in a lane. Asked before each run; must return at once.
    ///
    /// - Parameter state: the lane's, as the run will get it.
    func batchable(_ waiting: [Job], state: LaneState) -> Int

    /// Does several jobs in one run with one outcome. Called only with a prefix that `batchable` approved.
    ///
    /// - done: all are done.
    /// - retry, interrupted: all keep their positions. The try counts as one of the first job's; the next batch may be
    ///   another.
    /// - separate: none was tried, and each runs alone next.
    /// - dead: none is yet. Each runs alone next, so that one bad job kills no other.
    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome

    /// Whether a snapshot has nothing left to do, since a newer one of its lane is done already: then it is closed as
    /// superseded, and else run alone. Asked about dead ones that are retried. Must return at once.
    ///
    /// - Parameter state: the lane's, as the run will get it.
    func isSuperseded(_ job: Job, state: LaneState) -> Bool

    /// The state of a lane that was two. `a` is the lane that goes on.
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState

    /// Told of every job once it is on disk for good, in the order of acceptance, before any later job is dispatched; of
    /// those found pending at the start, when the queue is run and before the first dispatch. Must return at once.
    func accepted(_ job: AcceptedJob)

    /// Told once when a record cannot be read (`failure` says why), and once with nil when all can be read again. Must
    /// return at once.
    func readingChanged(_ failure: String?)

    /// Whether `accepted` wants jobs of this kind that were found pending. Only their payloads are read for it.
    func wantsAcceptance(ofKind kind: UInt8) -> Bool

    /// Whether runs call `LaneHandle.begin`. Then a job is listed as waiting until its run does.
    var saysWhenItBegins: Bool { get }
}

extension JobHandler {
    public func batchable(_ waiting: [Job], state: LaneState) -> Int { 1 }
    public func isSuperseded(_ job: Job, state: LaneState) -> Bool { true }

    public func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        preconditionFailure("a handler that approves batches also runs them")
    }

    public func accepted(_ job: AcceptedJob) {}
    public func readingChanged(_ failure: String?) {}
    public func wantsAcceptance(ofKind kind: UInt8) -> Bool { false }
    public var saysWhenItBegins: Bool { false }
}
