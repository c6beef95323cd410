import OutboundAPI
import RateLimits

/// How far the newest call that names a contact has come.
package enum CallStage: Equatable, Sendable {
    /// Other calls that name the contact have to end first.
    case behindOthers
    /// Its tags wait for a permit, together with so many edits of other contacts.
    case gathering(others: Int)
    /// It waits for a place, or for the circuit to close.
    case inLine
    /// It waits for a permit of its own, or for Keap's answer.
    case underWay
}

extension CallQueue {
    /// How many calls stand in line before one of this party that came now.
    func before(_ party: BudgetShare, _ urgency: Urgency) -> Int { ready.before(party, urgency) }

    /// How many calls of a line wait for a slot or for a permit. Tag edits that share a call count once.
    func standing(_ line: Line) -> Int { gatherings[line]?.standing ?? 0 }

    /// Nil if no call names the contact.
    func stage(of contact: ContactID) -> CallStage? {
        guard let ticket = gate.newest(naming: contact) else { return nil }
        if gate.isHeldUp(ticket) { return .behindOthers }
        if isReady(ticket) { return .inLine }
        return board.isIdle(ticket) && !board.leads(ticket) ? .gathering(others: board.count - 1) : .underWay
    }
}
