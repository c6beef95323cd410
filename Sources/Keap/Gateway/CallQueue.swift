import Clocks
import OutboundAPI
import RateLimits

/// Which waiting call goes next: its contacts must be free, a place among the calls under way too, and the circuit
/// closed. Live calls go before bulk ones; the gyms that share an account take turns, each in the order its calls came.
///
/// Tag edits whose contacts are free wait on the board; only who leads there stands in line.
///
/// Within a party, what has begun is finished before anything else begins, in the order in which it began; so people are
/// complete one by one. Two things leave that order, as far as `Gathering` allows: a new person's tags wait for others to
/// share their calls with, and a change of a contact that Keap has, which takes few calls, goes before longer ones that
/// have not begun.
///
/// A caller that `ask` lets go gets a permit from the budget and `begin`s with it. Only from then on does the call take a
/// place, and only then is it the one that tries whether Keap is back: what waits for its budget, for hours perhaps, keeps
/// neither from any other. Live calls are let go only as far as there are places for them all; a bulk call that finds
/// them taken gives its permit back and stands in line again.
struct CallQueue: Sendable {
    struct Ticket: Hashable, Comparable, Sendable {
        fileprivate let number: UInt64
        /// The number of the first call of its run: what was begun is finished before what came later. Zero: several
        /// runs wait for it.
        let rank: UInt64
        let line: Line
        /// Whether its run begins with it.
        let isFirst: Bool
        /// It names a contact that Keap has.
        let isKnown: Bool

        var urgency: Urgency { line.urgency }

        /// Its place among its party's calls: a lower one goes first.
        ///
        /// - Parameter isOvertaking: it goes before others of which nothing has begun either.
        fileprivate func position(isOvertaking: Bool = false) -> UInt64 {
            isFirst ? rank | 1 << (isOvertaking ? 62 : 63) : rank
        }

        /// Who goes first.
        static func < (a: Self, b: Self) -> Bool {
            a.urgency == b.urgency ? (a.rank, a.number) < (b.rank, b.number) : a.urgency == .live
        }
    }

    /// Those among whom the first to come is the first to go.
    struct Line: Hashable, Sendable {
        let urgency: Urgency
        let party: BudgetShare
    }

    /// Edits that are led by one of their own: so no run that has begun stands behind one that has not.
    struct Group: Hashable, Sendable {
        let line: Line
        let hasBegun: Bool
    }

    /// The right to go on. Given back once: by `end` with what became of the call, or by `stepBack`.
    struct Pass: Equatable, Sendable {
        let ticket: Ticket
        /// Its place among its party's calls that wait for a permit: a lower one goes first.
        let position: UInt64
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

    /// First calls of runs on their way to a permit. More would only settle early which goes next.
    private static var mostApproaching: Int { 8 }

    private let places: Int
    private let bulkPlaces: Int
    private let probes: SharedHalfOpenGate
    private let account: Int
    private var successesSeen = 0
    private(set) var gate = ContactLocks<Ticket>()
    private(set) var circuit = CircuitBreaker()
    /// Those whose contacts are free, and who lead if they are edits.
    private(set) var ready = WeightedRoundRobin<Ticket>()
    private var readyPlaces: [Ticket: WeightedRoundRobin<Ticket>.Place] = [:]
    /// Of those, first calls that name a contact that Keap has, in their order.
    private var known: [Line: [Ticket]] = [:]
    /// On their way to a permit.
    private var approaching: [Urgency: Int] = [:]
    /// Of those, first calls of runs.
    private var approachingFirst: [Urgency: Int] = [:]
    private var running: [Urgency: Int] = [:]
    private var arrived: UInt64 = 0
    /// Edits whose contacts are not free yet.
    private var edits: [Ticket: (edit: TagEdit, mayGather: Bool)] = [:]
    private(set) var board = TagBatcher<Ticket, Group>()
    /// Of lines with calls that wait.
    private(set) var gatherings: [Line: Gathering] = [:]
    /// Tickets nothing of which is under way.
    private var idle: Set<Ticket> = []

    init(places: Int, probes: SharedHalfOpenGate = SharedHalfOpenGate()) {
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
            && approaching.values.allSatisfy { $0 == 0 } && approachingFirst.values.allSatisfy { $0 == 0 }
            && ready.isEmpty && readyPlaces.isEmpty && known.isEmpty && gatherings.isEmpty
    }

    /// The ticket to call after every change. (One is enough: it calls the next when it goes.)
    var head: Ticket? {
        let live = approaching[.live, default: 0]
        let bulk = approaching[.bulk, default: 0]
        // While it is unknown whether Keap is back, one of either kind is enough to find out.
        if inFlight + live < places, isClosed || live == 0, let next = next(.live) { return next }
        guard inFlight + live + bulk < places, running[.bulk, default: 0] + bulk < bulkPlaces, isClosed || bulk == 0
        else { return nil }
        return next(.bulk)
    }

