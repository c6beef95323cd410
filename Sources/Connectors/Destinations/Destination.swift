package import DurableQueue

/// Where changes go, as one gym uses it: what a change does there, and what a lane remembers of it.
///
/// A new one is a type of this kind in a target of its own, and a line in the service's list of destinations. Which changes
/// it takes is told by their type. A lane's state begins with a byte that tells whose it is, so that a lane
/// belongs to one destination; the kinds of its lane keys must be others than those of the rest.
package protocol Destination: Sendable {
    associatedtype Change: InboundChange
    associatedtype State: DestinationState
    associatedtype Settings: DestinationSettings

    /// The name in log lines.
    static var name: String { get }

    /// The account that it writes to.
    var peer: any PeerAccount { get }

    /// Goes on with what was announced to another one of the same gym, in whose place it comes.
    func takeOver(from other: Self)

    /// What lanes remember may be older than what the account was last told: nothing of it is relied on without a look.
    /// Durable when it returns.
    func doubtEverything() async throws

    /// Plans with a change of the whole gym from now on: it is on disk, and nothing that was accepted later has run.
    func announce(_ change: Change, job: JobID)

    /// What of a change is still to be delivered after a newer one of its lane was.
    func remainder(of change: Change, job: JobID, after state: LaneState) -> Remainder<Change>

    /// The first of these changes as one, with as many of the next as go with it. Nil: the first goes with none.
    func batch(
        _ changes: some Sequence<(job: JobID, change: Change)>, state: LaneState
    ) -> ChangeBatch<Change>?

    /// Delivers a change, and says what the lane remembers from now on.
    func deliver(_ change: Change, in run: DeliveryAttempt) async -> Delivery

    /// What a running job waits for beside its account, in a sentence.
    func wait(of job: JobID) -> String?
}
