package import WireFormats

/// One thing that a person, or Keap's own clock, does to an account's bills. Amounts are in the smallest unit.
package enum BillingDeed: Hashable, Sendable {
    /// How the charge of a new bill goes.
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        case paid, failed
        /// No charge is tried.
        case open
    }

    package struct PlanDraft: Hashable, Sendable {
        package var cycle: SimCycle
        package var frequency: Int
        package var price: Int

        package init(_ cycle: SimCycle, _ frequency: Int = 1, price: Int) {
            (self.cycle, self.frequency, self.price) = (cycle, frequency, price)
        }
    }

    package struct Sale: Hashable, Sendable {
        package var contact: Int
        package var plan: Int
        /// Nil: the plan's price.
        package var amount: Int?
        package var quantity = 1
        /// Nil: today, or after the trial.
        package var start: CivilDay?
        /// The first order then has an item of the type `DISCOUNT_FREE_TRIAL`, and billing begins after so many days.
        package var trialDays = 0
        /// Nil: no bill is made yet.
        package var outcome: Outcome?
        package var charge = Charge()

        package init(contact: Int, plan: Int, outcome: Outcome? = .paid) {
            (self.contact, self.plan, self.outcome) = (contact, plan, outcome)
        }
    }

    /// What stands on a bill beside the subscription.
    package struct Charge: Hashable, Sendable {
        package var tax = 0
        package var discount = 0

        package init(tax: Int = 0, discount: Int = 0) { (self.tax, self.discount) = (tax, discount) }
    }

    package struct SubscriptionChange: Hashable, Sendable {
        package var contact: Int?
        package var plan: Int?
        package var amount: Int?
        package var quantity: Int?
        package var cycle: SimCycle?
        package var frequency: Int?
        package var nextBill: CivilDay?
        package var end: CivilDay?
        package var removesEnd = false
        package var isActive: Bool?
        package var reasonStopped: String?

        package init() {}
    }

    package struct ItemDraft: Hashable, Sendable {
        /// Keap's `item_type`.
        package var type: String
        package var name: String
        package var quantity = 1
        package var price: Int
        package var product: Int?

        package init(_ type: String, _ name: String, price: Int, product: Int? = nil) {
            (self.type, self.name, self.price, self.product) = (type, name, price, product)
        }
    }

    case addProduct(name: String, price: Int, plans: [PlanDraft])
    case addPlan(product: Int, PlanDraft)
    case rename(product: Int, name: String)
    case sell(Sale)
    /// Makes an order for the cycle that begins at its next bill date.
    case bill(subscription: Int, Outcome, Charge)
    case change(subscription: Int, SubscriptionChange)
    case deactivate(subscription: Int, end: CivilDay?, reason: String?)
    case deleteSubscription(Int)
    case order(contact: Int, title: String, items: [ItemDraft], Outcome)
    case editItem(order: Int, item: Int?, price: Int?, quantity: Int?)
    case moveOrder(Int, contact: Int)
    case deleteOrder(Int)
    /// A charge that fails.
    case fail(order: Int)
    /// One payment for the balance of all of these, or for `amount` of the first.
    case pay(orders: [Int], amount: Int?, SimTransaction.Method)
    /// Nil: all that was paid.
    case refund(order: Int, amount: Int?)
    /// Takes the order's last payment back as if it had not been.
    case void(order: Int)
}

/// What a deed made or changed.
package struct BillingResult: Hashable, Sendable {
    package var product: Int?
    package var subscription: Int?
    package var order: Int?
    package var payment: Int?

    package init(product: Int? = nil, subscription: Int? = nil, order: Int? = nil, payment: Int? = nil) {
        (self.product, self.subscription, self.order, self.payment) = (product, subscription, order, payment)
    }
}
