package import Keap
package import WireFormats

/// A subscription as it was read.
package struct SubscriptionVersion: Hashable, Sendable {
    package var modified: Int64?
    /// When it was first read so.
    package var readAt: Int64
    package var contact: ContactID?
    package var product: ProductID?
    package var plan: SubscriptionPlanID?
    package var isActive: Bool
    package var cycle: BillingCycle?
    package var frequency: Int64?
    package var start: CivilDay?
    package var lastBill: CivilDay?
    package var nextBill: CivilDay?
    package var end: CivilDay?
    package var reasonStopped: String?

    package init(_ subscription: KeapSubscription, readAt: Int64) {
        modified = subscription.modified
        self.readAt = readAt
        (contact, product, plan) = (subscription.contact, subscription.product, subscription.plan)
        (isActive, cycle, frequency) = (subscription.isActive, subscription.cycle, subscription.frequency)
        (start, lastBill) = (subscription.start, subscription.lastBill)
        (nextBill, end) = (subscription.nextBill, subscription.end)
        reasonStopped = subscription.reasonStopped.map { String($0.prefix(80)) }
    }

    /// Since when it has been so, as far as is known.
    package var time: Int64 { min(modified ?? readAt, readAt) }

    package var interval: BillingInterval? { BillingInterval(cycle, frequency) }

    /// Whether the two are one version, read twice.
    func isSame(as other: Self) -> Bool {
        var other = other
        other.readAt = readAt
        return other == self
    }

    /// Whether both say the same of who pays, for what, and until when: only bills came between.
    func saysTheSame(as other: Self) -> Bool {
        (contact, product, plan) == (other.contact, other.product, other.plan)
            && (isActive, cycle, frequency, end) == (other.isActive, other.cycle, other.frequency, other.end)
            && (isActive || nextBill == other.nextBill)
    }
}

extension SubscriptionVersion: Comparable {
    package static func < (a: Self, b: Self) -> Bool { a.order < b.order }

    private var order: (Int64, Int64, String, String, String) {
        let days = [end, nextBill, lastBill].map { $0?.text ?? "" }.joined(separator: ",")
        return (time, readAt, isActive ? "1" : "0", days, contact?.text ?? "")
    }
}

/// A list in the order of its properties: a lane holds many.
extension SubscriptionVersion: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        modified = try list.decode(Int64?.self)
        readAt = try list.decode(Int64.self)
        contact = try list.decode(ContactID?.self)
        product = try list.decode(ProductID?.self)
        plan = try list.decode(SubscriptionPlanID?.self)
        isActive = try list.decode(Bool.self)
        cycle = try list.decode(BillingCycle?.self)
        frequency = try list.decode(Int64?.self)
        start = try list.decode(CivilDay?.self)
        lastBill = try list.decode(CivilDay?.self)
        nextBill = try list.decode(CivilDay?.self)
        end = try list.decode(CivilDay?.self)
        reasonStopped = try list.decode(String?.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(modified)
        try list.encode(readAt)
        try list.encode(contact)
        try list.encode(product)
        try list.encode(plan)
        try list.encode(isActive)
        try list.encode(cycle)
        try list.encode(frequency)
        try list.encode(start)
        try list.encode(lastBill)
        try list.encode(nextBill)
        try list.encode(end)
        try list.encode(reasonStopped)
    }
}
