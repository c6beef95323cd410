import OutboundAPI
import Synchronization

/// Wakes one waiting task. A ring without a waiter is kept for the next wait; several count as one.
///
/// Cancellation rings it too: the task that wakes finds out why.
final class Bell: Sendable {
    private enum State {
        case quiet
        /// Left by the next wait, which then returns at once.
        case rung
        /// Left by a ring.
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .awaited(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .quiet
            return waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withTaskCancellationHandler {
            await waitThrough()
        } onCancel: {
            ring()
        }
    }

    /// Waits for a ring though the task may be cancelled: for who has to see something through to its end.
    func waitThrough() async {
        await withCheckedContinuation { continuation in
            let isRung = state.withLock { state in
                switch state {
                case .quiet:
                    state = .awaited(continuation)
                    return false
                case .rung:
                    state = .quiet
                    return true
                case .awaited: preconditionFailure("one task at a time waits for a bell")
                }
            }
            if isRung { continuation.resume() }
        }
    }
}
