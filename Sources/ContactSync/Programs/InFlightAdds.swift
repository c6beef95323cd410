import AsyncPrimitives
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
        let isUnwanted = OneTimeSignal()

        fileprivate init(_ tags: [TagID]) { self.tags = Set(tags) }
    }

    /// A deletion.
    private final class Waiter: Sendable {
        let tags: Set<TagID>
        let job: UInt64
        let isDrained = OneTimeSignal()

        init(_ tags: Set<TagID>, _ job: UInt64) { (self.tags, self.job) = (tags, job) }
    }

    private struct State {
        var adds: [ObjectIdentifier: Add] = [:]
        var waiters: [ObjectIdentifier: Waiter] = [:]

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
        let freed = state.withLock { state in
            state.adds[ObjectIdentifier(add)] = nil
            let freed = state.waiters.values.filter { state.adds(of: $0.tags).isEmpty }
            for waiter in freed { state.waiters[ObjectIdentifier(waiter)] = nil }
            return freed
        }
        for waiter in freed { waiter.isDrained.fire() }
    }

    /// Takes back what was not sent, and returns true once none of the tags is being applied; false if the caller's task
    /// was cancelled.
    func drained(_ tags: Set<TagID>, job: UInt64) async -> Bool {
        let waiter = Waiter(tags, job)
        let unwanted = state.withLock { state in
            let unwanted = state.adds(of: tags)
            if !unwanted.isEmpty { state.waiters[ObjectIdentifier(waiter)] = waiter }
            return unwanted
        }
        guard !unwanted.isEmpty else { return true }
        for add in unwanted { add.isUnwanted.fire() }
        await waiter.isDrained.wait()
        return state.withLock { $0.waiters.removeValue(forKey: ObjectIdentifier(waiter)) == nil }
    }

    /// How many calls a deletion waits for; nil if that job does not wait here.
    func addsAhead(of job: UInt64) -> Int? {
        state.withLock { state in
            state.waiters.values.first { $0.job == job }.map { state.adds(of: $0.tags).count }
        }
    }
}
