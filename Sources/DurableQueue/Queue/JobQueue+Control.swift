import Clocks
import AsyncPrimitives

/// What operators ask of the queue. Everything here is on disk for good when it returns.
extension JobQueue {
    /// Puts a dead job back into its place in its lane, as if it had not been tried.
    ///
    /// - Parameter keys: for a job that had no lane, those that it turns out to have.
    public func retry(_ id: JobID, keys: [LaneKey] = []) async throws(QueueError) {
        if let failure = await retry([(id, keys)])[0] { throw failure }
    }

    /// Closes a job that is not running, without doing it. A run that has not begun is called off first.
    public func discard(_ id: JobID) async throws(QueueError) {
        scheduler.hold(id, in: nil)
        defer { perform(scheduler.unhold(id)) }
        try await callOff(id)
        try await durable(submit(discarding(id, try open(id)), .always))
        eventSource.publish(.changed)
    }

    func discarding(_ id: JobID, _ job: QueueState.JobRow) -> QueueRecord {
        .outcome(
            OutcomeRecord(
                job: id, attempts: job.attempts, ending: .discarded, lane: nil, state: [], merging: [],
                at: clock.wall.milliseconds))
    }

    /// Returns when the job, which is being discarded, does not run.
    ///
    /// - Throws: `notNow` if its run has begun: what that does cannot be taken back.
    private func callOff(_ id: JobID) async throws(QueueError) {
        while let job = state.jobs[id], !job.isDead, let lease = scheduler.lease(of: id) {
            guard runs[lease.number]?.callOffUnlessBegun() != false, !Task.isCancelled else {
                throw .notNow(id, .running)
            }
            let wakeup = AsyncSignal()
            leaseWaiters[lease.number, default: []].append(wakeup)
            await wakeup.wait()
        }
    }

    /// A job that is not finished.
    func open(_ id: JobID) throws(QueueError) -> QueueState.JobRow {
        if let job = state.jobs[id] { return job }
        if let finished = state.finished.byID[id] { throw .notNow(id, finished.state.name) }
        throw .noSuchJob(id)
    }

    /// Runs of the tenant are called off: once this has been called, none begins anything new.
    public func pause(_ tenant: TenantID) async throws(QueueError) {
        try await write(.paused(tenant: tenant, lane: nil, isPaused: true))
    }

    public func resume(_ tenant: TenantID) async throws(QueueError) {
        try await write(.paused(tenant: tenant, lane: nil, isPaused: false))
    }

    /// Calls off its run, as for a tenant.
    public func pause(_ lane: LaneID, of tenant: TenantID) async throws(QueueError) {
        try await write(.paused(tenant: tenant, lane: known(lane, tenant), isPaused: true))
    }

    public func resume(_ lane: LaneID, of tenant: TenantID) async throws(QueueError) {
        try await write(.paused(tenant: tenant, lane: known(lane, tenant), isPaused: false))
    }

    private func write(_ record: QueueRecord) async throws(QueueError) {
        let ticket = try submit(record, .always)
        eventSource.publish(.changed)
        try await durable(ticket)
    }

    private func known(_ lane: LaneID, _ tenant: TenantID) throws(QueueError) -> LaneID {
        let current = state.lanes.current(lane)
        guard state.lanes[current]?.tenant == tenant else { throw .noSuchLane(lane) }
        return current
    }
}
