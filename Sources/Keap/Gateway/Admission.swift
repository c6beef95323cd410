import LockstepLimits

/// Which waiting call goes next: its contacts must be free, a place among the calls under way too, and the circuit
/// closed. Live calls go before bulk ones; the gyms that share an account take turns, each in the order its calls came.
///
/// Tag edits whose contacts are free wait on the board; only who leads there stands in line.
///
/// Whoever `ask` lets go asks the budget for a permit, and `begin`s with it. Only from then on does the call take a place,
/// and only then is it the one that tries whether Keap is back: what waits for its budget, for hours perhaps, keeps
/// neither from anybody. Live calls are let go only as far as there are places for them all; a bulk call that finds
/// them taken gives its permit back and stands in line again.
struct Admission<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    struct Ticket: Hashable, Comparable, Sendable {
        fileprivate let number: UInt64
        /// The number of the first call of its run: what was begun is finished before what came later.
        let rank: UInt64
        let line: Line

        var urgency: Urgency { line.urgency }

        /// Who goes first.
        static func < (a: Self, b: Self) -> Bool {
            a.urgency == b.urgency ? (a.rank, a.number) < (b.rank, b.number) : a.urgency == .live
        }
    }

    /// Those among whom the first to come is the first to go.
    struct Line: Hashable, Sendable {
        let urgency: Urgency
        let party: Party
    }

    /// The right to go on. Given back once: by `end` with what became of the call, or by `stepBack`.
    struct Pass: Equatable, Sendable {
        let ticket: Ticket
        /// Known once it has begun.
        var isProbe = false
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
    private let probes: SharedProbes<Instant>
    private let account: Int
    private var successesSeen = 0
    private(set) var gate = ContactGate<Ticket>()
    private(set) var circuit = Circuit<Instant>()
    /// Those whose contacts are free, and who lead if they are edits.
    private(set) var ready = FairLine<Ticket>()
    private var readyPlaces: [Ticket: FairLine<Ticket>.Place] = [:]
    /// On their way to a permit.
    private var approaching: [Urgency: Int] = [:]
    private var running: [Urgency: Int] = [:]
    private var arrived: UInt64 = 0
    /// Edits whose contacts are not free yet.
    private var edits: [Ticket: TagEdit] = [:]
    private(set) var board = TagBoard<Ticket, Line>()
    /// Tickets nothing of which is under way.
    private var idle: Set<Ticket> = []

    init(places: Int, probes: SharedProbes<Instant> = SharedProbes()) {
        precondition(places >= 1, "with no place no call could ever be made")
        self.places = places
        self.probes = probes
        account = probes.with { $0.join() }
        bulkPlaces = max(1, places * 3 / 4)
    }

    /// Calls that have begun.
    var inFlight: Int { running.values.reduce(0, +) }
    var waiting: Int { idle.count }
    var isIdle: Bool {
        gate.isEmpty && board.isEmpty && edits.isEmpty && idle.isEmpty && inFlight == 0
            && approaching.values.allSatisfy { $0 == 0 } && ready.isEmpty && readyPlaces.isEmpty
    }

    /// The ticket to call after every change. (One is enough: it calls the next when it goes.)
    var head: Ticket? {
        let live = approaching[.live, default: 0]
        let bulk = approaching[.bulk, default: 0]
        // While nobody knows whether Keap is back, one of either kind is enough to find out.
        let isClosed = if case .closed = circuit.state { true } else { false }
        if inFlight + live < places, isClosed || live == 0, let first = ready.head(.live) { return ready[first] }
        guard inFlight + live + bulk < places, running[.bulk, default: 0] + bulk < bulkPlaces, isClosed || bulk == 0
        else { return nil }
        return ready.head(.bulk).flatMap { ready[$0] }
    }

    /// Whether it stands in line for a place.
    func isReady(_ ticket: Ticket) -> Bool { readyPlaces[ticket] != nil }

    /// - Parameter rank: that of the first call of its run, if it is not the first.
    mutating func arrive(
        _ claim: ContactClaim, _ urgency: Urgency, for party: Party = .sole, rank: UInt64? = nil
    ) -> Ticket {
        let ticket = newTicket(Line(urgency: urgency, party: party), rank)
        if gate.arrive(ticket, claim) { becomeFree(ticket) }
        return ticket
    }

    /// A tag edit, which may share a call with others.
    mutating func arrive(
        _ edit: TagEdit, _ urgency: Urgency, for party: Party = .sole, rank: UInt64? = nil
    ) -> Ticket {
        let ticket = newTicket(Line(urgency: urgency, party: party), rank)
        edits[ticket] = edit
        if gate.arrive(ticket, .one(edit.contact)) { becomeFree(ticket) }
        return ticket
    }

    mutating func ask(_ ticket: Ticket, at now: Instant) -> Answer {
        guard ticket == head else { return .wait }
        switch circuit.opening(at: now) {
        case .waitForProbe: return .wait
        case .wait(let instant): return .waitUntil(instant)
        case .go(let isProbe):
            if isProbe, let turn = turn(at: now) { return .waitUntil(turn) }
            leaveLine(ticket, isServed: true)
            approaching[ticket.urgency, default: 0] += 1
            return .go(Pass(ticket: ticket))
        }
    }

    /// The call has its permit. False: it cannot go after all, gives the permit back, and stands in line again.
    mutating func begin(_ pass: inout Pass, at now: Instant) -> Bool {
        let urgency = pass.ticket.urgency
        approaching[urgency, default: 0] -= 1
        let isFull =
            urgency == .live
            ? inFlight >= places
            : inFlight + approaching[.live, default: 0] >= places || running[.bulk, default: 0] >= bulkPlaces
        guard !isFull, let isProbe = admit(at: now) else {
            getReady(pass.ticket)
            return false
        }
        pass.isProbe = isProbe
        idle.remove(pass.ticket)
        running[urgency, default: 0] += 1
        return true
    }

    /// When the accounts that share the budget let this one try; nil is now.
    private func turn(at now: Instant) -> Instant? {
        probes.with { [account, successesSeen] in $0.opening(for: account, seen: successesSeen, at: now) }
    }

    /// Nil: it must wait; else whether it is a probe.
    private mutating func admit(at now: Instant) -> Bool? {
        guard case .go(let isProbe) = circuit.opening(at: now) else { return nil }
        if isProbe {
            let hasTurn = probes.with { [account, successesSeen] turns in
                guard turns.opening(for: account, seen: successesSeen, at: now) == nil else { return false }
                turns.begin(account, at: now)
                return true
            }
            guard hasTurn else { return nil }
            successesSeen = probes.with(\.successes)
            _ = circuit.admit(at: now)
        }
        return isProbe
    }

    /// There is no permit for it. It waits no longer, or is told to `withdraw`.
    mutating func stepBack(_ pass: Pass) { approaching[pass.ticket.urgency, default: 0] -= 1 }

    /// The caller waits no longer. Not for edits that are on the board.
    mutating func giveUp(_ ticket: Ticket) {
        idle.remove(ticket)
        edits[ticket] = nil
        leaveLine(ticket)
        release(ticket)
    }

    mutating func end(_ pass: Pass, _ outcome: Circuit<Instant>.Outcome, at now: Instant) {
        running[pass.ticket.urgency, default: 0] -= 1
        if case .closed = circuit.state { successesSeen = probes.with(\.successes) }
        circuit.ended(outcome, isProbe: pass.isProbe, at: now)
        if pass.isProbe, outcome == .success {
            probes.with { $0.succeeded() }
            successesSeen = probes.with(\.successes)
        }
        // The contact of an edit is free when all of the edit has ended, which may take several calls.
        if !board.holds(pass.ticket) { release(pass.ticket) }
    }

    /// See `Circuit.mustAskSomebodyElse`.
    mutating func mustAskSomebodyElse() -> Bool { circuit.mustAskSomebodyElse() }
    mutating func hasAsked() { circuit.hasAsked() }

    private mutating func newTicket(_ line: Line, _ rank: UInt64?) -> Ticket {
        arrived += 1
        let ticket = Ticket(number: arrived, rank: rank ?? arrived, line: line)
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

    /// Those who come free have waited longer than who arrived after them: their ranks keep the order.
    private mutating func getReady(_ ticket: Ticket) {
        readyPlaces[ticket] = ready.join(ticket, ticket.urgency, for: ticket.line.party, rank: ticket.rank)
    }

    private mutating func leaveLine(_ ticket: Ticket, isServed: Bool = false) {
        guard let place = readyPlaces.removeValue(forKey: ticket) else { return }
        if isServed { ready.serve(place) } else { ready.leave(place) }
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
