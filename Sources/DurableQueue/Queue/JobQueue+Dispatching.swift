/// Which lane runs next, and when a waiting one is looked at again.
extension JobQueue {
    /// Runs jobs until `stop`. To be called once. Cancelling the task is a stop without any grace.
    public func run() async {
        precondition(!isDispatching, "a queue is run once")
        isDispatching = true
        await announceBacklog()
        // Stopped or cancelled before all was told: nothing may begin.
        if !isBacklogAnnounced { isStopping = true }
        await withDiscardingTaskGroup { group in
            while !isStopping {
                // In pieces, so that others are accepted meanwhile.
                var lookedAt = 0
                wakeWhatIsDue(&lookedAt)
                let mayRun = !hasFailed && log.isFailed == nil
                while mayRun, let lease = nextLease(&lookedAt) {
                    group.addTask { await self.work(lease) }
                }
                if mayRun, isCheckpointDue { group.addTask { await self.checkpointIfDue() } }
                if lookedAt < Self.rowsAtOnce { await rest() } else { await Task.yield() }
                // Nothing rings for a cancelled task, so it would go round here for ever.
                if Task.isCancelled { isStopping = true }
            }
            await cancelRuns.wait()
            group.cancelAll()
        }
    }

    /// Waits for the bell or for the next due lane.
    private func rest() async {
        guard let earliest = due.earliest else { return await bell.wait() }
        guard earliest > steadyNow else { return }
        await clock.run(until: .milliseconds(earliest - origin)) { [bell] in await bell.wait() }
    }

    /// Milliseconds since 1970 by a clock that cannot be set: what the wall clock showed at the start, and the time that
    /// has passed since. Due times are told by it, so that setting the wall clock makes no job wait or hurry.
    nonisolated var steadyNow: Int64 { origin + clock.now().milliseconds }

    private func wakeWhatIsDue(_ lookedAt: inout Int) {
        while lookedAt < Self.rowsAtOnce, let (id, at) = due.pop(dueBy: steadyNow) {
            lookedAt += 1
            // Else it was discarded since, or ran and waits for another time.
            guard state.due(of: id) == at, let lane = state.jobs[id]?.lane else { continue }
            state.forgetDue(id)
            refresh(state.lanes.current(lane))
        }
    }

    /// The next job to run, with its lane's lease taken.
    private func nextLease(_ lookedAt: inout Int) -> Lease? {
        while lookedAt < Self.rowsAtOnce, var slot = dispatcher.next() {
            lookedAt += 1
            let lane = slot.lane
            // One that was escalated since stands in two lines.
            let wasReady = ready[lane]?.urgency == slot.urgency
            if wasReady { ready[lane] = nil }
            if wasReady, isReady(lane), let row = state.lanes[lane], let id = row.pending.first,
                let job = state.jobs[id]
            {
                dispatcher.hold(Int(job.size) + Int(row.stateSize), at: &slot)
                leasesGiven += 1
                let lease = Lease(
                    job: id, lane: lane, attempt: job.nextAttempt, number: leasesGiven,
                    merging: row.absorbed.map(\.lane), slot: slot,
                    control: RunControl(of: id, hasBegun: !handler.saysWhenItBegins, events: eventSource), since: wall()
                )
                leases[lane] = lease
                state.forgetDue(id)
                return lease
            }
            // Paused, joined or emptied since it was put there.
            dispatcher.release(slot)
            // Another job may be its head now, with a due time of its own.
            if wasReady { refresh(lane) }
        }
        return nil
    }

    /// Puts the lane into the ready set if it can run now. One that cannot is looked at again when what it waits for has
    /// come: its head is due, a run has ended, or it was resumed.
    func refresh(_ lane: LaneID) {
        guard let row = state.lanes[lane], let head = row.pending.first else { return }
        let (urgency, now) = (urgency(of: lane, head), ready[lane]?.urgency)
        guard now == nil || (now == .bulk && urgency == .live), isReady(lane) else { return }
        ready[lane] = (urgency, dispatcher.add(lane, of: row.tenant, urgency))
        bell.ring()
    }

    /// The job waits for a time from now on.
    func wait(_ id: JobID, until time: Int64) {
        due.add(id, due: time)
        bell.ring()
    }

    private func isReady(_ lane: LaneID) -> Bool {
        guard let row = state.lanes[lane], let head = row.pending.first, let job = state.jobs[head] else {
            return false
        }
        return leases[lane] == nil
            // A lane that was joined into this one has to end its run first.
            && row.absorbed.allSatisfy { leases[$0.lane] == nil }
            && !isHeld(row) && !discarding.contains(head) && job.sequence <= announcements.sequence
            && state.due(of: head) <= steadyNow
    }

    /// Frees the lane and its slot. Called once, by the attempt that took them.
    ///
    /// - Parameter name: what the run's jobs are now.
    func release(_ lease: Lease, _ name: JobState.Name) {
        leases[lease.lane] = nil
        eventSource.publish(.ended(lease.jobs, state: name))
        dispatcher.release(lease.slot)
        refresh(state.lanes.current(lease.lane))
        bell.ring()
        for waiter in leaseWaiters.removeValue(forKey: lease.number) ?? [] { waiter.ring() }
        forgetIdleLanes()
        if leases.isEmpty { eventSource.publish(.idle) }
    }
}
