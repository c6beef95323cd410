/// One attempt, from its lease to its outcome.
extension JobQueue {
    func work(_ alone: Lease) async {
        var lease = alone
        guard let row = state.jobs[lease.job] else {
            preconditionFailure("a leased job is neither closed nor discarded")
        }
        let isLate = row.isSnapshot && newestSnapshot(of: lease).map { $0 > lease.job } ?? false
        do {
            let known = try await laneState(for: lease)
            let jobs: [Job]
            if isLate {
                jobs = [try await job(lease.job, of: lease, attempt: lease.attempt)]
                if await isSuperseded(jobs[0], known.bytes) { return await end(lease, .superseded, state: nil) }
            } else {
                jobs = try await formBatch(&lease, state: known.bytes)
            }
            if lease.control.isCalledOff { return await end(lease, .interrupted, state: nil) }
            let outcome = await run(jobs, lease, state: known.bytes)
            await finish(lease, outcome, of: row, given: known)
        } catch {
            await end(lease, of: row, unreadFor: error)
        }
    }

    /// Runs the jobs of a lease. Cancels the task when the run is called off.
    func run(_ jobs: [Job], _ lease: Lease, state: [UInt8]) async -> JobOutcome {
        let (lane, control) = (Lane(handle(of: lease), handler: handler), lease.control)
        eventSource.publish(.started(lease.jobs))
        return await withTaskGroup(of: JobOutcome.self) { group in
            group.addTask {
                let outcome = await lane.run(jobs, state: state)
                control.bell.ring()
                return outcome
            }
            await control.bell.wait()
            // Changes nothing for a run that is over.
            group.cancelAll()
            guard let outcome = await group.next() else { preconditionFailure("a run ends with an outcome") }
            return outcome
        }
    }

    /// Only a record that was read and is wrong makes a dead letter. After any other error of a read the job keeps its
    /// place and is tried again; nothing is written for that, so that a disk which fails is not written to as well.
    private func end(_ lease: Lease, of row: QueueState.JobRow, unreadFor error: QueueError) async {
        switch error {
        case .damaged:
            let reason = "what was stored of it is damaged and cannot be read back: \(error)"
            await end(lease, .dead(reason: reason, parks: policy.parks(row.tenant)), state: nil)
        default:
            postpone(lease, for: "it could not be read back and is tried again: \(error)")
        }
    }

    /// Gives the lease back and lets the job wait, in memory only: the next start finds it as it was before this try.
    func postpone(_ lease: Lease, for reason: String) {
        guard leases[lease.lane] == lease else {
            staleCompletions += 1
            return
        }
        if state.jobs[lease.job] != nil {
            let until = dueTime(lease, nil)
            state.apply(
                .outcome(
                    OutcomeRecord(
                        job: lease.job, attempts: lease.attempt - 1,
                        ending: .waiting(until: until, reason: bounded(reason)), lane: nil, state: [], merging: [],
                        at: wall())), at: nil)
            wait(lease.job, until: until)
        }
        release(lease, .waiting)
    }

    private func newestSnapshot(of lease: Lease) -> JobID? {
        guard let newest = state.lanes[state.lanes.current(lease.lane)]?.newestSnapshot else { return nil }
        return newest.rawValue == 0 ? nil : newest
    }

    /// Not on the queue's own time, as it is for joint runs.
    private nonisolated func isSuperseded(_ job: Job, _ known: [UInt8]) async -> Bool {
        handler.isSuperseded(job, state: known)
    }

    func handle(of lease: Lease) -> LaneHandle {
        LaneHandle(
            id: lease.lane, newestSnapshot: newestSnapshot(of: lease), control: lease.control,
            store: { state throws(QueueError) in try await self.save(state, lease) },
            bind: { key throws(QueueError) in try await self.claim(key, lease) },
            look: { key in await self.isOthers(key, lease) })
    }

    private func finish(
        _ lease: Lease, _ outcome: JobOutcome, of row: QueueState.JobRow, given known: KnownState
    ) async {
        let parks = policy.parks(row.tenant)
        let (ending, new): (OutcomeRecord.Ending, [UInt8])
        var isCharged = true
        switch outcome {
        case .done(let state): (ending, new) = (.done, state)
        case .interrupted(let state) where isStopping || Task.isCancelled || lease.control.isCalledOff:
            (ending, new) = (.interrupted, state)
        case .interrupted(let state):
            // It was not asked for; to try again at once would be a loop without a pause.
            isCharged = false
            (ending, new) = (.waiting(until: dueTime(lease, nil), reason: "it was interrupted"), state)
        case .dead(let reason, let state): (ending, new) = (.dead(reason: bounded(reason), parks: parks), state)
        case .retry(let reason, let state, let after, let charged):
            isCharged = charged
            (ending, new) = (.waiting(until: dueTime(lease, after), reason: bounded(reason)), state)
        }
        guard new.count <= policy.maxLaneState else {
            let reason = "what must be remembered of the lane grew to \(new.count) bytes, over \(policy.maxLaneState)"
            return await end(lease, .dead(reason: reason, parks: parks), state: nil)
        }
        // An outage makes many tries and no news: they must not write the same state again and again.
        let isNews =
            new != known.bytes || !lease.merging.isEmpty || known.address != state.lanes.stateAddress(of: lease.lane)
        await end(lease, ending, state: isNews ? new : nil, isCharged: isCharged)
    }

