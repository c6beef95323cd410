/// What a lane asks of the queue when it begins a run.
extension JobQueue {
    enum Start: Sendable {
        /// Nothing is left of the job to do.
        case superseded
        /// The lease holds all jobs of the run from now on. `newest`: the lane's newest snapshot that was done before.
        case run(Lease, [Job], newest: JobID?)
    }

    /// The run, if nothing has to be read from the disk for it and the handler need not be asked about it. Most need neither.
    func readyRun(_ lease: Lease) -> ReadyRun? {
        guard lease.merging.isEmpty, let row = state.jobs[lease.job] else { return nil }
        let newest = scheduler.newestSnapshot(of: lease)
        if row.isSnapshot {
            let isLate = newest.map { $0 > lease.job } ?? false
            guard !isLate, scheduler.batchCandidates(for: lease, most: 2).count == 1 else { return nil }
        }
        guard let record = log.kept(row.address), let payload = QueueRecord.payload(ofJobIn: record),
            let state = stateAtHand(of: lease.lane)
        else { return nil }
        return ReadyRun(
            lease: lease, jobs: [job(lease.job, row, payload, of: lease, attempt: lease.attempt)], state: state.state,
            newest: newest)
    }

    /// A lane's state, if it need not be read from the disk.
    private func stateAtHand(of lane: LaneID) -> StoredState? {
        let address = state.lanes.stateAddress(of: lane)
        if let known = lanes.known(lane), known.address == address { return known }
        guard let address else { return StoredState() }
        guard let (kind, payload) = log.kept(address),
            let bytes = (try? QueueRecord(kind: kind, payload: payload))?.asLaneState
        else { return nil }
        let known = StoredState(state: LaneState(bytes), address: address)
        lanes.know(known, of: lane)
        return known
    }

    func begin(_ lease: Lease, state lane: LaneState) async throws(QueueError) -> Start {
        guard let row = state.jobs[lease.job] else {
            preconditionFailure("a leased job is neither closed nor discarded")
        }
        var lease = lease
        let jobs: [Job]
        if row.isSnapshot, let newest = scheduler.newestSnapshot(of: lease), newest > lease.job {
            jobs = [try await job(lease.job, of: lease, attempt: lease.attempt)]
            if await isSuperseded(jobs[0], lane) { return .superseded }
        } else {
            jobs = try await formBatch(&lease, state: lane)
        }
        eventSource.publish(.started(lease.jobs))
        return .run(lease, jobs, newest: scheduler.newestSnapshot(of: lease))
    }

    /// Not on the queue's own time: to make sense of payloads takes long enough for others to want to be accepted.
    private nonisolated func isSuperseded(_ job: Job, _ state: LaneState) async -> Bool {
        handler.isSuperseded(job, state: state)
    }

    func check(_ lease: Lease) throws(QueueError) {
        guard scheduler.isCurrent(lease) else { throw .stale(lease.job) }
    }
}
