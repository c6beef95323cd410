import Synchronization

/// Opens once; everyone who waits, or comes later, passes. A waiter who is cancelled passes too.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func passed() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns when the latch is open or the calling task is cancelled (which opens it).
    func passedOrCancelled() async {
        await withTaskCancellationHandler {
            await passed()
        } onCancel: {
            open()
        }
    }
}
