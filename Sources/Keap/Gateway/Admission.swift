import LockstepLimits

/// Which waiting call goes next: its contacts must be free, a place among the calls under way too, and the circuit
/// closed. Live calls go before bulk ones; the gyms that share an account take turns, each in the order its calls came.
///
/// Tag edits whose contacts are free wait on the board, without a place; only who leads there stands in line for one.
///
/// Calls wait for their budget *with* a place, and the budget serves live callers first. So that bulk calls waiting
/// there cannot keep live ones from getting that far, they hold at most half of the places.
struct Admission<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    struct Ticket: Hashable, Comparable, Sendable {
        fileprivate let number: UInt64
        let line: Line

        var urgency: Urgency { line.urgency }

        /// Who goes first.
        static func < (a: Self, b: Self) -> Bool {
            a.urgency == b.urgency ? a.number < b.number : a.urgency == .live
        }
    }

    /// Those among whom the first to come is the first to go.
    struct Line: Hashable, Sendable {
        let urgency: Urgency
        let party: Party
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
    private(set) var gate = ContactGate<Ticket>()
    private(set) var circuit = Circuit<Instant>()
    /// Those whose contacts are free, and who lead if they are edits.
    private(set) var ready = FairLine<Ticket>()
    private var readyPlaces: [Ticket: FairLine<Ticket>.Place] = [:]
    private var running: [Urgency: Int] = [:]
    private var arrived: UInt64 = 0
    /// Edits whose contacts are not free yet.
    private var edits: [Ticket: TagEdit] = [:]
    private(set) var board = TagBoard<Ticket, Line>()
    /// Tickets nothing of which is under way.
    private var idle: Set<Ticket> = []

    init(places: Int) {
        precondition(places >= 1, "with no place no call could ever be made")
        self.places = places
        bulkPlaces = max(1, places / 2)
    }

    var inFlight: Int { running.values.reduce(0, +) }
    var waiting: Int { idle.count }
    var isIdle: Bool {
        gate.isEmpty && board.isEmpty && edits.isEmpty && idle.isEmpty && inFlight == 0
            && ready.isEmpty && readyPlaces.isEmpty
    }

    /// The ticket to call after every change. (One is enough: it calls the next when it goes.)
    var head: Ticket? {
        guard inFlight < places else { return nil }
        if let live = ready.head(.live) { return ready[live] }
        return running[.bulk, default: 0] < bulkPlaces ? ready.head(.bulk).flatMap { ready[$0] } : nil
    }

    /// Whether it stands in line for a place.
    func isReady(_ ticket: Ticket) -> Bool { readyPlaces[ticket] != nil }

    mutating func arrive(_ claim: ContactClaim, _ urgency: Urgency, for party: Party = .sole) -> Ticket {
        let ticket = newTicket(Line(urgency: urgency, party: party))
        if gate.arrive(ticket, claim) { becomeFree(ticket) }
        return ticket
    }

    /// A tag edit, which may share a call with others.
    mutating func arrive(_ edit: TagEdit, _ urgency: Urgency, for party: Party = .sole) -> Ticket {
        let ticket = newTicket(Line(urgency: urgency, party: party))
        edits[ticket] = edit
        if gate.arrive(ticket, .one(edit.contact)) { becomeFree(ticket) }
        return ticket
    }

    mutating func ask(_ ticket: Ticket, at now: Instant) -> Answer {
        guard ticket == head else { return .wait }
        switch circuit.admit(at: now) {
        case .waitForProbe: return .wait
        case .wait(let instant): return .waitUntil(instant)
        case .go(let isProbe):
            if let place = readyPlaces.removeValue(forKey: ticket) { ready.serve(place) }
            idle.remove(ticket)
            running[ticket.urgency, default: 0] += 1
            return .go(Pass(ticket: ticket, isProbe: isProbe))
        }
    }

    /// The caller waits no longer. Not for edits that are on the board.
    mutating func giveUp(_ ticket: Ticket) {
        idle.remove(ticket)
        edits[ticket] = nil
        leaveLine(ticket)
        release(ticket)
    }

    mutating func end(_ pass: Pass, _ outcome: Circuit<Instant>.Outcome, at now: Instant) {
        running[pass.ticket.urgency, default: 0] -= 1
        circuit.ended(outcome, isProbe: pass.isProbe, at: now)
        // The contact of an edit is free when all of the edit has ended, which may take several calls.
        if !board.holds(pass.ticket) { release(pass.ticket) }
    }

    private mutating func newTicket(_ line: Line) -> Ticket {
        arrived += 1
        let ticket = Ticket(number: arrived, line: line)
        idle.insert(ticket)
        return ticket
    }

    private mutating func becomeFree(_ ticket: Ticket) {
        if let edit = edits.removeValue(forKey: ticket) {
            board.join(ticket, edit, in: ticket.line)
            appointLeader(ticket.line)
        } else {
            getReady(ticket)
        }
    }

    /// Those who come free have waited longer than who arrived after them: their numbers keep the order.
    private mutating func getReady(_ ticket: Ticket) {
        readyPlaces[ticket] = ready.join(ticket, ticket.urgency, for: ticket.line.party, rank: ticket.number)
    }

    private mutating func leaveLine(_ ticket: Ticket) {
        if let place = readyPlaces.removeValue(forKey: ticket) { ready.leave(place) }
    }

    private mutating func appointLeader(_ line: Line) {
        if let leader = board.appointLeader(of: line) { getReady(leader) }
    }

    private mutating func release(_ ticket: Ticket) {
        for free in gate.leave(ticket) { becomeFree(free) }
    }
}

/// Tag edits on the board.
extension Admission {
    typealias Load = TagLoad<Ticket>
    typealias EndedEdit = (ticket: Ticket, result: WaitingEdit.Result)

    /// The leader with this pass has a permit: what its call carries.
    mutating func load(_ pass: Pass) -> Load {
        let load = board.load(for: pass.ticket)
        idle.subtract(load.tickets.values)
        appointLeader(pass.ticket.line)
        return load
    }

    /// Takes in what became of edges of a load. The contacts of the edits that have ended are free.
    mutating func land(_ load: Load, _ outcomes: [TagEdge: EdgeOutcome]) -> [EndedEdit] {
        let ended = board.land(load, outcomes)
        for ticket in load.tickets.values where board.isIdle(ticket) { idle.insert(ticket) }
        for (ticket, _) in ended { release(ticket) }
        for line in Set(load.tickets.values.map(\.line)) { appointLeader(line) }
        return ended
    }

    /// The caller of an edit waits no longer. Nil: a part of it is under way, whose landing ends it.
    mutating func withdraw(_ ticket: Ticket, _ failure: KeapFailure) -> WaitingEdit.Result? {
        guard board.holds(ticket) else {
            giveUp(ticket)
            return .failure(failure)
        }
        leaveLine(ticket)
        let result = board.withdraw(ticket, failure)
        if result != nil {
            idle.remove(ticket)
            release(ticket)
        }
        appointLeader(ticket.line)
        return result
    }
}
