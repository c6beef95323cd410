import ChartMogul
import Keap
import WireFormats

/// A subscription with its bills, and whose it was when.
struct SubscriptionLife: Sendable {
    struct Bill: Sendable {
        var order: OrderID
        var contact: ContactID?
        var item: ItemFacts
        var time: Int64
        /// The end of the period that it is for.
        var end: Int64
        var interval: BillingInterval
        var plan: PlanBody
        /// It begins a trial, and asks for nothing.
        var isTrial: Bool
        var payment: PaymentStanding
    }

    var facts: SubscriptionFacts
    /// In the order of their time.
    var bills: [Bill] = []
    /// Whose it was from when on; the first from the beginning.
    var holders: [(time: Int64, contact: ContactID)] = []

    /// Whose it was at a time.
    func holder(at time: Int64) -> ContactID? { (holders.last { $0.time <= time } ?? holders.first)?.contact }
}

/// What of an order was paid, and when.
struct PaymentStanding: Sendable {
    var isPaid: Bool
    /// When the last of it was paid; nil if that is not known, or it is not paid.
    var paidAt: Int64?
    /// Times of tries that failed.
    var failures: [Int64]

    init(_ order: OrderFacts, currency: String) {
        let total = order.total ?? 0
        let transactions = order.transactions ?? []
        failures = transactions.filter {
            !$0.isSuccessful && !$0.isPending && $0.method != .refund && $0.method != .void
        }
        .compactMap(\.time).sorted()
        let captures = order.standingCaptures.filter { $0.time != nil }.sorted { ($0.time ?? 0) < ($1.time ?? 0) }
        var sum: Int64 = 0
        var reached: Int64?
        for capture in captures where reached == nil {
            sum += capture.amount.flatMap { MinorUnits.units($0, of: currency) } ?? total
            if sum >= total { reached = capture.time }
        }
        isPaid =
            total <= 0 || reached != nil || order.status?.uppercased() == "PAID"
            || order.totalPaid.map { $0 >= total } ?? false
        paidAt = isPaid ? reached ?? captures.last?.time : nil
    }
}

extension OrderFacts {
    /// Successful payments that were not voided.
    var standingCaptures: [TransactionFacts] {
        var captures = (transactions ?? []).filter { $0.isSuccessful && $0.method != .refund && $0.method != .void }
        for void in voids.sorted(by: { ($0.time ?? 0) < ($1.time ?? 0) }) {
            let index =
                captures.firstIndex { $0.payment != nil && $0.payment == void.payment }
                ?? captures.firstIndex { $0.reference != nil && $0.reference == void.reference }
                ?? captures.lastIndex { ($0.time ?? 0) <= (void.time ?? .max) }
            if let index { captures.remove(at: index) }
        }
        return captures
    }

    var voids: [TransactionFacts] { (transactions ?? []).filter { $0.isSuccessful && $0.method == .void } }

    /// Whether all that was paid was voided, and nothing was paid since.
    var isVoided: Bool {
        if let status = status?.uppercased(), status.contains("VOID") || status.contains("CANCEL") { return true }
        return !voids.isEmpty && standingCaptures.isEmpty
    }
}
