import Keap
import Synchronization

/// Something that happens once, and that one task may wait for.
final class Signal: Sendable {
    private struct State {
        var isFired = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var isFired: Bool { state.withLock(\.isFired) }

    func fire() {
        let waiter = state.withLock { state in
            state.isFired = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns once the signal has fired, or the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // The handler below has run already, and found no waiter.
                    if state.isFired || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}

extension Signal {
    /// Makes a call, and takes it back when the signal fires while the call waits for its permit: it then fails with
    /// `.cancelled`. A call that was sent runs to its end all the same.
    func takingBack<T: Sendable>(
        _ call: @escaping @Sendable () async throws(KeapFailure) -> T
    ) async throws(KeapFailure) -> T {
        let result: Result<T, KeapFailure> = await withTaskGroup(of: Result<T, KeapFailure>?.self) { group in
            group.addTask {
                do throws(KeapFailure) { return .success(try await call()) } catch { return .failure(error) }
            }
            group.addTask { [self] in
                await wait()
                return nil
            }
            while let ended = await group.next() {
                group.cancelAll()
                if let ended { return ended }
            }
            return .failure(.cancelled)
        }
        return try result.get()
    }
}
