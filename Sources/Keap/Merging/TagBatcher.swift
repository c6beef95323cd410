/// Tag edits that wait, and which of them go together. What a call carries is decided when its permit is there, not
/// before: until then, whatever arrives can still join.
///
/// Of the edits that wait in one line (live or bulk, say), one *leads*: it asks for a permit, and the call that it then makes
/// carries edges of its own and all others that fit. No other call takes a leader's edges, so that no permit comes to an
/// empty batcher. The one that came first leads next: while no call that names its contact is under way, an edge waits for no
/// more permits of its line than there were edges before it.
///
/// A contact has at most one edit here that is not set aside; `ContactLocks` sees to that.
struct TagBatcher<Ticket: Hashable & Comparable & Sendable, Line: Hashable & Sendable>: Sendable {
    private var edits: [Ticket: PendingTagEdit] = [:]
    private var lines: [Ticket: Line] = [:]
    private var leaders: [Line: Ticket] = [:]
    /// Edits that do not lead, since they wait for others to share their calls with.
    private var held: Set<Ticket> = []
    /// Edits that are in no call before they are brought back: others' calls name their contacts.
    private var asides: Set<Ticket> = []
    /// Edits none of whose edges was ever in a call.
    private var fresh: Set<Ticket> = []
    private var batch = BatchSize()

    var isEmpty: Bool {
        edits.isEmpty && lines.isEmpty && leaders.isEmpty && held.isEmpty && asides.isEmpty && fresh.isEmpty
    }

    var count: Int { edits.count }

    func holds(_ ticket: Ticket) -> Bool { edits[ticket] != nil }

    /// Whether all that is left of an edit waits.
    func isIdle(_ ticket: Ticket) -> Bool { edits[ticket]?.flight == PendingTagEdit.Flight.none }

    func leads(_ ticket: Ticket) -> Bool { lines[ticket].map { leaders[$0] == ticket } ?? false }

    func hasLeader(_ line: Line) -> Bool { leaders[line] != nil }

    // MARK: Waiting for others

    func isHeld(_ ticket: Ticket) -> Bool { held.contains(ticket) }

    func firstHeld(of line: Line) -> Ticket? { held.lazy.filter { lines[$0] == line }.min() }

    /// It goes along with others' calls, but does not lead until it is released.
    mutating func hold(_ ticket: Ticket) { held.insert(ticket) }

    mutating func release(_ ticket: Ticket) { held.remove(ticket) }

    /// How many edits wait for the tags that this one waits for; of each tag as many at least.
    func company(of ticket: Ticket) -> Int {
        guard let edit = edits[ticket] else { return 0 }
        var counts = Dictionary(edit.waiting.map { ($0, 0) }) { first, _ in first }
        for other in edits.values where other.edit.direction == edit.edit.direction {
            for tag in other.waiting where counts[tag] != nil { counts[tag, default: 0] += 1 }
        }
        return counts.values.min() ?? 0
    }

    /// The edits that are in a call for the first time with this load.
    mutating func noteFirstCalls(of load: TagBatch<Ticket>) -> [Ticket] {
        load.tickets.values.filter { fresh.remove($0) != nil }
    }

    // MARK: Making way for others

    /// Nothing of it may be under way.
    mutating func setAside(_ ticket: Ticket) {
        guard holds(ticket) else { return }
        stepDown(ticket)
        held.remove(ticket)
        asides.insert(ticket)
    }

    mutating func bringBack(_ ticket: Ticket) { asides.remove(ticket) }

    // MARK: What becomes of an edit

    mutating func join(_ ticket: Ticket, _ edit: TagEdit, in line: Line) {
        precondition(edits[ticket] == nil, "a ticket joins once")
        edits[ticket] = PendingTagEdit(edit)
        lines[ticket] = line
        fresh.insert(ticket)
    }

    /// Makes the edit that came first, and is not held, the leader of a line that has none. Nil: it has one, or none
    /// waits.
    mutating func appointLeader(of line: Line) -> Ticket? {
        guard leaders[line] == nil else { return nil }
        // A contact with a call under way may have all it wants once that has ended.
        let idle = lines.filter {
            $0.value == line && isIdle($0.key) && !held.contains($0.key) && !asides.contains($0.key)
        }
        leaders[line] = idle.keys.min()
        return leaders[line]
    }

