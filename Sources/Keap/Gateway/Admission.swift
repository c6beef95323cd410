import LockstepLimits

/// Which waiting call goes next: its contacts must be free, a place among the calls under way too, and the circuit
/// closed. Live calls go before bulk ones, each in the order they came.
///
/// Calls wait for their budget *with* a place, and the budget serves live callers first. So that bulk calls waiting
/// there cannot keep live ones from getting that far, they hold at most half of the places.
struct Admission<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
        let urgency: Urgency
    }

    /// The right to go on. Given back once, with what became of the call.
    struct Pass: Equatable, Sendable {
        let ticket: Ticket
        let isProbe: Bool
    }

    enum Answer: Equatable, Sendable {
        case go(Pass)
        /// Ask again when called.
        case wait
        /// Ask again then, or when called.
        case waitUntil(Instant)
    }

    private let places: Int
    private let bulkPlaces: Int
    private var gate = ContactGate<Ticket>()
    private(set) var circuit = Circuit<Instant>()
    /// Those whose contacts are free.
    private var ready: [Urgency: [Ticket]] = [:]
    private var running: [Urgency: Int] = [:]
    private var arrived: UInt64 = 0
    private(set) var waiting = 0

    init(places: Int) {
        precondition(places >= 1, "with no place no call could ever be made")
        self.places = places
        bulkPlaces = max(1, places / 2)
    }

    var inFlight: Int { running.values.reduce(0, +) }
    var isIdle: Bool { gate.isEmpty && inFlight == 0 && waiting == 0 && ready.values.allSatisfy(\.isEmpty) }

    /// The ticket to call after every change. (One is enough: it calls the next when it goes.)
    var head: Ticket? {
        guard inFlight < places else { return nil }
        if let live = ready[.live]?.first { return live }
        return running[.bulk, default: 0] < bulkPlaces ? ready[.bulk]?.first : nil
    }

    mutating func arrive(_ claim: ContactClaim, _ urgency: Urgency) -> Ticket {
        arrived += 1
        waiting += 1
        let ticket = Ticket(number: arrived, urgency: urgency)
        if gate.arrive(ticket, claim) { ready[urgency, default: []].append(ticket) }
        return ticket
    }

    mutating func ask(_ ticket: Ticket, at now: Instant) -> Answer {
        guard ticket == head else { return .wait }
        switch circuit.admit(at: now) {
        case .waitForProbe: return .wait
        case .wait(let instant): return .waitUntil(instant)
        case .go(let isProbe):
            ready[ticket.urgency]?.removeFirst()
            waiting -= 1
            running[ticket.urgency, default: 0] += 1
            return .go(Pass(ticket: ticket, isProbe: isProbe))
        }
    }

    /// The caller waits no longer.
    mutating func giveUp(_ ticket: Ticket) {
        waiting -= 1
        ready[ticket.urgency]?.removeAll { $0 == ticket }
        release(ticket)
    }

    mutating func end(_ pass: Pass, _ outcome: Circuit<Instant>.Outcome, at now: Instant) {
        running[pass.ticket.urgency, default: 0] -= 1
        circuit.ended(outcome, isProbe: pass.isProbe, at: now)
        release(pass.ticket)
    }

    private mutating func release(_ ticket: Ticket) {
        // Those who come free have waited longer than who arrived after them: their numbers keep the order.
        for free in gate.leave(ticket) {
            var line = ready[free.urgency, default: []]
            line.insert(free, at: line.firstIndex { $0.number > free.number } ?? line.endIndex)
            ready[free.urgency] = line
        }
    }
}
