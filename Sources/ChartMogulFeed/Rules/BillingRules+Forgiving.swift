import Connectors
import Keap
import WireFormats

extension BillingRules {
    /// Whether an end that Keap does not show any more is none, rather than one that a later bill followed: the
    /// subscription goes on within the period that was billed.
    ///
    /// - Parameter time: when Keap showed it without the end.
    func isTakenBack(_ end: Int64, of version: SubscriptionVersion, _ life: SubscriptionLife, at time: Int64) -> Bool {
        let billed = life.bills.filter { $0.time < end }
        guard let last = billed.last else { return true }
        if isForFailedPayment(last, end, version) {
            if settings.paidLater == .reactivate { return false }
            // One that was paid in time is forgiven for that.
            if last.payment.isPaid { return false }
        }
        return time <= billed.reduce(last.end) { max($0, $1.end) }
    }

    /// The bill whose payment after an end takes the end back.
    func forgivingBill(_ end: Int64, of version: SubscriptionVersion, _ life: SubscriptionLife) -> SubscriptionLife
        .Bill?
    {
        guard settings.paidLater == .forgive, let bill = life.bills.last(where: { $0.time < end }),
            let paid = bill.payment.paidAt, paid > end, isForFailedPayment(bill, end, version) || isLiveAgain(life)
        else { return nil }
        let days = calendar.day(of: paid).daysSince1970 - calendar.day(of: end).daysSince1970
        return days <= settings.forgiveDays ? bill : nil
    }

    /// Whether the last bill before an end was not paid by then, and that seems to be why it ended.
    private func isForFailedPayment(_ bill: SubscriptionLife.Bill, _ end: Int64, _ version: SubscriptionVersion) -> Bool
    {
        if bill.payment.isPaid, bill.payment.paidAt ?? .min <= end { return false }
        if bill.payment.failures.contains(where: { $0 <= bill.payment.paidAt ?? .max }) { return true }
        let reason = version.reasonStopped?.lowercased() ?? ""
        return ["charge", "payment", "declin", "fail", "card"].contains { reason.contains($0) }
    }

    private func isLiveAgain(_ life: SubscriptionLife) -> Bool {
        guard let newest = life.facts.newest, life.facts.goneSince == nil else { return false }
        return newest.isActive && newest.end.map { calendar.midnight(of: $0) > now } ?? true
    }

    func noteForgiven(_ life: SubscriptionLife, _ bill: SubscriptionLife.Bill, _ notes: inout [AttentionNote]) {
        notes.append(
            AttentionNote(
                "Order \(bill.order) was paid after subscription \(life.facts.id) had ended for want of it, so ChartMogul "
                    + "shows the subscription as going on. If it has ended, give it a later end date in Keap.",
                field: "active", value: "false"))
    }
}
