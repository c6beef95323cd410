import Clocks
import AsyncPrimitives

/// Writing what a run came to.
extension JobQueue {
    /// Bytes of a reason that are kept.
    package static let longestReason = Reason.longest

    /// Takes note of how a run ended. `finishRuns` writes it and lets the lane go on.
    nonisolated func take(_ run: EndedRun) {
        // The first of those that are taken together signals for all.
        if endedRuns.add({ _ in run }) { endings.signal() }
    }

    /// Writes how runs ended and lets their lanes go on, those together that ended meanwhile. Returns after the last run.
    func finishRuns() async {
        await withDiscardingTaskGroup { group in
            while !hasDispatched || runsUnderWay > 0 {
                await endings.waitThroughCancellation()
                let ended = endedRuns.take()
                guard !ended.isEmpty else { continue }
                runsUnderWay -= ended.count
                let (finished, last, others) = close(ended)
                // These may wait for room, or for the disk.
                for (lease, end) in others { group.addTask { await self.finishAlone(lease, end) } }
                guard !finished.isEmpty else { continue }
                // The next that end meanwhile share its write.
                group.addTask { await self.release(finished, after: last) }
            }
        }
    }

    /// Lets lanes go on whose jobs' ends are in these records, once the last of them is written.
    private func release(_ finished: [FinishedRun], after last: LogTicket?) async {
        if let last { do { try await written(last) } catch { scheduler.fail() } }
        release(finished)
    }

    /// Submits the ends of runs, to be written together.
    ///
    /// - Returns: the runs whose end is on its way, and the last record of it; and those that need more than one record.
    private func close(
        _ ended: [EndedRun]
    ) -> (finished: [FinishedRun], last: LogTicket?, others: [(Lease, Ending)]) {
        let (wall, now) = (clock.wall.milliseconds, steadyNow)
        var (finished, others): ([FinishedRun], [(Lease, Ending)]) = ([], [])
        var last: LogTicket?
        log.together {
            for run in ended {
                let lease = run.lease
                let end: RunEnd
                switch run.end {
                case .unread(let error):
                    others.append((lease, .unread(error)))
                    continue
                case .known(let known): end = known
                case .outcome(let outcome, let isAsked):
                    let known = lanes.known(lease.lane)?.state ?? []
                    end = scheduler.end(of: lease, as: outcome, isAsked: isAsked, at: now, known: known)
                }
                guard end.ending.isFinal else {
                    others.append((lease, .end(end)))
                    continue
                }
                guard let record = scheduler.record(of: end, lease, at: wall) else { continue }
                // Of a batch that died each job is tried alone.
                guard record.ending.isFinal else {
                    others.append((lease, .end(end)))
                    continue
                }
                let run = FinishedRun(lease: lease, name: record.ending.state)
                do throws(QueueError) {
                    let ticket = try append(closing(record, of: lease), .needed)
                    if let state = end.state { note(state, at: ticket, of: lease) }
                    last = ticket
                } catch {
                    guard error != .full else {
                        others.append((lease, .end(end)))
                        continue
                    }
                    scheduler.fail()
                }
                finished.append(run)
            }
        }
        tellNeeds()
        return (finished, last, others)
    }

    private enum Ending: Sendable {
        case end(RunEnd)
        case unread(QueueError)
    }

    private func finishAlone(_ lease: Lease, _ end: Ending) async {
        let finished: FinishedRun? =
            switch end {
            case .end(let end): await finish(lease, end)
            case .unread(let error): await finish(lease, unreadFor: error)
            }
        // Nil: the lease was not the lane's any more.
        if let finished { release([finished]) }
    }

    /// The lane's state lies in that record from now on.
    private func note(_ state: LaneState, at ticket: LogTicket, of lease: Lease) {
        lanes.know(StoredState(state: state, address: ticket.address), of: lease.lane)
    }

    private func closing(_ record: OutcomeRecord, of lease: Lease) -> QueueRecord {
        if case .done = record.ending, !lease.others.isEmpty { return .batchOutcome(record, others: lease.others) }
        return .outcome(record)
    }

    /// Returns when the end of a run is written.
    ///
    /// - Returns: nil if the lease is not the lane's any more.
    func finish(_ lease: Lease, _ end: RunEnd) async -> FinishedRun? {
        guard let record = scheduler.record(of: end, lease, at: clock.wall.milliseconds) else { return nil }
        let finished = FinishedRun(lease: lease, name: record.ending.state)
        do throws(QueueError) {
            guard let ticket = try await write(record, of: lease) else { return finished }
            if let state = end.state { note(state, at: ticket, of: lease) }
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
        case .done, .superseded, .discarded, .dead: return try await submit(closing(record, of: lease), for: lease)
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
    func save(_ new: LaneState, _ lease: Lease) async throws(QueueError) {
        try check(lease)
        let size = new.bytes.count
        guard size <= policy.maxLaneState else { throw .tooLarge(bytes: size, limit: policy.maxLaneState) }
        _ = scheduler.mayGrow(to: size, lease)
        let record = QueueRecord.laneState(lane: lease.lane, state: new.bytes, merging: lease.merging)
        let ticket = try await submit(record, for: lease)
        try await durable(ticket)
        note(new, at: ticket, of: lease)
    }
}
