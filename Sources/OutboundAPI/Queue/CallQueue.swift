package import Clocks
import RateLimits

/// Which waiting calls of an account may go: a slot among the calls under way must be free, and the circuits closed. Within
/// a line, what has begun is finished before anything else begins, in the order in which it began.
///
/// A call that `ask` lets go gets a permit from the budget and `start`s with it. Which line's call that is, live ones
/// first and gyms in turns, the budget alone decides; here lines take turns only for slots that are short. A call takes a slot,
/// and may be the one that tries whether the API is back, when it starts: what waits for its budget, for hours perhaps,
/// keeps neither from any other. Live calls are let go only as far as there are slots for them all; a bulk call that
/// finds them taken releases its permit and is back in the queue.
package struct CallQueue: Sendable {
    /// First calls of a line's runs on their way to a permit. More would only settle early which goes next.
    private static var mostApproaching: Int { 8 }

    package private(set) var breakers: CircuitBreakers
    private let slots: Int
    private let bulkSlots: Int
    /// What waits, in the order in which it goes; only lines that have some.
    private var lines: [CallLine: [CallTicket]] = [:]
    /// Those lines, the one whose call was let go last at the end.
    private var turns: [CallLine] = []
    /// On their way to a permit.
    private var approaching: Set<CallTicket> = []
    private var running: [Urgency: Int] = [:]
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

    /// Calls that wait for a slot or for a permit.
    package var waiting: Int { lines.values.reduce(approaching.count) { $0 + $1.count } }

    package var isIdle: Bool { inFlight == 0 && lines.isEmpty && turns.isEmpty && approaching.isEmpty }

    /// How many calls of a line wait for a slot or for a permit.
    package func standing(_ line: CallLine) -> Int {
        (lines[line]?.count ?? 0) + approaching.count { $0.line == line }
    }

    /// Whether it waits for a slot.
    package func isWaiting(_ ticket: CallTicket) -> Bool { lines[ticket.line]?.contains(ticket) ?? false }

    /// Whether it waits for a permit.
    package func isApproaching(_ ticket: CallTicket) -> Bool { approaching.contains(ticket) }

    /// The ticket to call after every change.
    ///
    /// - Parameter mayOvertake: whether the first call of a short run may go before this one, of whose run nothing has
    ///   begun.
    package func head(mayOvertake: (_ first: CallTicket) -> Bool) -> CallTicket? {
        let (live, bulk) = (approaching(.live), approaching(.bulk))
        // While it is unknown whether the API is back, one of either kind is enough to find out.
        if inFlight + live < slots, isWell || live == 0, let next = next(.live, mayOvertake) { return next }
        guard inFlight + live + bulk < slots, running[.bulk, default: 0] + bulk < bulkSlots, isWell || bulk == 0
        else { return nil }
        return next(.bulk, mayOvertake)
    }

    private var isWell: Bool { breakers.account.isClosed }

    private func approaching(_ urgency: Urgency) -> Int { approaching.count { $0.urgency == urgency } }

    private func next(_ urgency: Urgency, _ mayOvertake: (CallTicket) -> Bool) -> CallTicket? {
        for line in turns where line.urgency == urgency {
            if let next = next(of: line, mayOvertake) { return next }
        }
        return nil
    }

    private func next(of line: CallLine, _ mayOvertake: (CallTicket) -> Bool) -> CallTicket? {
        guard let waiting = lines[line], let first = waiting.first, first.isFirst else { return lines[line]?.first }
        guard approaching.count(where: { $0.line == line && $0.isFirst }) < Self.mostApproaching else { return nil }
        // In an outage each in its turn tries whether the API is back: calls that keep failing must not go before those
        // that would go well.
        guard isWell, !first.isShort, let overtaking = waiting.first(where: \.isShort), mayOvertake(first) else {
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
        if lines[ticket.line] == nil { turns.append(ticket.line) }
        let before = lines[ticket.line]?.lastIndex { $0.position() <= ticket.position() } ?? -1
        lines[ticket.line, default: []].insert(ticket, at: before + 1)
    }

    /// The call that `head` named: whether it may go on to wait for a permit.
    package mutating func admit(_ ticket: CallTicket, at now: Instant) -> CallAdmission {
        switch breakers.opening(for: ticket.endpoint, at: now) {
        case .wait: return .wait
        case .waitUntil(let instant): return .waitUntil(instant)
        case .refuse(let reason): return .refuse(reason: reason)
        case .go:
            let isOvertaking = lines[ticket.line]?.first != ticket
            cancel(ticket)
            if let index = turns.firstIndex(of: ticket.line) { turns.append(turns.remove(at: index)) }
            approaching.insert(ticket)
            return .go(CallPass(ticket: ticket, position: ticket.position(isOvertaking: isOvertaking)))
        }
    }

    /// See `CallScheduler.start`.
    package mutating func start(_ pass: inout CallPass, at now: Instant) -> Bool {
        let urgency = pass.ticket.urgency
        approaching.remove(pass.ticket)
        let isFull =
            urgency == .live
            ? inFlight >= slots
            : inFlight + approaching(.live) >= slots || running[.bulk, default: 0] >= bulkSlots
        guard !isFull, let probe = breakers.admit(pass.ticket.endpoint, at: now) else {
            enqueue(pass.ticket)
            return false
        }
        pass.probe = probe
        running[urgency, default: 0] += 1
        return true
    }

    package mutating func abort(_ pass: CallPass) { approaching.remove(pass.ticket) }

    package mutating func cancel(_ ticket: CallTicket) {
        guard let index = lines[ticket.line]?.firstIndex(of: ticket) else { return }
        lines[ticket.line]?.remove(at: index)
        guard lines[ticket.line]?.isEmpty == true else { return }
        lines[ticket.line] = nil
        turns.removeAll { $0 == ticket.line }
    }

    package mutating func finish(_ pass: CallPass, _ outcome: CircuitBreaker.Outcome, at now: Instant) {
        running[pass.ticket.urgency, default: 0] -= 1
        breakers.ended(outcome, of: pass.ticket.endpoint, pass.probe, at: now)
    }

    /// See `CircuitBreaker.mustProbeHealth`.
    package mutating func mustProbeHealth() -> Bool { breakers.mustProbeHealth() }
    package mutating func hasProbedHealth() { breakers.hasProbedHealth() }
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
