/// Writing what a run came to.
extension JobQueue {
    /// Writes how the attempt ended, and only then lets the lane go on.
    func end(_ lease: Lease, _ end: RunEnd) async {
        guard let record = scheduler.record(of: end, lease, at: wall()) else { return }
        do throws(QueueError) {
            if let ticket = try await write(record, of: lease) { try await written(ticket) }
        } catch {
            switch error {
            // Another attempt holds the lane.
            case .stale: return
            // The queue stops while the disk is full: the job is found pending at the next start.
            case .full: break
            default: scheduler.fail()
            }
        }
        // Also then, so that a stop need not wait.
        release(lease, record.ending.state)
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
    func save(_ new: [UInt8], _ lease: Lease) async throws(QueueError) {
        try check(lease)
        guard new.count <= policy.maxLaneState else { throw .tooLarge(bytes: new.count, limit: policy.maxLaneState) }
        _ = scheduler.mayGrow(to: new.count, lease)
        let record = PoolRecord.laneState(lane: lease.lane, state: new, merging: lease.merging)
        try await durable(submit(record, for: lease))
    }
}
