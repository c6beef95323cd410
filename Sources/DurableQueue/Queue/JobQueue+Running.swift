/// One attempt, from its lease to its outcome.
extension JobQueue {
    func work(_ alone: Lease) async {
        var lease = alone
        guard let row = state.jobs[lease.job], let control = runs[lease.number] else {
            preconditionFailure("a leased job is neither closed nor discarded")
        }
        let isLate = row.isSnapshot && scheduler.newestSnapshot(of: lease).map { $0 > lease.job } ?? false
        do {
            let known = try await laneState(for: lease)
            let jobs: [Job]
            if isLate {
                jobs = [try await job(lease.job, of: lease, attempt: lease.attempt)]
                if await isSuperseded(jobs[0], known.bytes) { return await end(lease, RunEnd(ending: .superseded)) }
            } else {
                jobs = try await formBatch(&lease, state: known.bytes)
            }
            if control.isCalledOff { return await end(lease, RunEnd(ending: .interrupted)) }
            let outcome = await run(jobs, lease, control, state: known.bytes)
            let address = state.lanes.stateAddress(of: lease.lane)
            let end = scheduler.end(
                of: lease, as: outcome, isAsked: Task.isCancelled || control.isCalledOff, at: steadyNow
            ) { $0 != known.bytes || known.address != address }
            await self.end(lease, end)
        } catch {
            guard let end = scheduler.end(of: lease, unreadFor: error) else {
                return postpone(lease, for: "it could not be read back and is tried again: \(error)")
            }
            await self.end(lease, end)
        }
    }

    /// Runs the jobs of a lease. Cancels the task when the run is called off.
    private func run(_ jobs: [Job], _ lease: Lease, _ control: RunControl, state: [UInt8]) async -> JobOutcome {
        let lane = Lane(handle(of: lease, control), handler: handler)
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

    /// Not on the queue's own time, as it is for batches.
    private nonisolated func isSuperseded(_ job: Job, _ known: [UInt8]) async -> Bool {
        handler.isSuperseded(job, state: known)
    }

    private func handle(of lease: Lease, _ control: RunControl) -> LaneHandle {
        LaneHandle(
            id: lease.lane, newestSnapshot: scheduler.newestSnapshot(of: lease), control: control,
            store: { state throws(QueueError) in try await self.save(state, lease) },
            bind: { key throws(QueueError) in try await self.claim(key, lease) },
            look: { key in await self.isOthers(key, lease) })
    }

    /// Gives the lease back and lets the job wait, in memory only: the next start finds it as it was before this try.
    private func postpone(_ lease: Lease, for reason: String) {
        guard scheduler.isCurrent(lease) else { return }
        if state.jobs[lease.job] != nil {
            let record = scheduler.postponement(of: lease, for: reason, at: steadyNow, wall: wall())
            perform(scheduler.apply(.outcome(record), at: nil))
        }
        release(lease, .waiting)
    }

    func check(_ lease: Lease) throws(QueueError) {
        guard scheduler.isCurrent(lease) else { throw .stale(lease.job) }
    }
}
