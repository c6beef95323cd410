import Synchronization

/// Lets one caller at a time through per key, in the order they came.
///
/// Held across awaits, which an actor's isolation is not.
package final class KeyedLock<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        /// A key is here while it is held; its list is who waits for it.
        var queues: [Key: [Waiter]] = [:]
        var nextTicket: UInt64 = 0
        /// Tickets that were cancelled before they could be queued.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Returns true once the caller holds the key, and false, holding nothing, if its task was cancelled.
    package func acquire(_ key: Key) async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let isHeld = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(ticket) != nil { return false }
                    guard state.queues[key] != nil else {
                        state.queues[key] = []
                        return true
                    }
                    state.queues[key]?.append(Waiter(ticket: ticket, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.queues[key]?.firstIndex(where: { $0.ticket == ticket }) else {
                    // Either it is not queued yet, or it holds the key already and `acquire` forgets the ticket.
                    state.cancelled.insert(ticket)
                    return nil
                }
                return state.queues[key]?.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return isHeld
    }

    /// Hands the key to the caller that waited longest.
    package func release(_ key: Key) {
        let next: Waiter? = state.withLock { state in
            guard let queue = state.queues[key] else { preconditionFailure("Only a held key is released.") }
            guard let first = queue.first else {
                state.queues[key] = nil
                return nil
            }
            state.queues[key]?.removeFirst()
            return first
        }
        next?.continuation.resume(returning: true)
    }

    /// How many wait for the key.
    func waiting(for key: Key) -> Int { state.withLock { $0.queues[key]?.count ?? 0 } }
}
