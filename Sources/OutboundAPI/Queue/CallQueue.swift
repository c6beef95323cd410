package import Clocks
package import RateLimits

/// Which waiting call of an account goes next: a slot among the calls under way must be free, and its circuits closed.
/// Live calls go before bulk ones; those that share an account take turns, each in the order its calls came. Within a
/// line, what has begun is finished before anything else begins, in the order in which it began.
///
/// A call that `ask` lets go gets a permit from the budget and `start`s with it. Only from then on does it take a slot, and
/// only then is it the one that tries whether the API is back: what waits for its budget, for hours perhaps, keeps neither
/// from any other. Live calls are let go only as far as there are slots for them all; a bulk call that finds them taken
/// releases its permit and is back in the queue.
package struct CallQueue: Sendable {
    /// First calls of runs on their way to a permit. More would only settle early which goes next.
    private static var mostApproaching: Int { 8 }

    package private(set) var breakers: CircuitBreakers
    private let slots: Int
    private let bulkSlots: Int
    private var waiting = WeightedRoundRobin<CallTicket>()
    private var positions: [CallTicket: WeightedRoundRobin<CallTicket>.Position] = [:]
    /// Of those that wait, first calls of short runs, in their order.
    private var short: [CallLine: [CallTicket]] = [:]
    /// On their way to a permit.
    private var approaching: [Urgency: Int] = [:]
    /// Of those, first calls of runs.
    private var approachingFirst: [Urgency: Int] = [:]
    private var running: [Urgency: Int] = [:]
    /// Waiting or on their way to a permit; only lines that have some.
    private var standing: [CallLine: Int] = [:]
    private var arrived: UInt64 = 0

    /// - Parameter probes: shared by the accounts that share the budget.
    package init(slots: Int, probes: SharedHalfOpenGate = SharedHalfOpenGate()) {
        precondition(slots >= 1, "without a slot no call could ever be made")
        self.slots = slots
        breakers = CircuitBreakers(probes: probes)
        bulkSlots = max(1, slots * 3 / 4)
    }

    /// Calls that have started.
    package var inFlight: Int { running.values.reduce(0, +) }

    package var isIdle: Bool {
        inFlight == 0 && waiting.isEmpty && positions.isEmpty && short.isEmpty && standing.isEmpty
            && approaching.values.allSatisfy { $0 == 0 } && approachingFirst.values.allSatisfy { $0 == 0 }
    }

    /// How many calls of a line wait for a slot or for a permit.
    package func standing(_ line: CallLine) -> Int { standing[line] ?? 0 }

    /// How many calls wait for a slot before one of this share that came now.
    package func before(_ share: BudgetShare, _ urgency: Urgency) -> Int { waiting.before(share, urgency) }

    /// Whether it waits for a slot.
    package func isWaiting(_ ticket: CallTicket) -> Bool { positions[ticket] != nil }

    /// The ticket to call after every change.
    ///
    /// - Parameter mayOvertake: whether the first call of a short run may go before this one, of whose run nothing has
    ///   begun.
    package func head(mayOvertake: (_ first: CallTicket) -> Bool) -> CallTicket? {
        let live = approaching[.live, default: 0]
        let bulk = approaching[.bulk, default: 0]
        // While it is unknown whether the API is back, one of either kind is enough to find out.
        if inFlight + live < slots, isWell || live == 0, let next = next(.live, mayOvertake) { return next }
        guard inFlight + live + bulk < slots, running[.bulk, default: 0] + bulk < bulkSlots, isWell || bulk == 0
        else { return nil }
        return next(.bulk, mayOvertake)
    }

    private var isWell: Bool { breakers.account.isClosed }

    private func next(_ urgency: Urgency, _ mayOvertake: (CallTicket) -> Bool) -> CallTicket? {
        guard let first = waiting.head(urgency).flatMap({ waiting[$0] }) else { return nil }
        guard first.isFirst else { return first }
        guard approachingFirst[urgency, default: 0] < Self.mostApproaching else { return nil }
        // In an outage each in its turn tries whether the API is back: calls that keep failing must not go before those
        // that would go well.
        guard isWell, !first.isShort, let overtaking = short[first.line]?.first, mayOvertake(first) else {
            return first
        }
        return overtaking
    }

    // MARK: A call's way

    /// - Parameter rank: that of the first call of its run, if it is not the first.
    package mutating func newTicket(
        _ line: CallLine, of endpoint: APIEndpoint?, rank: UInt64?, isShort: Bool = false
    ) -> CallTicket {
        arrived += 1
        return CallTicket(
            number: arrived, rank: rank ?? arrived, line: line, endpoint: endpoint, isFirst: rank == nil,
            isShort: isShort)
    }

    /// What comes late has waited longer than what arrived after it: its rank keeps the order.
    package mutating func enqueue(_ ticket: CallTicket) {
        positions[ticket] = waiting.join(ticket, ticket.urgency, for: ticket.line.share, rank: ticket.position())
        stand(ticket.line, 1)
        guard ticket.isFirst, ticket.isShort else { return }
        let later = short[ticket.line]?.lastIndex { $0 < ticket }
        short[ticket.line, default: []].insert(ticket, at: later.map { $0 + 1 } ?? 0)
    }

    /// The call that `head` named: whether it may go on to wait for a permit.
    package mutating func admit(_ ticket: CallTicket, at now: Instant) -> CallAdmission {
        switch breakers.opening(for: ticket.endpoint, at: now) {
        case .wait: return .wait
        case .waitUntil(let instant): return .waitUntil(instant)
        case .refuse(let reason): return .refuse(reason: reason)
        case .go:
            let isOvertaking = waiting.head(ticket.urgency).flatMap { waiting[$0] } != ticket
            leave(ticket, isServed: true)
            approach(ticket, 1)
            return .go(CallPass(ticket: ticket, position: ticket.position(isOvertaking: isOvertaking)))
        }
    }

    /// See `CallScheduler.start`.
    package mutating func start(_ pass: inout CallPass, at now: Instant) -> Bool {
        let urgency = pass.ticket.urgency
        approach(pass.ticket, -1)
        let isFull =
            urgency == .live
            ? inFlight >= slots
            : inFlight + approaching[.live, default: 0] >= slots || running[.bulk, default: 0] >= bulkSlots
        guard !isFull, let probe = breakers.admit(pass.ticket.endpoint, at: now) else {
            enqueue(pass.ticket)
            return false
        }
        pass.probe = probe
        running[urgency, default: 0] += 1
        return true
    }

    package mutating func abort(_ pass: CallPass) { approach(pass.ticket, -1) }

    package mutating func cancel(_ ticket: CallTicket) { leave(ticket, isServed: false) }

    package mutating func finish(_ pass: CallPass, _ outcome: CircuitBreaker.Outcome, at now: Instant) {
        running[pass.ticket.urgency, default: 0] -= 1
        breakers.ended(outcome, of: pass.ticket.endpoint, pass.probe, at: now)
    }

    /// See `CircuitBreaker.mustProbeHealth`.
    package mutating func mustProbeHealth() -> Bool { breakers.mustProbeHealth() }
    package mutating func hasProbedHealth() { breakers.hasProbedHealth() }

    private mutating func leave(_ ticket: CallTicket, isServed: Bool) {
        guard let position = positions.removeValue(forKey: ticket) else { return }
        if isServed { waiting.serve(position) } else { waiting.leave(position) }
        stand(ticket.line, -1)
        guard let index = short[ticket.line]?.firstIndex(of: ticket) else { return }
        short[ticket.line]?.remove(at: index)
        if short[ticket.line]?.isEmpty == true { short[ticket.line] = nil }
    }

    private mutating func approach(_ ticket: CallTicket, _ count: Int) {
        approaching[ticket.urgency, default: 0] += count
        if ticket.isFirst { approachingFirst[ticket.urgency, default: 0] += count }
        stand(ticket.line, count)
    }

    private mutating func stand(_ line: CallLine, _ count: Int) {
        standing[line, default: 0] += count
        if standing[line] == 0 { standing[line] = nil }
    }
}

/// A queue of calls that neither exclude each other nor share.
extension CallQueue: CallScheduler {
    package var head: CallTicket? { head { _ in false } }

    /// - Parameter rank: that of the first call of its run, if it is not the first.
    package mutating func enqueue(
        _ line: CallLine, of endpoint: APIEndpoint? = nil, rank: UInt64? = nil
    ) -> CallTicket {
        let ticket = newTicket(line, of: endpoint, rank: rank)
        enqueue(ticket)
        return ticket
    }

    package mutating func ask(_ ticket: CallTicket, at now: Instant) -> CallAdmission {
        ticket == head ? admit(ticket, at: now) : .wait
    }

    package mutating func start(_ pass: inout CallPass, callsSoon: Int, at now: Instant) -> Bool {
        start(&pass, at: now)
    }
}
