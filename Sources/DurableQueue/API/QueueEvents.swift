import Synchronization

/// The events of a queue, from the moment of listening on. Ends when its task is cancelled.
///
/// Bounded: a listener that lags loses the oldest, never the newest. So a condition that is checked first when listening
/// has begun, and again after each event, is never missed.
public struct QueueEvents: AsyncSequence, Sendable {
    /// Events kept for a listener that lags.
    public static let bound = 1_024

    let stream: AsyncStream<QueueEvent>

    public func makeAsyncIterator() -> AsyncStream<QueueEvent>.AsyncIterator { stream.makeAsyncIterator() }
}

/// Hands each event to all that listen.
final class QueueEventSource: Sendable {
    private struct Listeners {
        var next = 0
        /// In the order in which they came, so that a simulation is the same again from its seed.
        var all: [(number: Int, listener: AsyncStream<QueueEvent>.Continuation)] = []
    }

    private let listeners = Mutex(Listeners())

    func listen() -> QueueEvents {
        let (stream, continuation) = AsyncStream.makeStream(
            of: QueueEvent.self, bufferingPolicy: .bufferingNewest(QueueEvents.bound))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.all.append((listeners.next, continuation))
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0.all.removeAll { $0.number == number } }
        }
        return QueueEvents(stream: stream)
    }

    /// - Parameter event: not made if none listens.
    func publish(_ event: @autoclosure () -> QueueEvent) {
        // Resumed outside of the lock: a listener that ends takes it.
        let all = listeners.withLock(\.all)
        guard !all.isEmpty else { return }
        let event = event()
        for (_, listener) in all { listener.yield(event) }
    }
}
