/// Starts what the scheduler says.
extension JobQueue {
    /// Runs jobs until `stop`. To be called once. Cancelling the task is a stop without any grace.
    public func run() async {
        precondition(!isDispatching, "a queue is run once")
        isDispatching = true
        await announceBacklog()
        // Stopped or cancelled before all was told: nothing may begin.
        if !scheduler.announcements.isBacklogRead { scheduler.stop() }
        await withDiscardingTaskGroup { group in
            while !scheduler.isStopping {
                // In pieces, so that others are accepted meanwhile.
                var budget = Scheduler.rowsAtOnce
                perform(scheduler.catchUp(to: steadyNow, budget: &budget))
                if log.isFailed == nil {
                    while let lease = scheduler.next(since: wall(), budget: &budget) {
                        runs[lease.number] = RunControl(
                            of: lease.job, hasBegun: !handler.saysWhenItBegins, events: eventSource)
                        group.addTask { await self.work(lease) }
                    }
                    if isCheckpointDue, !scheduler.hasFailed { group.addTask { await self.checkpointIfDue() } }
                }
                if budget > 0 { await rest() } else { await Task.yield() }
                // Nothing rings for a cancelled task, so it would go round here for ever.
                if Task.isCancelled { scheduler.stop() }
            }
            await cancelRuns.wait()
            group.cancelAll()
        }
    }

    /// Waits for the bell or for the next job that is due.
    private func rest() async {
        guard let earliest = scheduler.earliestDue else { return await bell.wait() }
        guard earliest > steadyNow else { return }
        await clock.run(until: .milliseconds(earliest - origin)) { [bell] in await bell.wait() }
    }

    /// Wall time at the start and monotonic time since, in milliseconds since 1970: unaffected by clock changes, so setting
    /// the wall clock makes no job wait or hurry.
    nonisolated var steadyNow: Int64 { origin + clock.now().milliseconds }

    /// Frees the lane. Called once, by the attempt that took it.
    ///
    /// - Parameter name: what the run's jobs are now.
    func release(_ lease: Lease, _ name: JobState.Name) {
        runs[lease.number] = nil
        perform(scheduler.release(lease))
        eventSource.publish(.ended(lease.jobs, state: name))
        for waiter in leaseWaiters.removeValue(forKey: lease.number) ?? [] { waiter.ring() }
        forgetIdleLanes()
        if scheduler.leases.isEmpty { eventSource.publish(.idle) }
    }
}
