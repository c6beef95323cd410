import Synchronization

/// Lets only so many calls be under way at once, over all accounts. Accounts that wait for a slot take turns.
///
/// An account whose last call got no answer is in doubt. Accounts in doubt have at most half of the slots and come last, so
/// that those whose Keap hangs, and whose calls keep their slots for long, leave the others theirs.
final class CallSlots: Sendable {
    struct Account: Hashable { fileprivate var number: Int }

    /// The right to one call, to be given back once.
    struct Slot: Equatable {
        fileprivate var account: Account
        fileprivate var isDoubtful: Bool
    }

    private struct State {
        let count: Int
        var taken = 0
        var takenInDoubt = 0
        var accounts = 0
        var inDoubt: Set<Account> = []
        var abandoned: Set<Account> = []
        /// Accounts that wait, the next first.
        var turns: [Account] = []
        var waiting: [Account: [CheckedContinuation<Slot?, Never>]] = [:]

        mutating func take(_ account: Account) -> Slot? {
            let isDoubtful = inDoubt.contains(account)
            guard taken < count, !isDoubtful || takenInDoubt < max(1, count / 2) else { return nil }
            taken += 1
            if isDoubtful { takenInDoubt += 1 }
            return Slot(account: account, isDoubtful: isDoubtful)
        }

        /// The next that waits and may go.
        mutating func next() -> (CheckedContinuation<Slot?, Never>, Slot)? {
            guard
                let place = turns.firstIndex(where: { !inDoubt.contains($0) }) ?? (turns.isEmpty ? nil : 0),
                let slot = take(turns[place])
            else { return nil }
            let account = turns.remove(at: place)
            guard var line = waiting.removeValue(forKey: account), !line.isEmpty else { return nil }
            let first = line.removeFirst()
            if !line.isEmpty {
                waiting[account] = line
                turns.append(account)
            }
            return (first, slot)
        }
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(count: count)) }

    func join() -> Account {
        state.withLock { state in
            state.accounts += 1
            return Account(number: state.accounts)
        }
    }

    /// Returns once there is a slot; nil if the account is abandoned before.
    func take(_ account: Account) async -> Slot? {
        // With a slot free, the call goes on without a pause.
        if let slot = state.withLock({ $0.abandoned.contains(account) ? nil : $0.take(account) }) { return slot }
        return await withCheckedContinuation { continuation in
            let (isSettled, slot) = state.withLock { state -> (Bool, Slot?) in
                if state.abandoned.contains(account) { return (true, nil) }
                if let slot = state.take(account) { return (true, slot) }
                if state.waiting[account] == nil { state.turns.append(account) }
                state.waiting[account, default: []].append(continuation)
                return (false, nil)
            }
            if isSettled { continuation.resume(returning: slot) }
        }
    }

    /// - Parameter isAnswered: whether the call got an answer, of whatever kind.
    func giveBack(_ slot: Slot, isAnswered: Bool) {
        let admitted = state.withLock { state in
            state.taken -= 1
            if slot.isDoubtful { state.takenInDoubt -= 1 }
            if isAnswered { state.inDoubt.remove(slot.account) } else { state.inDoubt.insert(slot.account) }
            var admitted: [(CheckedContinuation<Slot?, Never>, Slot)] = []
            while let next = state.next() { admitted.append(next) }
            return admitted
        }
        for (waiter, slot) in admitted { waiter.resume(returning: slot) }
    }

    /// How many of all accounts wait.
    var waiting: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

    /// How many of the account wait.
    func waiting(_ account: Account) -> Int { state.withLock { $0.waiting[account]?.count ?? 0 } }

    /// Calls of the account that wait, and later ones, get no slot.
    func abandon(_ account: Account) {
        let left = state.withLock { state in
            state.abandoned.insert(account)
            state.turns.removeAll { $0 == account }
            return state.waiting.removeValue(forKey: account) ?? []
        }
        for waiter in left { waiter.resume(returning: nil) }
    }
}
