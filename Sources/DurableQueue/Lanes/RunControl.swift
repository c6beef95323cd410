import Synchronization

/// What the queue and one run tell each other while it is under way. Neither waits for the other.
final class RunControl: Sendable {
    private struct State {
        var hasBegun: Bool
        var isCalledOff = false
        var waitsFor: String?
    }

    /// The task that a handler runs in. Only ever cancelled, and only before its run is over.
    private struct RunningTask: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private let state: Mutex<State>
    /// Apart from the state, since cancelling calls the handler's own code, which may ask for the state.
    private let running = Mutex<RunningTask?>(nil)
    private let job: JobID
    private let events: QueueEventSource

    /// - Parameter hasBegun: for a handler that does not say when it begins.
    init(of job: JobID, hasBegun: Bool, events: QueueEventSource) {
        self.job = job
        self.events = events
        state = Mutex(State(hasBegun: hasBegun))
    }

    /// Calls a handler in the present task, which is cancelled if the run is called off.
    ///
    /// No task is made for it: a run costs one, and a second one that does nothing but wait for it would double that.
    func run(_ handler: @Sendable () async -> JobOutcome) async -> JobOutcome {
        await withUnsafeCurrentTask { task in
            guard let task else { preconditionFailure("asynchronous code runs in a task") }
            let own = RunningTask(task: task)
            running.withLock { $0 = own }
            // Waits for a cancellation that is under way: none reaches a task that is over.
            defer { running.withLock { $0 = nil } }
            if isCalledOff { task.cancel() }
            return await handler()
        }
    }

    private func cancel() { running.withLock { $0?.task.cancel() } }

    /// See `LaneHandle.begin`.
    func begin() -> Bool {
        let (isOff, isNews) = state.withLock { state in
            guard !state.isCalledOff else { return (true, false) }
            defer { (state.hasBegun, state.waitsFor) = (true, nil) }
            return (false, !state.hasBegun)
        }
        if isNews { events.publish(.began(job)) }
        return !isOff
    }

    /// From now on `begin` is refused, and the run's task is cancelled.
    func callOff() {
        state.withLock { $0.isCalledOff = true }
        cancel()
    }

    /// False, and nothing changes, if the run has begun.
    func callOffUnlessBegun() -> Bool {
        let isOff = state.withLock { state in
            state.isCalledOff = state.isCalledOff || !state.hasBegun
            return !state.hasBegun
        }
        if isOff { cancel() }
        return isOff
    }

    func waits(for reason: String?) {
        state.withLock { $0.waitsFor = reason }
        events.publish(.waits(job, for: reason))
    }

    var hasBegun: Bool { state.withLock { $0.hasBegun } }
    var isCalledOff: Bool { state.withLock { $0.isCalledOff } }
    var waitsFor: String? { state.withLock { $0.waitsFor } }
}

extension RunControl: Hashable {
    static func == (a: RunControl, b: RunControl) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
