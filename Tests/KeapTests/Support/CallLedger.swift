import Clocks
import OutboundAPI
import RateLimits
import SeededRandom

@testable import Keap

/// Accounts that share a budget: does at once what `CallRunner`, `KeapGateway` and `BudgetGate` do in tasks.
struct CallLedger {
    private struct Key: Hashable {
        var account: Int
        var ticket: CallTicket
    }

    private struct UnderWay {
        var key: Key
        var pass: CallPass
        var permit: Permit
        var batch: KeapCallQueue.Batch?
        var contacts: [ContactID]
    }

    private struct Waiter {
        var account: Int
        var pass: CallPass
    }

    private var accounts: [KeapCallQueue]
    private var gate: PermitQueue<Waiter>
    /// Milliseconds of the day.
    private var time: Int64 = 60_000
    private var names: [Key: String] = [:]
    private var claims: [Key: [ContactID]] = [:]
    /// Of those, what waits, in the order it came.
    private var waiting: [Key] = []
    private var underWay: [UnderWay] = []
    private let slots: Int
    private let keepsUnderWay: Bool
    private(set) var ended: Set<String> = []
    private(set) var cancelled = 0
    private(set) var faults: [String] = []

    /// - Parameter keepsUnderWay: calls end with `endOne`, not at once.
    init(
        limits: CallLimits, pacing: DayPacing = .off, accounts: Int = 1, slots: Int = 32, keepsUnderWay: Bool = false
    ) {
        let now = Self.reading(at: time)
        gate = PermitQueue(WriteAheadBudget(Budget(limits: limits, pacing: pacing, at: now)), at: now)
        self.accounts = (0..<accounts).map { _ in KeapCallQueue(slots: slots) }
        (self.slots, self.keepsUnderWay) = (slots, keepsUnderWay)
    }

    private var now: ClockReading { Self.reading(at: time) }

    private static func reading(at time: Int64) -> ClockReading {
        ClockReading(
            Instant(offset: .milliseconds(time)), wall: WallTime(milliseconds: 20_000 * WallTime.dayLength + time))
    }

    var isIdle: Bool { underWay.isEmpty && waiting.isEmpty && accounts.allSatisfy(\.isIdle) && gate.line.isEmpty }

    /// - Parameter isBegun: it is a later call of a run.
    mutating func want(
        _ name: String, _ urgency: Urgency, for share: BudgetShare, in account: Int = 0, _ claim: ContactClaim = .none,
        isBegun: Bool = false
    ) {
        let ticket = accounts[account].enqueue(claim, urgency, for: share, rank: isBegun ? 1 : nil)
        note(Key(account: account, ticket: ticket), name, claim.contacts)
    }

    mutating func tag(
        _ name: String, _ tags: [Int], _ contact: String, _ urgency: Urgency, for share: BudgetShare,
        in account: Int = 0
    ) {
        let edit = TagEdit(.apply, ContactID(contact), tags.map { TagID("\($0)") })
        note(
            Key(account: account, ticket: accounts[account].enqueue(edit, urgency, for: share)), name, [edit.contact])
    }

    /// Lets calls go, as long as this takes.
    ///
    /// - Returns: those that went, in their order, by the name of the one that had the permit.
    @discardableResult
    mutating func run(for duration: Duration = .zero) -> [String] {
        let end = time + Int64(duration / .milliseconds(1))
        var went: [String] = []
        while true {
            approach()
            let turn = gate.turn(at: now)
            switch turn?.act {
            case .write(let draft): gate.written(draft)
            case .go:
                if let position = turn?.position, let name = start(position) { went.append(name) }
            case .wait, nil:
                guard time < end else { return went }
                advance(to: end, turn)
            }
        }
    }

    /// Ends one of the calls that are under way. False: there is none.
    mutating func endOne(_ random: inout SeededGenerator) -> Bool {
        guard let index = underWay.indices.randomElement(using: &random) else { return false }
        end(underWay.remove(at: index))
        return true
    }

    /// The caller of one that waits gives up, unless it waits for a permit.
    mutating func cancelOne(_ random: inout SeededGenerator) {
        let some = waiting.filter { key in !approaching.contains(key) }
        guard let key = some.randomElement(using: &random) else { return }
        guard accounts[key.account].withdraw(key.ticket, .cancelled) != nil else { return }
        forget(key)
        cancelled += 1
    }