    /// The leader has its permit: the call that serves it and most others.
    mutating func formBatch(for leader: Ticket) -> TagBatch<Ticket> {
        guard let edit = edits[leader], leads(leader) else { preconditionFailure("only a leader forms a batch") }
        stepDown(leader)
        let call = bestCall(for: leader, edit)
        let named = Set(call.edges.map(\.contact))
        var tickets: [ContactID: Ticket] = [:]
        for (ticket, edit) in edits where named.contains(edit.edit.contact) && !asides.contains(ticket) {
            tickets[edit.edit.contact] = ticket
        }
        for ticket in tickets.values { edits[ticket]!.dispatch(in: call) }
        held.subtract(tickets.values)
        return TagBatch(direction: edit.edit.direction, call: call, tickets: tickets)
    }

    /// Takes in what became of edges that were dispatched: all of a call, or those of some of its contacts.
    ///
    /// - Returns: the edits that have ended, and so have left the batcher, in the order they came.
    mutating func complete(
        _ load: TagBatch<Ticket>, _ outcomes: [TagEdge: EdgeOutcome]
    ) -> [(ticket: Ticket, result: PendingTagEdit.Result)] {
        if outcomes.values.contains(where: \.isUnclear) {
            batch.unclear(load.tickets.count)
        } else if outcomes.values.contains(where: \.isAnswer) {
            batch.succeeded(load.tickets.count)
        }
        var byTicket: [Ticket: [TagID: EdgeOutcome]] = [:]
        for (edge, outcome) in outcomes { byTicket[load.tickets[edge.contact]!, default: [:]][edge.tag] = outcome }
        return byTicket.keys.sorted().compactMap { ticket in
            edits[ticket]!.complete(byTicket[ticket]!)
            return leave(ticket).map { (ticket, $0) }
        }
    }

    /// The caller waits no longer: what is not under way fails with `failure`.
    ///
    /// - Returns: how the edit ended; nil if a part of it is under way, whose completion then ends it.
    mutating func withdraw(_ ticket: Ticket, _ failure: KeapFailure) -> PendingTagEdit.Result? {
        precondition(holds(ticket), "only an edit that waits or runs is withdrawn")
        stepDown(ticket)
        edits[ticket]!.giveUp(failure)
        return leave(ticket)
    }

    private mutating func leave(_ ticket: Ticket) -> PendingTagEdit.Result? {
        guard let result = edits[ticket]?.result else { return nil }
        edits[ticket] = nil
        lines[ticket] = nil
        held.remove(ticket)
        asides.remove(ticket)
        fresh.remove(ticket)
        return result
    }

    private mutating func stepDown(_ ticket: Ticket) {
        if leads(ticket), let line = lines[ticket] { leaders[line] = nil }
    }

    /// Of the calls of the least plan that name the leader, the one that carries most.
    private func bestCall(for leader: Ticket, _ edit: PendingTagEdit) -> TagCall {
        var best: TagCall?
        for call in CallCover(graph(around: leader, edit), cap: batch.current).calls where call.names(edit.edit.contact)
        {
            // The first of equals, so that the same edits always gives the same call.
            if call.edges.count > best?.edges.count ?? 0 { best = call }
        }
        guard let best else { preconditionFailure("a plan covers every edge") }
        return best
    }

    /// All that may go with the leader's edges, or with what goes with those, and so on: the rest has no bearing on
    /// its call. The leader first, then the others in their order, since the first to come is in the first of several
    /// calls of a tag.
    private func graph(around leader: Ticket, _ edit: PendingTagEdit) -> EditGraph {
        var graph = EditGraph()
        graph.add(edit.edit.contact, edit.waiting)
        guard !edit.isUnbatchable else { return graph }
        let others = edits.filter { ticket, other in
            other.edit.direction == edit.edit.direction && !other.waiting.isEmpty && other.flight != .contact
                && !other.isUnbatchable && ticket != leader && !leads(ticket) && !asides.contains(ticket)
        }
        var waiters: [TagID: [Ticket]] = [:]
        for (ticket, other) in others {
            for tag in other.waiting { waiters[tag, default: []].append(ticket) }
        }
        var reached: Set<Ticket> = []
        var known = Set(edit.waiting)
        var tags = edit.waiting
        while let tag = tags.popLast() {
            for ticket in waiters[tag] ?? [] where reached.insert(ticket).inserted {
                tags += others[ticket]!.waiting.filter { known.insert($0).inserted }
            }
        }
        for ticket in reached.sorted() { graph.add(others[ticket]!.edit.contact, others[ticket]!.waiting) }
        return graph
    }
}