    private var isClosed: Bool { if case .closed = circuit.state { true } else { false } }

    private func next(_ urgency: Urgency) -> Ticket? {
        guard let first = ready.head(urgency).flatMap({ ready[$0] }) else { return nil }
        guard first.isFirst else { return first }
        guard approachingFirst[urgency, default: 0] < Self.mostApproaching else { return nil }
        // In an outage each in its turn tries whether Keap is back: calls that keep failing must not go before those that
        // would go well.
        return (isClosed ? overtaking(first) : nil) ?? first
    }

    /// A short change that goes before this one, of which nothing has begun.
    private func overtaking(_ first: Ticket) -> Ticket? {
        guard !first.isKnown, let short = known[first.line]?.first, let gathering = gatherings[first.line] else {
            return nil
        }
        let held = board.firstHeld(of: Group(line: first.line, hasBegun: true))
        let latest = min(first.rank, held?.rank ?? .max)
        return gathering.mayOvertake(latest) ? short : nil
    }

    /// Whether it stands in line for a place.
    func isReady(_ ticket: Ticket) -> Bool { readyPlaces[ticket] != nil }

    /// - Parameter rank: that of the first call of its run, if it is not the first.
    mutating func arrive(
        _ claim: ContactClaim, _ urgency: Urgency, for party: BudgetShare = .sole, rank: UInt64? = nil
    ) -> Ticket {
        let isKnown = if case .one = claim { true } else { false }
        let ticket = newTicket(Line(urgency: urgency, party: party), rank, isKnown: isKnown)
        if gate.arrive(ticket, claim) { becomeFree(ticket) }
        return ticket
    }

    /// A tag edit, which may share a call with others.
    ///
    /// - Parameter mayGather: it may wait for others to share a call with.
    mutating func arrive(
        _ edit: TagEdit, _ urgency: Urgency, for party: BudgetShare = .sole, rank: UInt64? = nil,
        mayGather: Bool = false
    ) -> Ticket {
        let ticket = newTicket(Line(urgency: urgency, party: party), rank, isKnown: true)
        edits[ticket] = (edit, mayGather && !ticket.isFirst)
        if gate.arrive(ticket, .one(edit.contact)) { becomeFree(ticket) }
        return ticket
    }

    mutating func ask(_ ticket: Ticket, at now: Instant) -> Answer {
        if board.isHeld(ticket) {
            if let end = gatherings[ticket.line]?.quietUntil, now < end { return .waitUntil(end) }
            board.release(ticket)
            settle(ticket.line)
        }
        guard ticket == head else { return .wait }
        switch circuit.opening(at: now) {
        case .waitForProbe: return .wait
        case .wait(let instant): return .waitUntil(instant)
        case .go(let isProbe):
            if isProbe, let turn = turn(at: now) { return .waitUntil(turn) }
            let isOvertaking = ready.head(ticket.urgency).flatMap { ready[$0] } != ticket
            leaveLine(ticket, isServed: true)
            approach(ticket, 1)
            return .go(Pass(ticket: ticket, position: ticket.position(isOvertaking: isOvertaking)))
        }
    }

    /// The call has its permit. False: it cannot go after all, gives the permit back, and stands in line again.
    ///
    /// - Parameter callsSoon: how many more calls of its line may begin within the next few seconds.
    mutating func begin(_ pass: inout Pass, callsSoon: Int = 0, at now: Instant) -> Bool {
        let urgency = pass.ticket.urgency
        approach(pass.ticket, -1)
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
        gatherings[pass.ticket.line]?.began(at: now, callsSoon: callsSoon)
        // What a call of the board's carries is known when it is loaded.
        if !board.holds(pass.ticket) {
            gatherings[pass.ticket.line]?.madeCall()
            gatherings[pass.ticket.line]?.served(pass.ticket.rank)
            settle(pass.ticket.line)
        }
        return true
    }