    private var approaching: Set<Key> {
        Set(gate.line.all.map { Key(account: $0.account, ticket: $0.pass.ticket) })
    }

    private mutating func note(_ key: Key, _ name: String, _ contacts: [ContactID]) {
        names[key] = name
        claims[key] = contacts
        waiting.append(key)
    }

    /// Calls that may go as far as their account is concerned wait for a permit.
    private mutating func approach() {
        for account in accounts.indices {
            while let head = accounts[account].head,
                case .go(let pass) = accounts[account].ask(head, at: now.instant)
            {
                _ = gate.join(
                    Waiter(account: account, pass: pass), head.urgency, for: head.line.share, rank: pass.position)
            }
        }
    }

    /// - Returns: the call that has started; nil: it cannot go after all.
    private mutating func start(_ position: PermitQueue<Waiter>.Position) -> String? {
        guard var waiter = gate.line[position] else { return nil }
        let permit = gate.admit(position, at: now)
        let key = Key(account: waiter.account, ticket: waiter.pass.ticket)
        guard accounts[key.account].start(&waiter.pass, callsSoon: permit.callsSoon, at: now.instant) else {
            gate.release(permit, at: now)
            return nil
        }
        if key.ticket.urgency == .bulk { checkNoLiveOneWaits(behind: key) }
        let name = names[key]
        let batch = accounts[key.account].batcher.holds(key.ticket) ? accounts[key.account].formBatch(waiter.pass) : nil
        let call = UnderWay(
            key: key, pass: waiter.pass, permit: permit, batch: batch, contacts: batch?.contacts ?? claims[key] ?? [])
        checkNoneMeet(call)
        waiting.removeAll { $0 == key }
        if keepsUnderWay { underWay.append(call) } else { end(call) }
        return name
    }

    private mutating func end(_ call: UnderWay) {
        gate.finish(call.permit, learned: nil, at: now)
        let account = call.key.account
        accounts[account].finish(call.pass, .success, at: now.instant)
        guard let batch = call.batch else { return finish(call.key) }
        for (ticket, _) in accounts[account].complete(batch, batch.all(.answered(.applied))) {
            finish(Key(account: account, ticket: ticket))
        }
    }

    private mutating func finish(_ key: Key) {
        ended.insert(names[key] ?? "a call that nothing wanted")
        forget(key)
    }

    private mutating func forget(_ key: Key) {
        (names[key], claims[key]) = (nil, nil)
        waiting.removeAll { $0 == key }
    }

    private mutating func checkNoneMeet(_ call: UnderWay) {
        for other in underWay where other.key.account == call.key.account {
            // Calls of one tag each may name the same contacts.
            if case .tag = call.batch?.call, case .tag = other.batch?.call { continue }
            if !Set(other.contacts).isDisjoint(with: call.contacts) {
                faults.append("\(names[call.key] ?? "") meets \(names[other.key] ?? "")")
            }
        }
    }

    /// A bulk call starts: each live one must wait for a call that is under way, for another live one, or for a slot that
    /// one of these has.
    private mutating func checkNoLiveOneWaits(behind key: Key) {
        for (index, live) in waiting.enumerated() where live.ticket.urgency == .live {
            let contacts = Set(claims[live] ?? [])
            let isBehindAnother =
                underWay.contains { $0.key.account == live.account && !contacts.isDisjoint(with: $0.contacts) }
                || waiting[..<index].contains {
                    $0.account == live.account && $0.ticket.urgency == .live
                        && !contacts.isDisjoint(with: claims[$0] ?? [])
                }
            let others = accounts[live.account].inFlight - (live.account == key.account ? 1 : 0)
            if !isBehindAnother, others < slots {
                faults.append("\(names[key] ?? "") goes before \(names[live] ?? "")")
            }
        }
    }

    /// At least a little, so that it ends.
    private mutating func advance(to end: Int64, _ turn: PermitQueue<Waiter>.Turn?) {
        var next = end
        if case .wait(let wait) = turn?.act, case .at(let opening) = wait.opening {
            next = min(end, time + Int64(now.instant.duration(to: opening) / .milliseconds(1)) + 1)
        }
        time = min(end, max(next, time + 1))
    }
}
