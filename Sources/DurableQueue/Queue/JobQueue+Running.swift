/// What a lane asks of the queue when it begins a run.
extension JobQueue {
    enum Start: Sendable {
        /// Nothing is left of the job to do.
        case superseded
        /// The lease holds all jobs of the run from now on. `newest`: the lane's newest snapshot that was done before.
        case run(Lease, [Job], newest: JobID?)
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
