/// A lane while it has something to run: it runs its jobs, one at a time.
///
/// Made when its first job is dispatched, alive until none is left to run; lanes that wait for a time are rows of a table,
/// and idle ones cost nothing. Being an actor alone would not keep two jobs apart, since it lets others in at each `await`:
/// `current` does.
actor ContactLane {
    nonisolated let id: LaneID
    private let queue: JobQueue
    private let handler: any JobHandler
    /// The run that holds the lane, until its handler has returned.
    private var current: Lease?

    init(_ id: LaneID, of queue: JobQueue, handler: any JobHandler) {
        self.id = id
        self.queue = queue
        self.handler = handler
    }

    /// Does what one lease is for, to its end, and gives the lease back.
    ///
    /// - Parameter ready: nil if something has to be read for the run, or the handler to be asked about it.
    func work(_ lease: Lease, _ control: RunControl, _ ready: ReadyRun?) async {
        precondition(current == nil, "two runs of one lane were about to begin at once")
        current = lease
        let ended = await attempt(lease, control, ready)
        current = nil
        // Not waited for: if the run was called off, this task is cancelled, and has nothing left to do.
        queue.take(ended)
    }

    private func attempt(_ lease: Lease, _ control: RunControl, _ ready: ReadyRun?) async -> EndedRun {
        do throws(QueueError) {
            var run = ready
            if run == nil { run = try await prepare(lease) }
            guard let run else {
                return EndedRun(lease: lease, end: .known(RunEnd(ending: .superseded)))
            }
            if control.isCalledOff { return EndedRun(lease: run.lease, end: .known(RunEnd(ending: .interrupted))) }
            let handle = LaneHandle(id: id, newestSnapshot: run.newest, lane: self, lease: run.lease, control: control)
            let outcome = await control.run { [handler] in
                run.jobs.count == 1
                    ? await handler.run(run.jobs[0], state: run.state, lane: handle)
                    : await handler.run(batch: run.jobs, state: run.state, lane: handle)
            }
            let isAsked = Task.isCancelled || control.isCalledOff
            return EndedRun(lease: run.lease, end: .outcome(outcome, isAsked: isAsked))
        } catch {
            return EndedRun(lease: lease, end: .unread(error))
        }
    }

    /// Nil: nothing is left of the job to do.
    private func prepare(_ lease: Lease) async throws(QueueError) -> ReadyRun? {
        let state = try await load(lease)
        return switch try await queue.begin(lease, state: state) {
        case .superseded: nil
        case .run(let lease, let jobs, let newest): ReadyRun(lease: lease, jobs: jobs, state: state, newest: newest)
        }
    }

    // MARK: State

    /// The state for a run: the lane's own, with those of the lanes in the lease merged in.
    private func load(_ lease: Lease) async throws(QueueError) -> LaneState {
        var state = try await queue.knownState(of: id).state
        // Lane by lane, since this one may be joined into another meanwhile.
        for other in lease.merging {
            let theirs = try await queue.storedState(of: other)
            if !theirs.state.isEmpty { state = handler.merge(state, theirs.state) }
        }
        return state
    }

    /// Makes a state durable in the middle of a run.
    func save(_ state: LaneState, _ lease: Lease) async throws(QueueError) { try await queue.save(state, lease) }

    func claim(_ key: LaneKey, _ lease: Lease) async throws(QueueError) -> LaneClaim {
        try await queue.claim(key, lease)
    }

    func isOthers(_ key: LaneKey, _ lease: Lease) async -> Bool { await queue.isOthers(key, lease) }
}
