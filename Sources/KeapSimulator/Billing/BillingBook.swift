/// An account's products, subscriptions, orders and transactions, with indices by which they are found.
package struct BillingBook: Sendable {
    package internal(set) var currency: SimCurrency
    package private(set) var products: [Int: SimProduct] = [:]
    package private(set) var subscriptions: [Int: SimSubscription] = [:]
    package private(set) var orders: [Int: SimOrder] = [:]
    /// In the order of their time.
    package private(set) var transactions: [SimTransaction] = []

    private(set) var subscriptionsByContact: [Int: Set<Int>] = [:]
    private(set) var ordersByContact: [Int: Set<Int>] = [:]
    /// Indices of `transactions`.
    private(set) var transactionsByOrder: [Int: [Int]] = [:]
    private(set) var transactionsByContact: [Int: [Int]] = [:]
    /// When an order was changed, in this order; only the last entry of an order counts.
    private var orderChanges: [(time: WorldTime, order: Int)] = []

    /// What hooks are told of, until the account takes it.
    private var events: [HookEvent] = []

    private var lastID = 0

    init(currency: SimCurrency) { self.currency = currency }

    /// Ids of different things never agree, so that a client cannot take one for another unnoticed.
    mutating func newID() -> Int {
        lastID += 1
        return lastID
    }

    mutating func takeEvents() -> [HookEvent] {
        defer { events = [] }
        return events
    }

    mutating func tell(_ thing: String, _ what: String, _ id: Int) {
        events.append(HookEvent(key: "\(thing).\(what)", object: id))
    }

    func plan(_ id: Int) -> (product: SimProduct, plan: SimPlan)? {
        for product in products.values {
            if let plan = product.plans.first(where: { $0.id == id }) { return (product, plan) }
        }
        return nil
    }

    mutating func put(_ product: SimProduct) {
        tell("product", products[product.id] == nil ? "add" : "edit", product.id)
        products[product.id] = product
    }

    mutating func put(_ subscription: SimSubscription, at now: WorldTime) {
        let old = subscriptions[subscription.id]
        if let old { subscriptionsByContact[old.contact]?.remove(old.id) }
        var subscription = subscription
        subscription.modified = now
        subscriptions[subscription.id] = subscription
        subscriptionsByContact[subscription.contact, default: []].insert(subscription.id)
        tell("subscription", old == nil ? "add" : "edit", subscription.id)
    }

    mutating func put(_ order: SimOrder, at now: WorldTime) {
        let old = orders[order.id]
        if let old { ordersByContact[old.contact]?.remove(old.id) }
        var order = order
        order.modified = now
        orders[order.id] = order
        ordersByContact[order.contact, default: []].insert(order.id)
        orderChanges.append((max(now, orderChanges.last?.time ?? now), order.id))
        tell("order", old == nil ? "add" : "edit", order.id)
        tell("invoice", old == nil ? "add" : "edit", order.invoice)
    }

    mutating func add(_ transaction: SimTransaction) {
        let index = transactions.count
        transactions.append(transaction)
        for part in transaction.parts { transactionsByOrder[part.order, default: []].append(index) }
        transactionsByContact[transaction.contact, default: []].append(index)
        if let payment = transaction.payment { tell("invoice.payment", "add", payment) }
    }

    mutating func removeSubscription(_ id: Int) {
        guard let old = subscriptions.removeValue(forKey: id) else { return }
        subscriptionsByContact[old.contact]?.remove(id)
        tell("subscription", "delete", id)
    }

    mutating func removeOrder(_ id: Int) {
        guard let old = orders.removeValue(forKey: id) else { return }
        ordersByContact[old.contact]?.remove(id)
        tell("order", "delete", id)
        tell("invoice", "delete", old.invoice)
    }

    /// The contact is gone: what it had belongs to the other one, or is gone too.
    mutating func erase(contact: Int, survivor: Int?, at now: WorldTime) {
        for id in (subscriptionsByContact[contact] ?? []).sorted() {
            guard let survivor, var subscription = subscriptions[id] else {
                removeSubscription(id)
                continue
            }
            subscription.contact = survivor
            put(subscription, at: now)
        }
        for id in (ordersByContact[contact] ?? []).sorted() {
            guard let survivor, var order = orders[id] else {
                removeOrder(id)
                continue
            }
            order.contact = survivor
            put(order, at: now)
        }
        guard let survivor, let indices = transactionsByContact.removeValue(forKey: contact) else { return }
        for index in indices { transactions[index].contact = survivor }
        transactionsByContact[survivor] = ((transactionsByContact[survivor] ?? []) + indices).sorted()
    }

    /// Ids of orders that were changed then or later.
    func orders(changedSince time: WorldTime) -> Set<Int> {
        var (low, high) = (0, orderChanges.count)
        while low < high {
            let middle = (low + high) / 2
            if orderChanges[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return Set(orderChanges[low...].map(\.order).filter { orders[$0] != nil })
    }
}
