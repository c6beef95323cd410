import AsyncPrimitives
import Synchronization

/// What the queue and one run tell each other while it is under way. Neither waits for the other.
final class RunControl: Sendable {
    private struct State {
        var hasBegun: Bool
        var isCalledOff = false
        var waitsFor: String?
    }

    /// Signalled when the run is called off, and when it is over.
    let wakeup = AsyncSignal()
    private let state: Mutex<State>
    private let job: JobID
    private let events: QueueEventSource

    /// - Parameter hasBegun: for a handler that does not say when it begins.
    init(of job: JobID, hasBegun: Bool, events: QueueEventSource) {
        self.job = job
        self.events = events
        state = Mutex(State(hasBegun: hasBegun))
    }

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
        wakeup.signal()
    }

    /// False, and nothing changes, if the run has begun.
    func callOffUnlessBegun() -> Bool {
        let isOff = state.withLock { state in
            state.isCalledOff = state.isCalledOff || !state.hasBegun
            return !state.hasBegun
        }
        if isOff { wakeup.signal() }
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
