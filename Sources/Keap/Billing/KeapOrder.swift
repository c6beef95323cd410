package typealias OrderID = KeapID<KeapOrder>
package typealias OrderItemID = KeapID<KeapOrderItem>
package typealias PaymentID = KeapID<KeapTransaction>
package typealias InvoiceID = KeapID<KeapInvoice>

/// The kind of an order's invoice, of which only the id is of use.
package enum KeapInvoice {}

/// An order, which bills subscriptions and single items, as Keap answered it.
package struct KeapOrder: Codable, Hashable, Sendable {
    package var id: OrderID
    package var contact: ContactID?
    package var title: String?
    /// `DRAFT`, `SENT`, `VIEWED`, `PAID`, as Keap wrote it.
    package var status: String?
    package var total: KeapMoney?
    package var totalPaid: KeapMoney?
    package var totalDue: KeapMoney?
    package var refundTotal: KeapMoney?
    package var items: [KeapOrderItem] = []
    /// Milliseconds since 1970, as the rest.
    package var created: Int64?
    package var ordered: Int64?
    package var due: Int64?
    package var modified: Int64?

    package init(id: OrderID) { self.id = id }
}

package struct KeapOrderItem: Codable, Hashable, Sendable {
    package enum Kind: Codable, Hashable, Sendable {
        case subscription, product, tax, shipping, freeTrial
        /// Any other discount.
        case discount
        case other
    }

    package var id: OrderItemID
    package var kind: Kind
    package var name: String?
    package var quantity: Int64 = 1
    /// The subscription that was billed.
    package var subscription: SubscriptionID?
    package var product: ProductID?
    package var plan: KeapSubscriptionPlan?
    package var pricePerUnit: KeapMoney?
    /// Of an item that is a discount.
    package var discount: KeapMoney?

    package init(id: OrderItemID, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// An amount in the currency's smallest unit.
package struct KeapMoney: Codable, Hashable, Sendable {
    package var units: Int64
    /// Three letters; empty where Keap named none.
    package var currency: String

    package init(units: Int64, currency: String) {
        self.units = units
        self.currency = currency
    }
}
