/// What Keap said of one contact's bills when it was asked: any part of it, or all.
///
/// What it does not hold says nothing. Of two snapshots that hold the same thing, the one with the later
/// `modified` counts, and of two alike the one that was read later.
package struct BillingSnapshot: Codable, Hashable, Sendable {
    /// When the reading began. Milliseconds since 1970.
    package var readAt: Int64
    /// Nil if only ids are known of it, as with a thing that is gone.
    package var contact: ContactID?
    package var payer: KeapPayer?
    package var subscriptions: [KeapSubscription] = []
    package var orders: [OrderBill] = []
    /// Names of the products that its subscriptions and orders refer to, as far as they were read.
    package var products: [KeapProduct] = []
    package var goneSubscriptions: [SubscriptionID] = []
    package var goneOrders: [OrderID] = []
    /// Contacts that Keap does not know any more.
    package var goneContacts: [ContactID] = []
    /// True if it is of the past, and read in bulk.
    package var isHistory = false

    package init(readAt: Int64, contact: ContactID? = nil) {
        self.readAt = readAt
        self.contact = contact
    }
}

/// An order with what was paid, in its order of time.
package struct OrderBill: Codable, Hashable, Sendable {
    package var order: KeapOrder
    /// Nil if they were not read.
    package var transactions: [KeapTransaction]?

    package init(_ order: KeapOrder, transactions: [KeapTransaction]?) {
        self.order = order
        self.transactions = transactions
    }
}
