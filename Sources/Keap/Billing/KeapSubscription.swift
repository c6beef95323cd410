package import WireFormats

package typealias SubscriptionID = KeapID<KeapSubscription>
package typealias SubscriptionPlanID = KeapID<KeapSubscriptionPlan>
package typealias ProductID = KeapID<KeapProduct>

/// A subscription as Keap answered it. Its dates have no time and no zone.
package struct KeapSubscription: Codable, Hashable, Sendable {
    package var id: SubscriptionID
    package var contact: ContactID?
    package var product: ProductID?
    package var plan: SubscriptionPlanID?
    package var isActive = false
    package var quantity: Int64 = 1
    /// In the currency's major unit, by its digits.
    package var billingAmount: String?
    package var cycle: BillingCycle?
    /// How many cycles one period lasts.
    package var frequency: Int64?
    /// The first day on which it bills.
    package var start: CivilDay?
    package var lastBill: CivilDay?
    package var nextBill: CivilDay?
    /// The last day on which it bills.
    package var end: CivilDay?
    package var reasonStopped: String?
    /// Milliseconds since 1970.
    package var modified: Int64?

    package init(id: SubscriptionID) { self.id = id }
}

package enum BillingCycle: String, Codable, Hashable, Sendable, CaseIterable {
    case day = "DAY"
    case week = "WEEK"
    case month = "MONTH"
    case year = "YEAR"
}

/// A way in which a product may be subscribed to.
package struct KeapSubscriptionPlan: Codable, Hashable, Sendable {
    package var id: SubscriptionPlanID
    package var cycle: BillingCycle?
    package var frequency: Int64?

    package init(id: SubscriptionPlanID) { self.id = id }
}

package struct KeapProduct: Codable, Hashable, Sendable {
    package var id: ProductID
    package var name: String
    package var plans: [KeapSubscriptionPlan] = []

    package init(id: ProductID, name: String) {
        self.id = id
        self.name = name
    }
}
