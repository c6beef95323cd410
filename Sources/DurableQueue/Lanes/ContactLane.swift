import AsyncPrimitives

/// A lane while it has something to run: it runs its jobs, one at a time, and holds its state between them.
///
/// Made when its first job is dispatched, alive until none is left to run; lanes that wait for a time are rows of a table,
/// and idle ones cost nothing. Being an actor alone would not keep two jobs apart, since it lets others in at each `await`:
/// `current` does.
actor ContactLane {
    nonisolated let id: LaneID
    private let queue: JobQueue
    private let handler: any JobHandler
    /// As last read or written. Nil before the first job.
    private var known: StoredState?
    /// The run that holds the lane.
    private var current: Lease?

    init(_ id: LaneID, of queue: JobQueue, handler: any JobHandler) {
        self.id = id
        self.queue = queue
        self.handler = handler
    }

    /// Does what one lease is for, to its end, and gives the lease back.
    func work(_ lease: Lease, _ control: RunControl) async {
        precondition(current == nil, "two runs of one lane were about to begin at once")
        current = lease
        let finish = await attempt(lease, control)
        current = nil
        // Nil: the lease was not the lane's any more.
        if let finish { await queue.release(finish) }
    }

    private func attempt(_ lease: Lease, _ control: RunControl) async -> FinishedRun? {
        do throws(QueueError) {
            let state = try await load(lease)
            switch try await queue.begin(lease, state: state) {
            case .superseded: return await finish(lease, RunEnd(ending: .superseded))
            case .run(let lease, let jobs, let newest):
                if control.isCalledOff { return await finish(lease, RunEnd(ending: .interrupted)) }
                let handle = LaneHandle(id: id, newestSnapshot: newest, lane: self, lease: lease, control: control)
                let outcome = await run(jobs, state: state, handle, control)
                let isAsked = Task.isCancelled || control.isCalledOff
                let end = await queue.end(of: lease, as: outcome, isAsked: isAsked, known: known?.state ?? [])
                return await finish(lease, end)
            }
        } catch {
            return await queue.finish(lease, unreadFor: error)
        }
    }

    private func finish(_ lease: Lease, _ end: RunEnd) async -> FinishedRun? {
        let finished = await queue.finish(lease, end)
        if let written = finished?.written { known = written }
        return finished
    }

    /// Calls the handler. Cancels its task when the run is called off.
    private func run(
        _ jobs: [Job], state: LaneState, _ handle: LaneHandle, _ control: RunControl
    ) async -> JobOutcome {
        await withTaskGroup(of: JobOutcome.self) { [handler] group in
            group.addTask {
                let outcome =
                    jobs.count == 1
                    ? await handler.run(jobs[0], state: state, lane: handle)
                    : await handler.run(batch: jobs, state: state, lane: handle)
                control.wakeup.signal()
                return outcome
            }
            await control.wakeup.wait()
            // Changes nothing for a run that is over.
            group.cancelAll()
            guard let outcome = await group.next() else { preconditionFailure("a run ends with an outcome") }
            return outcome
        }
    }

    // MARK: State

    /// The state for a run: the lane's own, with those of the lanes in the lease merged in.
    private func load(_ lease: Lease) async throws(QueueError) -> LaneState {
        let own = try await queue.storedState(of: id, unless: known)
        known = own
        var state = own.state
        // Lane by lane, since this one may be joined into another meanwhile.
        for other in lease.merging {
            let theirs = try await queue.storedState(of: other)
            if !theirs.state.isEmpty { state = handler.merge(state, theirs.state) }
        }
        return state
    }

    /// Makes a state durable in the middle of a run.
    func save(_ state: LaneState, _ lease: Lease) async throws(QueueError) {
        known = try await queue.save(state, lease)
    }

    func claim(_ key: LaneKey, _ lease: Lease) async throws(QueueError) -> LaneClaim {
        try await queue.claim(key, lease)
    }

    func isOthers(_ key: LaneKey, _ lease: Lease) async -> Bool { await queue.isOthers(key, lease) }
}
