/// The contacts that a call names.
enum ContactClaim: Equatable, Sendable {
    case none
    case one(ContactID)
    /// One tag put on, or taken off, many contacts.
    case bulk([ContactID], TagID, TagDirection)

    var contacts: [ContactID] {
        switch self {
        case .none: []
        case .one(let contact): [contact]
        case .bulk(let contacts, _, _): contacts
        }
    }

    /// Whether both may be under way at once although they name the same contact: bulk tag calls of one direction may,
    /// if their tags differ, because their order does not matter then.
    func mayOverlap(_ other: ContactClaim) -> Bool {
        guard case .bulk(_, let tag, let direction) = self, case .bulk(_, let otherTag, let otherDirection) = other
        else {
            return false
        }
        return direction == otherDirection && tag != otherTag
    }
}

enum TagDirection: Sendable { case apply, remove }

/// Keeps calls that name the same contact apart, in the order they came.
///
/// A claim joins the lines of all its contacts at once, and goes once none that must go first is left in any of them.
/// As all lines have the order of arrival, no two claims can wait for each other.
struct ContactLocks<Ticket: Hashable & Sendable>: Sendable {
    private var claims: [Ticket: ContactClaim] = [:]
    /// What is under way or waits, per contact, oldest first. A contact with neither has no line.
    private var lines: [ContactID: [Ticket]] = [:]
    /// How many tickets are in a waiting ticket's way. A ticket that may go is not listed.
    private var obstacles: [Ticket: Int] = [:]

    var isEmpty: Bool { claims.isEmpty && lines.isEmpty && obstacles.isEmpty }

    /// What is under way or waits and names one of these, each once: of each contact oldest first.
    func naming(_ contacts: [ContactID]) -> [Ticket] { contacts.flatMap { lines[$0] ?? [] }.distinct }

    /// Nil once the ticket has left.
    func claim(of ticket: Ticket) -> ContactClaim? { claims[ticket] }

    func isBlocked(_ ticket: Ticket) -> Bool { obstacles[ticket] != nil }

    /// - Returns: whether the ticket may go at once; otherwise a later `leave` names it.
    mutating func arrive(_ ticket: Ticket, _ claim: ContactClaim) -> Bool {
        precondition(claims[ticket] == nil, "a ticket arrives once")
        claims[ticket] = claim
        var inTheWay = 0
        for contact in Set(claim.contacts) {
            inTheWay += lines[contact, default: []].count { !overlaps($0, claim) }
            lines[contact, default: []].append(ticket)
        }
        if inTheWay > 0 { obstacles[ticket] = inTheWay }
        return inTheWay == 0
    }

    /// The ticket's call has ended, or its caller gave up waiting.
    ///
    /// - Returns: the tickets that may go now, oldest first.
    mutating func leave(_ ticket: Ticket) -> [Ticket] {
        guard let claim = claims.removeValue(forKey: ticket) else { return [] }
        obstacles[ticket] = nil
        var free: [Ticket] = []
        // In the order named, so that the same calls always give the same order.
        var left: Set<ContactID> = []
        for contact in claim.contacts where left.insert(contact).inserted {
            guard var line = lines[contact], let place = line.firstIndex(of: ticket) else { continue }
            for later in line[(place + 1)...] where !overlaps(later, claim) {
                if clearOne(inTheWayOf: later) { free.append(later) }
            }
            line.remove(at: place)
            lines[contact] = line.isEmpty ? nil : line
        }
        return free
    }

    private func overlaps(_ ticket: Ticket, _ claim: ContactClaim) -> Bool {
        claims[ticket]?.mayOverlap(claim) ?? false
    }

    private mutating func clearOne(inTheWayOf ticket: Ticket) -> Bool {
        guard let count = obstacles[ticket] else { return false }
        obstacles[ticket] = count == 1 ? nil : count - 1
        return count == 1
    }
}
