package import Keap

/// The newest that is known of one lane's bills: the same, in whatever order it was told.
package struct BillingFacts: Codable, Hashable, Sendable {
    package var payers: [String: PayerFacts] = [:]
    package var subscriptions: [String: SubscriptionFacts] = [:]
    package var orders: [String: OrderFacts] = [:]
    package var products: [String: ProductFacts] = [:]
    /// Contacts that Keap does not know any more, with the time at which that was first seen.
    package var goneContacts: [String: Int64] = [:]

    private enum CodingKeys: String, CodingKey {
        case payers = "c"
        case subscriptions = "s"
        case orders = "o"
        case products = "p"
        case goneContacts = "g"
    }

    package init() {}

    package mutating func take(_ snapshot: BillingSnapshot) {
        let read = snapshot.readAt
        if let payer = snapshot.payer { take(PayerFacts(payer: payer, readAt: read)) }
        for subscription in snapshot.subscriptions {
            subscriptions[subscription.id.text, default: SubscriptionFacts(id: subscription.id)]
                .take(subscription, readAt: read)
        }
        for id in snapshot.goneSubscriptions {
            subscriptions[id.text, default: SubscriptionFacts(id: id)].isGone(at: read)
        }
        for bill in snapshot.orders {
            orders[bill.order.id.text, default: OrderFacts(id: bill.order.id)].take(bill, read)
        }
        for id in snapshot.goneOrders { orders[id.text, default: OrderFacts(id: id)].isGone(at: read) }
        for product in snapshot.products { take(ProductFacts(product: product, readAt: read)) }
        for contact in snapshot.goneContacts {
            goneContacts[contact.text] = min(goneContacts[contact.text] ?? read, read)
        }
    }

    private mutating func take(_ payer: PayerFacts) {
        if let known = payers[payer.payer.id.text], known.readAt >= payer.readAt { return }
        payers[payer.payer.id.text] = payer
    }

    private mutating func take(_ product: ProductFacts) {
        if let known = products[product.product.id.text], known.readAt >= product.readAt { return }
        products[product.product.id.text] = product
    }

    mutating func thinOut() {
        for id in subscriptions.keys { subscriptions[id]?.thinOut() }
        for id in orders.keys { orders[id]?.thinOut() }
    }

    /// What two lanes knew that are one now.
    package static func united(_ a: Self, _ b: Self) -> Self {
        var united = a
        for payer in b.payers.values { united.take(payer) }
        for product in b.products.values { united.take(product) }
        united.subscriptions.merge(b.subscriptions) { $0.united(with: $1) }
        united.orders.merge(b.orders) { $0.united(with: $1) }
        united.goneContacts.merge(b.goneContacts) { min($0, $1) }
        return united
    }

    /// Since when a contact is gone: it was not seen alive after that.
    package func goneSince(_ contact: ContactID) -> Int64? {
        guard let gone = goneContacts[contact.text] else { return nil }
        if let payer = payers[contact.text], payer.readAt > gone { return nil }
        return gone
    }
}

package struct PayerFacts: Codable, Hashable, Sendable {
    package var payer: KeapPayer
    package var readAt: Int64

    private enum CodingKeys: String, CodingKey {
        case payer = "p"
        case readAt = "r"
    }
}

package struct ProductFacts: Codable, Hashable, Sendable {
    package var product: KeapProduct
    package var readAt: Int64

    private enum CodingKeys: String, CodingKey {
        case product = "p"
        case readAt = "r"
    }
}
