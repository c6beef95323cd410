import AsyncPrimitives
import Clocks
import Synchronization

/// Keeps the calls of several gateways on one account apart that name the same contact, and knows which contacts were
/// written lately.
///
/// A gateway's own gate has let a call through before it comes here, so a contact is held only while calls that name it
/// are under way. What waits here waits for these alone, in the order it came.
package final class SharedContacts: Sendable {
    struct Place: Hashable {
        var account: String
        var contact: ContactID
    }

    /// To be ended once.
    struct Hold: Sendable {
        fileprivate var places: Set<Place>
        fileprivate var gateway: Int
    }

    private struct Holder {
        var gateway: Int
        var calls: Int
    }

    private struct Waiter {
        var hold: Hold
        var turn = AsyncSignal()
    }

    private struct Write {
        var number: UInt64
        var at: Instant
    }

    private struct State {
        var gateways = 0
        var holders: [Place: Holder] = [:]
        var waiting: [Waiter] = []
        var writes: [Place: Write] = [:]
        var written: UInt64 = 0
        var cleanedAt: Instant?

        /// Whether another gateway's call is under way, or has come before, that names one of these.
        func isHeldUp(_ hold: Hold, behind earlier: some Sequence<Waiter>) -> Bool {
            let isTaken = hold.places.contains { place in
                holders[place].map { $0.gateway != hold.gateway } ?? false
            }
            return isTaken
                || earlier.contains { $0.hold.gateway != hold.gateway && !$0.hold.places.isDisjoint(with: hold.places) }
        }

        mutating func begin(_ hold: Hold) {
            for place in hold.places { holders[place, default: Holder(gateway: hold.gateway, calls: 0)].calls += 1 }
        }

        mutating func end(_ hold: Hold) -> [Waiter] {
            for place in hold.places {
                guard let holder = holders[place] else { continue }
                holders[place] = holder.calls > 1 ? Holder(gateway: holder.gateway, calls: holder.calls - 1) : nil
            }
            var free: [Waiter] = []
            var kept: [Waiter] = []
            for waiter in waiting {
                if isHeldUp(waiter.hold, behind: kept) {
                    kept.append(waiter)
                } else {
                    begin(waiter.hold)
                    free.append(waiter)
                }
            }
            waiting = kept
            return free
        }
    }

    /// Writes are remembered for longer than any reading is written upon.
    private static var memory: Duration { .seconds(180) }

    private let state = Mutex(State())

    package init() {}

    /// A number for one more gateway.
    func join() -> Int {
        state.withLock { state in
            state.gateways += 1
            return state.gateways
        }
    }

    /// Returns once no other gateway's call is under way that names one of these contacts.
    func begin(_ contacts: [ContactID], of account: String, by gateway: Int) async -> Hold {
        let hold = Hold(places: Set(contacts.map { Place(account: account, contact: $0) }), gateway: gateway)
        let turn = state.withLock { state -> AsyncSignal? in
            guard state.isHeldUp(hold, behind: state.waiting) else {
                state.begin(hold)
                return nil
            }
            let waiter = Waiter(hold: hold)
            state.waiting.append(waiter)
            return waiter.turn
        }
        // What is under way has a deadline, and a place that is begun must be ended.
        await turn?.waitThroughCancellation()
        return hold
    }

    func end(_ hold: Hold) {
        let free = state.withLock { $0.end(hold) }
        for waiter in free { waiter.turn.signal() }
    }

    /// How many writes there were so far.
    var writes: UInt64 { state.withLock { $0.written } }

    /// The contacts were written, or may have been: what was read of them before is old now.
    ///
    /// - Returns: the write's number.
    func write(_ hold: Hold, at now: Instant) -> UInt64 {
        state.withLock { state in
            if let cleaned = state.cleanedAt, cleaned.duration(to: now) < Self.memory {
            } else {
                state.writes = state.writes.filter { $0.value.at.duration(to: now) < Self.memory }
                state.cleanedAt = now
            }
            state.written += 1
            for place in hold.places { state.writes[place] = Write(number: state.written, at: now) }
            return state.written
        }
    }

    /// Whether one of the contacts was written after so many writes.
    func isWritten(_ hold: Hold, after count: UInt64) -> Bool {
        state.withLock { state in hold.places.contains { (state.writes[$0]?.number ?? 0) > count } }
    }
}
