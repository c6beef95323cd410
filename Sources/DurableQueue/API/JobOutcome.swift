/// How a job's run ended. The state is the lane's from now on, whatever the ending: it says what is known to have been
/// done. At most ``QueuePolicy/maxLaneState`` bytes; with more, the job is dead.
public enum JobOutcome: Sendable {
    case done(state: LaneState)
    /// Try again, first in its lane. `after`: nil leaves the pause to the queue (exponential, with jitter). `isCharged`:
    /// whether it counts as an attempt; not if it is none of the job's fault.
    case retry(reason: String, state: LaneState, after: Duration? = nil, isCharged: Bool = true)
    case dead(reason: String, state: LaneState)
    /// The jobs of this batch do not go together: each runs alone next, and none was tried.
    case separate(state: LaneState)
    /// The queue is stopping and the job is not finished: back to the head of its lane, as if not tried.
    case interrupted(state: LaneState)
}

/// For handlers that keep no decoded value.
extension JobOutcome {
    public static func done(state: [UInt8]) -> JobOutcome { .done(state: LaneState(state)) }

    public static func retry(
        reason: String, state: [UInt8], after: Duration? = nil, isCharged: Bool = true
    ) -> JobOutcome {
        .retry(reason: reason, state: LaneState(state), after: after, isCharged: isCharged)
    }

    public static func dead(reason: String, state: [UInt8]) -> JobOutcome {
        .dead(reason: reason, state: LaneState(state))
    }

    public static func interrupted(state: [UInt8]) -> JobOutcome { .interrupted(state: LaneState(state)) }
}
