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

extension KeapCallQueue {
    /// Nil if no call names the contact.
    func stage(of contact: ContactID) -> CallStage? {
        let tickets = locks.naming([contact])
        guard let ticket = tickets.last(where: { $0.urgency == .live }) ?? tickets.last else { return nil }
        if locks.isBlocked(ticket) { return .behindOthers }
        if isWaiting(ticket) { return .inLine }
        return batcher.isIdle(ticket) && !batcher.leads(ticket) ? .gathering(others: batcher.count - 1) : .underWay
    }
}
