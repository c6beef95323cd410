import Clocks

/// Writing what a run came to.
extension JobQueue {
    /// Bytes of a reason that are kept.
    package static let longestReason = Reason.longest

    func end(of lease: Lease, as outcome: JobOutcome, isAsked: Bool, known: LaneState) -> RunEnd {
        scheduler.end(of: lease, as: outcome, isAsked: isAsked, at: steadyNow, known: known)
    }

    /// Returns when the end of a run is written.
    ///
    /// - Returns: nil if the lease is not the lane's any more.
    func finish(_ lease: Lease, _ end: RunEnd) async -> FinishedRun? {
        guard let record = scheduler.record(of: end, lease, at: clock.wall.milliseconds) else { return nil }
        var finished = FinishedRun(lease: lease, name: record.ending.state)
        do throws(QueueError) {
            guard let ticket = try await write(record, of: lease) else { return finished }
            if let state = end.state { finished.written = StoredState(state: state, address: ticket.address) }
            try await written(ticket)
        } catch {
            switch error {
            // Another attempt holds the lane.
            case .stale: return nil
            // The queue stops while the disk is full: the job is found pending at the next start.
            case .full: break
            default: scheduler.fail()
            }
        }
        // Also after a failure, so that a stop need not wait.
        return finished
    }

    /// The end of a run that could not begin. After an error that may pass the job waits, in memory only: the next start
    /// finds it as it was before this try.
    func finish(_ lease: Lease, unreadFor error: QueueError) async -> FinishedRun? {
        if let end = scheduler.end(of: lease, unreadFor: error) { return await finish(lease, end) }
        guard scheduler.isCurrent(lease) else { return nil }
        if state.jobs[lease.job] != nil {
            let reason = "it could not be read back and is tried again: \(error)"
            let record = scheduler.postponement(of: lease, for: reason, at: steadyNow, wall: clock.wall.milliseconds)
            perform(scheduler.apply(.outcome(record), at: nil))
        }
        return FinishedRun(lease: lease, name: .waiting)
    }

    /// Nil: there was no need to write it.
    private func write(_ record: OutcomeRecord, of lease: Lease) async throws(QueueError) -> LogTicket? {
        switch record.ending {
        case .done where !lease.others.isEmpty:
            return try await submit(.batchOutcome(record, others: lease.others), for: lease)
        case .done, .superseded, .discarded, .dead:
            return try await submit(.outcome(record), for: lease)
        case .interrupted where record.lane == nil:
            // All is as it was. Written each time, pauses of days would eat what was set aside for the completion.
            return nil
        case .waiting, .interrupted:
            return try await writeFailedTry(record, lease)
        }
    }

    private func writeFailedTry(_ record: OutcomeRecord, _ lease: Lease) async throws(QueueError) -> LogTicket? {
        // A job may be tried for days while the disk is full. What its tries tell must not hold up completions, and a try
        // that tells nothing but that it was made takes no room from them. It is as if the process had died before the
        // outcome was written.
        do throws(QueueError) {
            if record.lane == nil { return try submit(.outcome(record), .reserve(0)) }
            guard scheduler.mayGrow(to: record.state.count, lease) else { return try submit(.outcome(record), .ifRoom) }
            return try await submitSoon(.outcome(record), for: lease)
        } catch {
            guard error == .full else { throw error }
            perform(scheduler.apply(.outcome(record.withoutState), at: nil))
            return nil
        }
    }

    private func written(_ ticket: LogTicket) async throws(QueueError) {
        do { try await log.written(ticket) } catch { throw QueueError(error) }
    }

    /// Makes a state durable in the middle of a run.
    func save(_ new: LaneState, _ lease: Lease) async throws(QueueError) -> StoredState {
        try check(lease)
        let size = new.bytes.count
        guard size <= policy.maxLaneState else { throw .tooLarge(bytes: size, limit: policy.maxLaneState) }
        _ = scheduler.mayGrow(to: size, lease)
        let record = QueueRecord.laneState(lane: lease.lane, state: new.bytes, merging: lease.merging)
        let ticket = try await submit(record, for: lease)
        try await durable(ticket)
        return StoredState(state: new, address: ticket.address)
    }
}
