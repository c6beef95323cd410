public import Clocks
import Synchronization

/// Wakes the one task that waits for it. A signal that comes before the wait is kept; several count as one.
///
/// A lock rather than an actor, because a cancelled wait must end at once, and a cancellation handler cannot enter an
/// actor without an unstructured task.
public final class AsyncSignal: Sendable {
    private enum State {
        case idle
        /// Left by the next wait, which then returns at once.
        case signalled
        /// Left by a signal or a cancellation.
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    public init() {}

    public func signal() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let waiter) = state else {
                state = .signalled
                return nil
            }
            state = .idle
            return waiter
        }
        waiter?.resume()
    }

    /// Returns at the next signal, or when the task is cancelled: a caller in a loop asks for that before it waits again.
    public func wait() async {
        await withTaskCancellationHandler {
            // The flag is set before the handler runs: a cancellation is seen here or there.
            await wait { Task.isCancelled }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let waiter) = state else { return nil }
                state = .idle
                return waiter
            }
            waiter?.resume()
        }
    }

    /// Returns at the next signal, even if the task is cancelled: for what has to be seen through to its end.
    public func waitThroughCancellation() async { await wait { false } }

    /// Returns at the next signal, at `deadline`, or when the task is cancelled, whichever comes first.
    public func wait(until deadline: Instant, on clock: any TimeSource) async {
        await clock.run(until: deadline) { await self.wait() }
    }

    private func wait(unless isOver: () -> Bool) async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                switch state {
                case .idle where !isOver():
                    state = .waiting(continuation)
                    return false
                case .idle, .signalled:
                    state = .idle
                    return true
                case .waiting: preconditionFailure("one task at a time waits for a signal")
                }
            }
            if isSettled { continuation.resume() }
        }
    }
}