    private mutating func approach(_ ticket: Ticket, _ count: Int) {
        approaching[ticket.urgency, default: 0] += count
        if ticket.isFirst { approachingFirst[ticket.urgency, default: 0] += count }
        gatherings[ticket.line, default: Gathering(ticket.urgency)].standing += count
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
    mutating func stepBack(_ pass: Pass) {
        approach(pass.ticket, -1)
        settle(pass.ticket.line)
    }

    /// The caller waits no longer. Not for edits that are on the board.
    mutating func giveUp(_ ticket: Ticket) {
        idle.remove(ticket)
        edits[ticket] = nil
        leaveLine(ticket)
        settle(ticket.line)
        release(ticket)
    }

    mutating func end(_ pass: Pass, _ outcome: CircuitBreaker.Outcome, at now: Instant) {
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

    /// See `CircuitBreaker.mustProbeHealth`.
    mutating func mustProbeHealth() -> Bool { circuit.mustProbeHealth() }
    mutating func hasProbedHealth() { circuit.hasProbedHealth() }

    private mutating func newTicket(_ line: Line, _ rank: UInt64?, isKnown: Bool) -> Ticket {
        arrived += 1
        let ticket = Ticket(
            number: arrived, rank: rank ?? arrived, line: line, isFirst: rank == nil, isKnown: isKnown)
        idle.insert(ticket)
        return ticket
    }

    private mutating func becomeFree(_ ticket: Ticket) {
        if let (edit, mayGather) = edits.removeValue(forKey: ticket) {
            board.join(ticket, edit, in: Group(line: ticket.line, hasBegun: !ticket.isFirst))
            if edit.direction == .apply {
                let areShared = gatherings[ticket.line, default: Gathering(ticket.urgency)].areShared(edit.tags)
                if mayGather, areShared { board.hold(ticket) }
            }
            settle(ticket.line)
        } else {
            getReady(ticket)
        }
    }

    /// Those who come free have waited longer than who arrived after them: their ranks keep the order.
    private mutating func getReady(_ ticket: Ticket) {
        readyPlaces[ticket] = ready.join(ticket, ticket.urgency, for: ticket.line.party, rank: ticket.position())
        gatherings[ticket.line, default: Gathering(ticket.urgency)].standing += 1
        guard ticket.isFirst, ticket.isKnown else { return }
        let later = known[ticket.line]?.lastIndex { $0 < ticket }
        known[ticket.line, default: []].insert(ticket, at: later.map { $0 + 1 } ?? 0)
    }

    private mutating func leaveLine(_ ticket: Ticket, isServed: Bool = false) {
        guard let place = readyPlaces.removeValue(forKey: ticket) else { return }
        if isServed { ready.serve(place) } else { ready.leave(place) }
        gatherings[ticket.line]?.standing -= 1
        guard let index = known[ticket.line]?.firstIndex(of: ticket) else { return }
        known[ticket.line]?.remove(at: index)
        if known[ticket.line]?.isEmpty == true { known[ticket.line] = nil }
    }

    /// To be called after every change of what waits in a line: an edit that must not wait any longer leads, and a line
    /// in which nothing waits begins anew.
    private mutating func settle(_ line: Line) {
        let begun = Group(line: line, hasBegun: true)
        if !board.hasLeader(begun), let held = board.firstHeld(of: begun) {
            let company = board.company(of: held)
            if gatherings[line]?.mayWait(held.rank, company: company) != true {
                gatherings[line]?.released(with: company)
                board.release(held)
            }
        }
        for group in [begun, Group(line: line, hasBegun: false)] {
            if let leader = board.appointLeader(of: group) { getReady(leader) }
        }
        if gatherings[line]?.standing == 0, board.firstHeld(of: begun) == nil { gatherings[line] = nil }
    }

    private mutating func release(_ ticket: Ticket) {
        for free in gate.leave(ticket) { becomeFree(free) }
    }
}

/// Tag edits on the board.
extension CallQueue {
    typealias Load = TagBatch<Ticket>
    typealias EndedEdit = (ticket: Ticket, result: PendingTagEdit.Result)

    /// The leader with this pass has a permit: what its call carries.
    mutating func load(_ pass: Pass) -> Load {
        let load = board.load(for: pass.ticket)
        idle.subtract(load.tickets.values)
        gatherings[pass.ticket.line]?.madeCall()
        for ticket in board.noteFirstCalls(of: load) { gatherings[ticket.line]?.served(ticket.rank) }
        settle(pass.ticket.line)
        return load
    }

    /// Takes in what became of edges of a load. The contacts of the edits that have ended are free.
    mutating func land(_ load: Load, _ outcomes: [TagEdge: EdgeOutcome]) -> [EndedEdit] {
        let ended = board.land(load, outcomes)
        for ticket in load.tickets.values where board.isIdle(ticket) { idle.insert(ticket) }
        for (ticket, _) in ended { release(ticket) }
        for line in Set(load.tickets.values.map(\.line)) { settle(line) }
        return ended
    }

    /// The caller of an edit waits no longer. Nil: a part of it is under way, whose landing ends it.
    mutating func withdraw(_ ticket: Ticket, _ failure: KeapFailure) -> PendingTagEdit.Result? {
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
        settle(ticket.line)
        return result
    }
}
