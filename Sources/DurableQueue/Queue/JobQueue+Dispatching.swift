import Clocks
import AsyncPrimitives

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
            group.addTask { await self.finishRuns() }
            while !scheduler.isStopping {
                // In pieces, so that others are accepted meanwhile.
                var budget = JobTable.rowsAtOnce
                perform(scheduler.catchUp(to: steadyNow, budget: &budget))
                if log.isFailed == nil {
                    while let lease = scheduler.next(since: clock.wall.milliseconds, budget: &budget) {
                        let (lane, control, ready) = start(lease)
                        group.addTask { await lane.work(lease, control, ready) }
                    }
                    if isCheckpointDue, !scheduler.hasFailed { group.addTask { await self.checkpointIfDue() } }
                }
                if budget > 0 { await rest() } else { await Task.yield() }
                // Nothing rings for a cancelled task, so it would go round here for ever.
                if Task.isCancelled { scheduler.stop() }
            }
            hasDispatched = true
            endings.signal()
            await cancelRuns.wait()
            group.cancelAll()
        }
    }

    private func start(_ lease: Lease) -> (ContactLane, RunControl, ReadyRun?) {
        let control = RunControl(of: lease.job, hasBegun: !handler.saysWhenItBegins, events: eventSource)
        runs[lease.number] = control
        runsUnderWay += 1
        let lane = lanes.take(lease.lane) { ContactLane(lease.lane, of: self, handler: handler) }
        let ready = readyRun(lease)
        if ready != nil { eventSource.publish(.started(lease.jobs)) }
        return (lane, control, ready)
    }

    /// Waits for a signal or for the next job that is due.
    private func rest() async {
        guard let earliest = scheduler.earliestDue else { return await wakeup.wait() }
        guard earliest > steadyNow else { return }
        await wakeup.wait(until: Instant(offset: .milliseconds(earliest - origin)), on: clock)
    }

    /// Wall time at the start and monotonic time since, in milliseconds since 1970: unaffected by clock changes, so setting
    /// the wall clock makes no job wait or hurry.
    nonisolated var steadyNow: Int64 { origin + clock.now.offset.milliseconds }

    /// Lets the lanes go on. Called once for each run, after it has ended.
    func release(_ finished: [FinishedRun]) {
        for run in finished { release(run) }
        forgetIdleLanes()
        guard !finished.isEmpty, scheduler.leases.isEmpty else { return }
        if scheduler.ready.isEmpty { lanes.clear() }
        eventSource.publish(.idle)
    }

    private func release(_ run: FinishedRun) {
        let lease = run.lease
        runs[lease.number] = nil
        let (effects, waitingState) = scheduler.ended(lease)
        perform(effects)
        lanes.release(lease.lane, keeping: waitingState)
        eventSource.publish(.ended(lease.jobs, state: run.name))
        for waiter in leaseWaiters.removeValue(forKey: lease.number) ?? [] { waiter.signal() }
    }
}