    private func dueTime(_ lease: Lease, _ after: Duration?) -> Int64 {
        let tries = state.consecutiveFailures(of: lease.job) + 1
        let pause =
            after ?? policy.retry.pause(after: tries, random: Double.random(in: 0...1, using: &random))
        // At least a moment, so that a job that asks to go on at once lets other lanes go first.
        // Bounded before it becomes a number: what a peer asks for may not fit in one, and would trap.
        return steadyNow + min(max(pause, .milliseconds(1)), Self.longestPause).milliseconds
    }

    static let longestPause = Duration.seconds(366 * 86_400)

    /// Reasons are kept up to this many UTF-8 bytes. Counted by bytes, since one character can have any number of them.
    package static let longestReason = 1_200

    /// The reason as it is kept; a longer one ends in an ellipsis at a whole character.
    func bounded(_ reason: String) -> String {
        guard reason.utf8.count > Self.longestReason else { return reason }
        var kept = ""
        var bytes = 0
        for character in reason {
            bytes += character.utf8.count
            guard bytes <= Self.longestReason - 3 else { break }
            kept.append(character)
        }
        // One character can be of any length. Then it is cut too.
        if kept.utf8.count < Self.longestReason / 2 {
            let whole = reason.unicodeScalars.prefix((Self.longestReason - 3) / 4)
            kept = String(String.UnicodeScalarView(whole))
        }
        return kept + "…"
    }

    /// Writes how the attempt ended, and only then lets the lane go on.
    private func end(
        _ lease: Lease, _ ending: OutcomeRecord.Ending, state new: [UInt8]?, isCharged: Bool = true
    ) async {
        guard leases[lease.lane] == lease, state.jobs[lease.job] != nil else {
            staleCompletions += 1
            return
        }
        var ending = ending
        if case .dead = ending, !lease.others.isEmpty {
            // Whose fault it is shows when they are run one by one.
            mustRunAlone.formUnion(lease.jobs)
            ending = .interrupted
        }
        let isTry = isCharged && ending != .interrupted && ending != .superseded
        switch ending {
        case .waiting, .interrupted: break
        case .done: mustRunAlone.subtract(lease.jobs)
        case .dead, .superseded, .discarded: mustRunAlone.remove(lease.job)
        }
        defer { if state.jobs[lease.job] == nil { growth[lease.job] = nil } }
        let record = OutcomeRecord(
            job: lease.job, attempts: isTry ? lease.attempt : lease.attempt - 1, ending: ending,
            lane: new == nil ? nil : lease.lane, state: new ?? [], merging: new == nil ? [] : lease.merging, at: wall())
        do throws(QueueError) {
            let ticket = try await write(record, of: lease)
            if case .waiting(let until, _) = ending { wait(lease.job, until: until) }
            if let ticket { try await written(ticket) }
        } catch {
            switch error {
            // Another attempt holds the lane.
            case .stale: return
            // The queue stops while the disk is full: the job is found pending at the next start.
            case .full: break
            default: hasFailed = true
            }
        }
        // Also then, so that a stop need not wait.
        release(lease, ending.state)
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
            guard noteGrowth(to: record.state.count, lease) else { return try submit(.outcome(record), .ifRoom) }
            return try await submitSoon(.outcome(record), for: lease)
        } catch {
            guard error == .full else { throw error }
            state.apply(.outcome(record.withoutState), at: nil)
            return nil
        }
    }

    private func written(_ ticket: LogTicket) async throws(QueueError) {
        do { try await log.written(ticket) } catch { throw QueueError(error) }
    }

    func check(_ lease: Lease) throws(QueueError) {
        guard leases[lease.lane] == lease else {
            staleCompletions += 1
            throw .stale(lease.job)
        }
    }

    private func save(_ new: [UInt8], _ lease: Lease) async throws(QueueError) {
        try check(lease)
        guard new.count <= policy.maxLaneState else { throw .tooLarge(bytes: new.count, limit: policy.maxLaneState) }
        _ = noteGrowth(to: new.count, lease)
        let record = PoolRecord.laneState(lane: lease.lane, state: new, merging: lease.merging)
        try await durable(submit(record, for: lease))
    }
}
