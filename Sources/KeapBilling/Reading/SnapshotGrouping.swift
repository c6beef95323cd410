import Keap

/// What was read, by whose it is: one snapshot for each contact, or several small ones.
///
/// Things of two contacts never share a snapshot, whose lanes would be one from then on.
struct SnapshotGrouping {
    /// Things of one snapshot beside its contact: each has a key, and a job has eight.
    static let mostThings = 7

    private struct Bills {
        var payer: KeapPayer?
        var isGone = false
        var subscriptions: [KeapSubscription] = []
        var orders: [OrderBill] = []

        var isEmpty: Bool { payer == nil && !isGone && subscriptions.isEmpty && orders.isEmpty }
    }

    let readAt: Int64
    let isHistory: Bool
    private var contacts: [ContactID] = []
    private var bills: [ContactID: Bills] = [:]
    private var strays: [BillingSnapshot] = []
    /// Those that tell something by themselves.
    private var products: [KeapProduct] = []

    init(readAt: Int64, isHistory: Bool) { (self.readAt, self.isHistory) = (readAt, isHistory) }

    mutating func add(_ payer: KeapPayer) { change(payer.id) { $0.payer = payer } }
    mutating func add(goneContact id: ContactID) { change(id) { $0.isGone = true } }

    mutating func add(_ subscription: KeapSubscription) {
        guard let contact = subscription.contact else {
            return stray { $0.subscriptions = [subscription] }
        }
        change(contact) { $0.subscriptions.append(subscription) }
    }

    mutating func add(_ bill: OrderBill) {
        guard let contact = bill.order.contact else { return stray { $0.orders = [bill] } }
        change(contact) { $0.orders.append(bill) }
    }

    mutating func add(_ product: KeapProduct) { products.append(product) }

    mutating func add(gone id: SubscriptionID) { stray { $0.goneSubscriptions = [id] } }
    mutating func add(gone id: OrderID) { stray { $0.goneOrders = [id] } }

    private mutating func change(_ contact: ContactID, _ body: (inout Bills) -> Void) {
        if bills[contact] == nil { contacts.append(contact) }
        body(&bills[contact, default: Bills()])
    }

    private mutating func stray(_ body: (inout BillingSnapshot) -> Void) {
        var snapshot = BillingSnapshot(readAt: readAt)
        snapshot.isHistory = isHistory
        body(&snapshot)
        strays.append(snapshot)
    }

    /// - Parameter products: those that are known, of which each snapshot carries what it refers to.
    func snapshots(_ products: [ProductID: KeapProduct]) -> [BillingSnapshot] {
        (contacts.flatMap { snapshots(of: $0) } + strays).map { snapshot in
            var snapshot = snapshot
            snapshot.products = Set(snapshot.referredProducts).sorted().compactMap { products[$0] }
            return snapshot
        } + productSnapshots
    }

    /// Snapshots of products alone.
    private var productSnapshots: [BillingSnapshot] {
        stride(from: 0, to: products.count, by: Self.mostProducts).map { start in
            var snapshot = BillingSnapshot(readAt: readAt)
            snapshot.isHistory = isHistory
            snapshot.products = Array(products[start..<min(start + Self.mostProducts, products.count)])
            return snapshot
        }
    }

    /// A job's message has a bound.
    private static let mostProducts = 200

    private func snapshots(of contact: ContactID) -> [BillingSnapshot] {
        guard let all = bills[contact], !all.isEmpty else { return [] }
        var made: [BillingSnapshot] = []
        var (subscriptions, orders) = (all.subscriptions[...], all.orders[...])
        repeat {
            var snapshot = BillingSnapshot(readAt: readAt, contact: contact)
            snapshot.isHistory = isHistory
            if made.isEmpty {
                snapshot.payer = all.payer
                snapshot.goneContacts = all.isGone ? [contact] : []
            }
            snapshot.subscriptions = Array(subscriptions.prefix(Self.mostThings))
            subscriptions = subscriptions.dropFirst(Self.mostThings)
            let room = Self.mostThings - snapshot.subscriptions.count
            snapshot.orders = Array(orders.prefix(room))
            orders = orders.dropFirst(room)
            made.append(snapshot)
        } while !subscriptions.isEmpty || !orders.isEmpty
        return made
    }
}

extension BillingSnapshot {
    var referredProducts: [ProductID] {
        subscriptions.compactMap(\.product) + orders.flatMap { $0.order.items.compactMap(\.product) }
    }
}
