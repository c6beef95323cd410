/// Which lane runs next, and when a waiting one is looked at again.
extension JobQueue {
    /// Runs jobs until `stop`. To be called once. Cancelling the task is a stop without any grace.
    public func run() async {
        precondition(!isDispatching, "a queue is run once")
        isDispatching = true
        await withDiscardingTaskGroup { group in
            while !isStopping {
                wakeWhatIsDue()
                let mayRun = !hasFailed && log.isFailed == nil
                while mayRun, let lease = nextLease() {
                    group.addTask { await self.work(lease) }
                }
                if mayRun, isCheckpointDue { group.addTask { await self.checkpointIfDue() } }
                await rest()
                // Nobody rings for a cancelled task, so it would go round here for ever.
                if Task.isCancelled { isStopping = true }
            }
            await lastCall.wait()
            group.cancelAll()
        }
    }

    /// Waits for the bell or for the next due lane.
    private func rest() async {
        guard let next = due.earliest else { return await bell.wait() }
        guard next > clock.now() else { return }
        await withTaskGroup(of: Void.self) { [bell, clock] group in
            group.addTask { await bell.wait() }
            // Cancelled when the bell came first; then there is nothing to do about it.
            group.addTask { try? await clock.sleep(next) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wakeWhatIsDue() {
        while let (lane, at) = due.pop(dueBy: clock.now()) {
            guard let entry = waiting[lane], entry.due == at else { continue }
            waiting[lane] = nil
            // It has waited its time, whatever somebody did to the wall clock meanwhile.
            state.forgetDue(entry.job)
            refresh(state.lanes.current(lane))
        }
    }

    /// The next job to run, with its lane's lease taken.
    private func nextLease() -> Lease? {
        while var place = dispatcher.next() {
            let lane = place.lane
            let wasReady = ready.remove(lane) != nil
            if wasReady, isReady(lane), let row = state.lanes[lane], let id = row.pending.first,
                let job = state.jobs[id]
            {
                dispatcher.hold(Int(job.size) + Int(row.stateSize), at: &place)
                leasesGiven += 1
                let lease = Lease(
                    job: id, lane: lane, attempt: job.attempts + 1, number: leasesGiven,
                    merging: row.absorbed.map(\.lane), place: place, since: wall())
                leases[lane] = lease
                state.forgetDue(id)
                // Else, if the job has to wait again, it would be woken at the time that it waited for before.
                waiting[lane] = nil
                return lease
            }
            // Paused, joined or emptied since it was put there.
            dispatcher.giveBack(place)
            // Another job may be its head now, with a due time of its own.
            if wasReady { refresh(lane) }
        }
        return nil
    }

    /// Puts the lane into the ready set if it can run now, or sees to it that it is looked at when it can.
    func refresh(_ lane: LaneID) {
        guard !ready.contains(lane), let row = state.lanes[lane], let head = row.pending.first,
            let job = state.jobs[head]
        else { return }
        if isReady(lane) {
            ready.insert(lane)
            dispatcher.add(lane, of: row.tenant, job.urgency)
            bell.ring()
        } else {
            waitUntilDue(lane, head)
        }
    }

    private func waitUntilDue(_ lane: LaneID, _ head: JobID) {
        let pause = state.due(of: head) - wall()
        // A running lane is looked at when it ends.
        guard pause > 0, leases[lane] == nil else { return }
        let instant = clock.now() + .milliseconds(pause)
        // A lane may get a new head that is due earlier, when it is joined with another.
        if let entry = waiting[lane], entry.job == head, entry.due <= instant { return }
        waiting[lane] = Waiting(job: head, due: instant)
        due.add(lane, due: instant)
        bell.ring()
    }

    private func isReady(_ lane: LaneID) -> Bool {
        guard let row = state.lanes[lane], let head = row.pending.first, let job = state.jobs[head] else {
            return false
        }
        return leases[lane] == nil
            // A lane that was joined into this one has to end its run first.
            && row.absorbed.allSatisfy { leases[$0.lane] == nil }
            && !row.isPaused && !row.isParked && !state.pausedTenants.contains(row.tenant)
            && job.sequence <= log.durableSequence && state.due(of: head) <= wall()
    }

    /// The lane's place is free again. Called by the attempt that took it and by nobody else.
    func giveBack(_ lease: Lease) {
        leases[lease.lane] = nil
        dispatcher.giveBack(lease.place)
        refresh(state.lanes.current(lease.lane))
        bell.ring()
        guard leases.isEmpty else { return }
        for waiter in idleWaiters { waiter.ring() }
        idleWaiters = []
    }
}
