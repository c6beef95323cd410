import Clocks
import OutboundAPI
import RateLimits

/// Which waiting call of a Keap account goes next: beside what a `CallQueue` asks for, its contacts must be free.
///
/// Tag edits whose contacts are free wait in the batcher; only the edit that leads there is in the queue. Of one contact's
/// calls, a live one goes before each bulk one that is not under way.
///
/// Within a line, what has begun is finished before anything else begins, in the order in which it began; so people are
/// complete one by one. Two things leave that order, as far as `Gathering` allows: a new person's tags wait for others to
/// share their calls with, and a change of a contact that Keap has, which takes few calls, goes before longer ones that
/// have not begun.
struct KeapCallQueue: Sendable {
    /// Edits that are led by one of their own: so no run that has begun stands behind one that has not.
    struct Group: Hashable, Sendable {
        let line: CallLine
        let hasBegun: Bool
    }

    private var calls: CallQueue
    private(set) var locks = ContactLocks<CallTicket>()
    private(set) var batcher = TagBatcher<CallTicket, Group>()
    /// Edits whose contacts are not free yet.
    private var edits: [CallTicket: (edit: TagEdit, mayGather: Bool)] = [:]
    /// Of lines with calls that wait.
    private var gatherings: [CallLine: Gathering] = [:]
    /// Tickets nothing of which is under way.
    private var idle: Set<CallTicket> = []

    init(slots: Int, probes: SharedHalfOpenGate = SharedHalfOpenGate()) {
        calls = CallQueue(slots: slots, probes: probes)
    }

    /// Calls that have started.
    var inFlight: Int { calls.inFlight }
    var waiting: Int { idle.count }
    var isIdle: Bool {
        calls.isIdle && locks.isEmpty && batcher.isEmpty && edits.isEmpty && idle.isEmpty && gatherings.isEmpty
    }

    /// How many calls of a line wait for a slot or for a permit. Tag edits that share a call count once.
    func standing(_ line: CallLine) -> Int { calls.standing(line) }

    /// Whether it waits for a slot.
    func isWaiting(_ ticket: CallTicket) -> Bool { calls.isWaiting(ticket) }

    /// - Parameters:
    ///   - endpoint: whose circuit breaker it has, beside the account's.
    ///   - rank: that of the first call of its run, if it is not the first.
    mutating func enqueue(
        _ claim: ContactClaim, _ urgency: Urgency, for share: BudgetShare = .sole, of endpoint: APIEndpoint? = nil,
        rank: UInt64? = nil
    ) -> CallTicket {
        let isKnown = if case .one = claim { true } else { false }
        let ticket = newTicket(CallLine(urgency: urgency, share: share), of: endpoint, rank, isShort: isKnown)
        arrive(ticket, claim)
        return ticket
    }

    /// A tag edit, which may share a call with others.
    ///
    /// - Parameter mayGather: it may wait for others to share a call with.
    mutating func enqueue(
        _ edit: TagEdit, _ urgency: Urgency, for share: BudgetShare = .sole, rank: UInt64? = nil,
        mayGather: Bool = false
    ) -> CallTicket {
        let ticket = newTicket(
            CallLine(urgency: urgency, share: share), of: edit.direction.endpoint, rank, isShort: true)
        edits[ticket] = (edit, mayGather && !ticket.isFirst)
        arrive(ticket, .one(edit.contact))
        return ticket
    }

    /// See `CircuitBreaker.mustProbeHealth`.
    mutating func mustProbeHealth() -> Bool { calls.mustProbeHealth() }
    mutating func hasProbedHealth() { calls.hasProbedHealth() }

    private mutating func newTicket(
        _ line: CallLine, of endpoint: APIEndpoint?, _ rank: UInt64?, isShort: Bool
    ) -> CallTicket {
        let ticket = calls.newTicket(line, of: endpoint, rank: rank, isShort: isShort)
        idle.insert(ticket)
        return ticket
    }

    /// A bulk call may wait for its budget for hours, so it makes way for a live one.
    private mutating func arrive(_ ticket: CallTicket, _ claim: ContactClaim) {
        let overtaken = locks.naming(ticket.urgency == .live ? claim.contacts : [])
            .filter { $0.urgency == .bulk && idle.contains($0) }.map { ($0, stepAside($0)) }
        for (ticket, claim) in [(ticket, claim)] + overtaken where locks.arrive(ticket, claim) { becomeFree(ticket) }
    }

    /// It waits nowhere until it arrives with its claim again. One that is on its way to a permit finds out with that.
    private mutating func stepAside(_ ticket: CallTicket) -> ContactClaim {
        let claim = locks.claim(of: ticket) ?? .none
        batcher.setAside(ticket)
        calls.cancel(ticket)
        release(ticket)
        settle(ticket.line)
        return claim
    }

    private mutating func becomeFree(_ ticket: CallTicket) {
        guard !calls.isApproaching(ticket) else { return }
        if batcher.holds(ticket) {
            batcher.bringBack(ticket)
            return settle(ticket.line)
        }
        guard let (edit, mayGather) = edits.removeValue(forKey: ticket) else { return lineUp(ticket) }
        batcher.join(ticket, edit, in: Group(line: ticket.line, hasBegun: !ticket.isFirst))
        if edit.direction == .apply {
            let areShared = gatherings[ticket.line, default: Gathering(ticket.urgency)].areShared(edit.tags)
            if mayGather, areShared { batcher.hold(ticket) }
        }
        settle(ticket.line)
    }

    private mutating func lineUp(_ ticket: CallTicket) {
        calls.enqueue(ticket)
        if gatherings[ticket.line] == nil { gatherings[ticket.line] = Gathering(ticket.urgency) }
    }

