import Keap
import Synchronization

/// The calls that are applying tags, so that a program's deletion can see to those that were let through before it.
///
/// One that still waits for its permit is taken back, and planned anew without the deleted program's tags. Only what was
/// sent is waited for, and that has a deadline.
final class InFlightAdds: Sendable {
    /// A call that applies tags, from before it asks for a permit until it has ended.
    final class Add: Sendable {
        let tags: Set<TagID>
        /// Fires when one of its tags must not be applied any more.
        let isUnwanted = Signal()

        fileprivate init(_ tags: [TagID]) { self.tags = Set(tags) }
    }

    private struct Waiter {
        let tags: Set<TagID>
        let job: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var adds: [ObjectIdentifier: Add] = [:]
        var waiters: [UInt64: Waiter] = [:]
        var cancelled: Set<UInt64> = []
        var nextTicket: UInt64 = 0

        func adds(of tags: Set<TagID>) -> [Add] { adds.values.filter { !$0.tags.isDisjoint(with: tags) } }
    }

    private let state = Mutex(State())

    /// How many deletions wait.
    var waiting: Int { state.withLock { $0.waiters.count } }

    func begin(_ tags: [TagID]) -> Add {
        let add = Add(tags)
        state.withLock { $0.adds[ObjectIdentifier(add)] = add }
        return add
    }

    /// However the call ended.
    func end(_ add: Add) {
        let freed: [Waiter] = state.withLock { state in
            state.adds[ObjectIdentifier(add)] = nil
            let quiet = state.waiters.filter { state.adds(of: $0.value.tags).isEmpty }
            for ticket in quiet.keys { state.waiters[ticket] = nil }
            return Array(quiet.values)
        }
        for waiter in freed { waiter.continuation.resume(returning: true) }
    }

    /// Takes back what was not sent, and returns true once none of the tags is being applied; false if the caller's task
    /// was cancelled.
    func drained(_ tags: Set<TagID>, job: UInt64) async -> Bool {
        let (ticket, unwanted) = state.withLock { state in
            state.nextTicket += 1
            return (state.nextTicket, state.adds(of: tags))
        }
        for add in unwanted { add.isUnwanted.fire() }
        let isDrained = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(ticket) != nil { return false }
                    if state.adds(of: tags).isEmpty { return true }
                    state.waiters[ticket] = Waiter(tags: tags, job: job, continuation: continuation)
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

    /// How many calls a deletion waits for; nil if that job does not wait here.
    func addsAhead(of job: UInt64) -> Int? {
        state.withLock { state in
            state.waiters.values.first { $0.job == job }.map { state.adds(of: $0.tags).count }
        }
    }
}
