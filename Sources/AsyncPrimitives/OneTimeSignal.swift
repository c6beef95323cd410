import Synchronization

/// Fires once and stays fired; one task at a time may wait for it.
package final class OneTimeSignal: Sendable {
    private let state = Mutex(false)
    private let firing = AsyncSignal()

    package init() {}

    package var isFired: Bool { state.withLock { $0 } }

    package func fire() {
        state.withLock { $0 = true }
        firing.signal()
    }

    /// Returns once the signal has fired, or the task is cancelled.
    package func wait() async {
        while !isFired, !Task.isCancelled { await firing.wait() }
    }
}