    private mutating func release(_ ticket: CallTicket) {
        for free in locks.leave(ticket) { becomeFree(free) }
    }

    /// To be called after every change of what waits in a line: an edit that must not wait any longer leads, and a line
    /// in which nothing waits begins anew.
    private mutating func settle(_ line: CallLine) {
        let begun = Group(line: line, hasBegun: true)
        if !batcher.hasLeader(begun), let held = batcher.firstHeld(of: begun) {
            let company = batcher.company(of: held)
            if calls.standing(line) == 0 || gatherings[line]?.mayWait(held.rank, company: company) != true {
                gatherings[line]?.released(with: company)
                batcher.release(held)
            }
        }
        for group in [begun, Group(line: line, hasBegun: false)] {
            if let leader = batcher.appointLeader(of: group) { lineUp(leader) }
        }
        if calls.standing(line) == 0, batcher.firstHeld(of: begun) == nil { gatherings[line] = nil }
    }
}

extension KeapCallQueue: CallScheduler {
    var breakers: CircuitBreakers { calls.breakers }

    var head: CallTicket? {
        calls.head { first in
            guard let gathering = gatherings[first.line] else { return false }
            let held = batcher.firstHeld(of: Group(line: first.line, hasBegun: true))
            return gathering.mayOvertake(min(first.rank, held?.rank ?? .max))
        }
    }

    mutating func ask(_ ticket: CallTicket, at now: Instant) -> CallAdmission {
        if batcher.isHeld(ticket) {
            if let end = gatherings[ticket.line]?.quietUntil, now < end { return .waitUntil(end) }
            batcher.release(ticket)
            settle(ticket.line)
        }
        return ticket == head ? calls.admit(ticket, at: now) : .wait
    }

    mutating func start(_ pass: inout CallPass, callsSoon: Int = 0, at now: Instant) -> Bool {
        let ticket = pass.ticket
        guard mayStart(ticket) else {
            abort(pass)
            if !locks.isBlocked(ticket) { becomeFree(ticket) }
            return false
        }
        guard calls.start(&pass, at: now) else { return false }
        let line = ticket.line
        idle.remove(ticket)
        gatherings[line]?.began(at: now, callsSoon: callsSoon)
        // What a batch carries is known when it is formed.
        if !batcher.holds(pass.ticket) {
            gatherings[line]?.madeCall()
            gatherings[line]?.served(pass.ticket.rank)
            settle(line)
        }
        return true
    }

    /// Whether no live call has taken its contact, or its lead, since it asked.
    private func mayStart(_ ticket: CallTicket) -> Bool {
        !locks.isBlocked(ticket) && (!batcher.holds(ticket) || batcher.leads(ticket))
    }

    /// An edit is told to `withdraw` besides.
    mutating func abort(_ pass: CallPass) {
        calls.abort(pass)
        settle(pass.ticket.line)
    }

    /// Not for edits that are in the batcher.
    mutating func cancel(_ ticket: CallTicket) {
        idle.remove(ticket)
        edits[ticket] = nil
        calls.cancel(ticket)
        settle(ticket.line)
        release(ticket)
    }

    mutating func finish(_ pass: CallPass, _ outcome: CircuitBreaker.Outcome, at now: Instant) {
        calls.finish(pass, outcome, at: now)
        // The contact of an edit is free when all of the edit has ended, which may take several calls.
        if !batcher.holds(pass.ticket) { release(pass.ticket) }
    }
}

/// Tag edits in the batcher.
extension KeapCallQueue {
    typealias Batch = TagBatch<CallTicket>
    typealias EndedEdit = (ticket: CallTicket, result: PendingTagEdit.Result)

    /// The leader with this pass has a permit: what its call carries.
    mutating func formBatch(_ pass: CallPass) -> Batch {
        let batch = batcher.formBatch(for: pass.ticket)
        idle.subtract(batch.tickets.values)
        gatherings[pass.ticket.line]?.madeCall()
        for ticket in batcher.noteFirstCalls(of: batch) { gatherings[ticket.line]?.served(ticket.rank) }
        settle(pass.ticket.line)
        return batch
    }

    /// Takes in what became of edges of a batch. The contacts of the edits that have ended are free.
    mutating func complete(_ batch: Batch, _ outcomes: [TagEdge: EdgeOutcome]) -> [EndedEdit] {
        let ended = batcher.complete(batch, outcomes)
        for ticket in batch.tickets.values where batcher.isIdle(ticket) { idle.insert(ticket) }
        for (ticket, _) in ended { release(ticket) }
        for ticket in batch.tickets.values.sorted() { makeWay(ticket) }
        for line in Set(batch.tickets.values.map(\.line)) { settle(line) }
        return ended
    }

    /// What is left of a bulk edit waits again: behind live calls that have come meanwhile.
    private mutating func makeWay(_ ticket: CallTicket) {
        guard ticket.urgency == .bulk, batcher.isIdle(ticket), let contacts = locks.claim(of: ticket)?.contacts,
            locks.naming(contacts).contains(where: { $0.urgency == .live })
        else { return }
        if locks.arrive(ticket, stepAside(ticket)) { becomeFree(ticket) }
    }

    /// The caller of an edit waits no longer. Nil: a part of it is under way, whose completion ends it.
    mutating func withdraw(_ ticket: CallTicket, _ failure: KeapFailure) -> PendingTagEdit.Result? {
        guard batcher.holds(ticket) else {
            cancel(ticket)
            return .failure(failure)
        }
        calls.cancel(ticket)
        let result = batcher.withdraw(ticket, failure)
        if result != nil {
            idle.remove(ticket)
            release(ticket)
        }
        settle(ticket.line)
        return result
    }
}
