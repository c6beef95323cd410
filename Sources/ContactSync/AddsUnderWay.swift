import Keap
import Synchronization

/// Counts the calls that are applying each tag, so that a program's deletion can wait for those that were let through
/// before it. Each of them has a deadline, so the wait is bounded.
final class AddsUnderWay: Sendable {
    private struct Waiter {
        let tags: Set<TagID>
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var counts: [TagID: Int] = [:]
        var waiters: [UInt64: Waiter] = [:]
        var cancelled: Set<UInt64> = []
        var nextTicket: UInt64 = 0

        func isQuiet(_ tags: Set<TagID>) -> Bool { tags.allSatisfy { counts[$0] == nil } }
    }

    private let state = Mutex(State())

    /// How many deletions wait.
    var waiting: Int { state.withLock { $0.waiters.count } }

    func begin(_ tags: [TagID]) {
        state.withLock { state in
            for tag in tags { state.counts[tag, default: 0] += 1 }
        }
    }

    /// Once per `begin`, however the call ended.
    func end(_ tags: [TagID]) {
        let freed: [Waiter] = state.withLock { state in
            for tag in tags {
                guard let count = state.counts[tag] else { preconditionFailure("An add ends once, after it began.") }
                state.counts[tag] = count == 1 ? nil : count - 1
            }
            let quiet = state.waiters.filter { state.isQuiet($0.value.tags) }
            for ticket in quiet.keys { state.waiters[ticket] = nil }
            return Array(quiet.values)
        }
        for waiter in freed { waiter.continuation.resume(returning: true) }
    }

    /// Returns true once none of the tags is being applied, and false if the caller's task was cancelled.
    func drained(_ tags: Set<TagID>) async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let isDrained = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(ticket) != nil { return false }
                    if state.isQuiet(tags) { return true }
                    state.waiters[ticket] = Waiter(tags: tags, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let waiter = state.waiters.removeValue(forKey: ticket) else {
                    state.cancelled.insert(ticket)
                    return nil
                }
                return waiter
            }
            waiter?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return isDrained
    }
}
