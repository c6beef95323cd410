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
