package import DurableQueue
package import Keap

/// Which lane a reading of bills belongs to: its contact's, whose keys are strongest, and that of each thing it names.
///
/// The kinds are written to disk, and those of other destinations' lanes are others.
package enum FeedLanes {
    private static let contactKind: UInt8 = 20
    private static let subscriptionKind: UInt8 = 21
    private static let orderKind: UInt8 = 22
    /// Of the readings that make the changes, for the source.
    package static let readerKind: UInt8 = 23
    package static let backfillKind: UInt8 = 24
    private static let productKind: UInt8 = 25

    /// What of a job's keys the queue takes. What comes after them is found by the contact alone.
    package static let mostKeys = QueuePolicy().maxKeys

    package static func key(of contact: ContactID) -> LaneKey { key(contactKind, contact.text) }
    package static func key(of subscription: SubscriptionID) -> LaneKey { key(subscriptionKind, subscription.text) }
    package static func key(of order: OrderID) -> LaneKey { key(orderKind, order.text) }

    /// One lane for all products, so that the name that was read last is the last one told.
    private static let products = key(productKind, "products")

    package static func keys(of snapshot: BillingSnapshot) -> [LaneKey] {
        if snapshot.isOfProducts { return [products] }
        let contacts = [snapshot.contact, snapshot.payer?.id].compactMap { $0 } + snapshot.goneContacts
        let subscriptions = snapshot.subscriptions.map(\.id) + snapshot.goneSubscriptions
        let orders = snapshot.orders.map(\.order.id) + snapshot.goneOrders
        var seen: Set<LaneKey> = []
        let keys = contacts.map(key(of:)) + subscriptions.map(key(of:)) + orders.map(key(of:))
        return Array(keys.filter { seen.insert($0).inserted }.prefix(mostKeys))
    }

    private static func key(_ kind: UInt8, _ id: String) -> LaneKey {
        LaneKey(kind: kind, value: String(id.prefix(longest)), isExclusive: false)
    }

    /// Keap's ids are numbers.
    private static let longest = 100
}

extension BillingSnapshot {
    /// Whether it tells of nothing but products.
    package var isOfProducts: Bool {
        contact == nil && payer == nil && subscriptions.isEmpty && orders.isEmpty && goneSubscriptions.isEmpty
            && goneOrders.isEmpty && goneContacts.isEmpty && !products.isEmpty
    }
}

extension BillingChange {
    package var laneKeys: [LaneKey] { FeedLanes.keys(of: snapshot) }
}
