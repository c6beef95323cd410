/// How a run ended, as the queue takes it: what is written of it, and whether it counts as an attempt.
struct RunEnd: Equatable, Sendable {
    var ending: OutcomeRecord.Ending
    /// The lane's new state; nil leaves the one before.
    var state: LaneState?
    var isCharged = true
    /// Its jobs run one by one from now on.
    var separates = false
}

extension Scheduler {
    /// Reads a handler's outcome.
    ///
    /// - Parameters:
    ///   - isAsked: the run was told to end: it was called off, or the queue stops.
    ///   - known: the lane's state as last written.
    mutating func end(
        of lease: Lease, as outcome: JobOutcome, isAsked: Bool, at now: Int64, known: LaneState
    ) -> RunEnd {
        var (end, new): (RunEnd, LaneState)
        switch outcome {
        case .done(let state): (end, new) = (RunEnd(ending: .done), state)
        case .separate(let state) where !lease.others.isEmpty:
            (end, new) = (RunEnd(ending: .interrupted, separates: true), state)
        case .interrupted(let state) where isAsked || isStopping: (end, new) = (RunEnd(ending: .interrupted), state)
        case .interrupted(let state), .separate(let state):
            // It was not asked for; to try again at once would be a loop without a pause.
            let due = dueTime(of: lease.job, after: nil, at: now)
            (end, new) = (RunEnd(ending: .waiting(until: due, reason: "it was interrupted"), isCharged: false), state)
        case .dead(let reason, let state): (end, new) = (dead(lease, reason), state)
        case .retry(let reason, let state, let after, let isCharged):
            let due = dueTime(of: lease.job, after: after, at: now)
            let ending = OutcomeRecord.Ending.waiting(until: due, reason: reason.boundedReason)
            (end, new) = (RunEnd(ending: ending, isCharged: isCharged), state)
        }
        guard new.bytes.count <= policy.maxLaneState else {
            return dead(
                lease,
                "what must be remembered of the lane grew to \(new.bytes.count) bytes, over \(policy.maxLaneState)")
        }
        // An outage makes many tries and no news: they must not write the same state again and again.
        if !lease.merging.isEmpty || new != known { end.state = new }
        return end
    }

    /// Only a record that was read and is wrong makes a dead letter. After any other error of a read the job keeps its
    /// position and is tried again; nothing is written for that, so that a disk which fails is not written to as well.
    ///
    /// - Returns: nil if the job is to be postponed.
    func end(of lease: Lease, unreadFor error: QueueError) -> RunEnd? {
        guard case .damaged = error else { return nil }
        return dead(lease, "what was stored of it is damaged and cannot be read back: \(error)")
    }

    private func dead(_ lease: Lease, _ reason: String) -> RunEnd {
        RunEnd(ending: .dead(reason: reason.boundedReason, parks: policy.parks(lease.slot.tenant)))
    }

    /// The record of a try that came to nothing because something could not be read: the job waits, uncharged.
    mutating func postponement(of lease: Lease, for reason: String, at now: Int64, wall: Int64) -> OutcomeRecord {
        OutcomeRecord(
            job: lease.job, attempts: lease.attempt - 1,
            ending: .waiting(until: dueTime(of: lease.job, after: nil, at: now), reason: reason.boundedReason),
            lane: nil, state: [], merging: [], at: wall)
    }
}
