import Synchronization

/// Lets one task wait for a signal. A signal that comes before the wait is kept for it; several count as one.
///
/// A lock rather than the gate's isolation, because a cancelled wait must end at once, and a cancellation handler
/// cannot enter an actor without an unstructured task.
final class Wakeup: Sendable {
    private enum State {
        case idle
        /// Left by the next wait.
        case signalled
        /// Left by a signal or a cancellation.
        case waiting(CheckedContinuation<Void, any Error>)
        /// Cancelled before it began to wait. Left by that wait.
        case cancelled
    }

    private let state = Mutex(State.idle)

    func signal() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            switch state {
            case .waiting(let continuation):
                state = .idle
                return continuation
            case .idle, .signalled:
                state = .signalled
                return nil
            case .cancelled:
                return nil
            }
        }
        waiter?.resume()
    }

    /// Returns after a signal. One task at a time.
    ///
    /// - Throws: `CancellationError` if cancelled.
    func wait() async throws {
        // A cancellation that came too late to end this wait must not end the next one, which may be another task's.
        defer { state.withLock { if case .cancelled = $0 { $0 = .idle } } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { begin($0) }
        } onCancel: {
            cancel()
        }
    }

    private func begin(_ continuation: CheckedContinuation<Void, any Error>) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            switch state {
            case .idle:
                state = .waiting(continuation)
                return nil
            case .signalled:
                state = .idle
                return .success(())
            case .cancelled:
                state = .idle
                return .failure(CancellationError())
            case .waiting:
                preconditionFailure("one task at a time waits for a wakeup")
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func cancel() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard case .waiting(let continuation) = state else {
                state = .cancelled
                return nil
            }
            state = .idle
            return continuation
        }
        waiter?.resume(throwing: CancellationError())
    }
}
