extension BillingBook {
    /// The deeds about an order and its money.
    mutating func settle(
        _ deed: BillingDeed, at now: WorldTime, isContact: (Int) -> Bool
    ) throws(Refusal) -> BillingResult {
        switch deed {
        case .editItem(let id, let item, let price, let quantity):
            var order = try order(id)
            guard let index = order.items.firstIndex(where: { item == nil || $0.id == item }) else {
                throw .unknown("Order item", item ?? 0)
            }
            guard price ?? 0 >= 0, quantity ?? 1 > 0 else { throw .bad("price_per_unit or quantity is invalid") }
            order.items[index].price = price ?? order.items[index].price
            order.items[index].quantity = quantity ?? order.items[index].quantity
            put(order, at: now)
            return BillingResult(order: id)
        case .moveOrder(let id, let contact):
            guard isContact(contact) else { throw .unknown("Contact", contact) }
            var order = try order(id)
            order.contact = contact
            put(order, at: now)
            return BillingResult(order: id)
        case .deleteOrder(let id):
            _ = try order(id)
            removeOrder(id)
            return BillingResult(order: id)
        case .fail(let id):
            try fail(id, at: now)
            return BillingResult(order: id)
        case .pay(let ids, let amount, let method): return try pay(ids, amount, method, at: now)
        case .refund(let id, let amount): return try refund(id, amount, at: now)
        case .void(let id):
            try void(id, at: now)
            return BillingResult(order: id)
        default: throw .bad("The deed is none about an order")
        }
    }

    mutating func fail(_ id: Int, at now: WorldTime) throws(Refusal) {
        let order = try order(id)
        add(
            SimTransaction(
                payment: nil, contact: order.contact, parts: [.init(order: id, amount: order.balance)],
                method: .capture, isSuccessful: false, time: now, reference: "ch_\(newID())"))
        put(order, at: now)
    }

    mutating func pay(
        _ ids: [Int], _ amount: Int?, _ method: SimTransaction.Method, at now: WorldTime
    ) throws(Refusal) -> BillingResult {
        guard let first = ids.first, Set(ids).count == ids.count else { throw .bad("A payment is for an order") }
        var parts: [SimTransaction.Part] = []
        for id in ids {
            let order = try order(id)
            let part = ids.count == 1 ? amount ?? order.balance : order.balance
            guard part > 0, part <= order.balance else {
                throw .bad("payment_amount must not exceed the current balance of the order", about: "payment_amount")
            }
            parts.append(.init(order: id, amount: part))
        }
        let payment = newID()
        for part in parts {
            var order = try order(part.order)
            order.paid += part.amount
            put(order, at: now)
        }
        add(
            SimTransaction(
                payment: payment, contact: try order(first).contact, parts: parts, method: method,
                isSuccessful: true, time: now, reference: "ch_\(payment)"))
        return BillingResult(order: first, payment: payment)
    }

    private mutating func refund(_ id: Int, _ amount: Int?, at now: WorldTime) throws(Refusal) -> BillingResult {
        var order = try order(id)
        let refunded = amount ?? order.paid - order.refunded
        guard refunded > 0, order.refunded + refunded <= order.paid else {
            throw .bad("No more can be refunded than was paid")
        }
        order.refunded += refunded
        put(order, at: now)
        let payment = newID()
        add(
            SimTransaction(
                payment: payment, contact: order.contact, parts: [.init(order: id, amount: refunded)],
                method: .refund, isSuccessful: true, time: now, reference: "re_\(payment)"))
        return BillingResult(order: id, payment: payment)
    }

    private mutating func void(_ id: Int, at now: WorldTime) throws(Refusal) {
        let found = (transactionsByOrder[id] ?? []).map { transactions[$0] }
        let voided = Set(found.filter { $0.method == .void }.map(\.reference))
        let isStanding = { (transaction: SimTransaction) in
            transaction.isSuccessful && [.capture, .manual].contains(transaction.method)
                && !voided.contains(transaction.reference)
        }
        guard let payment = found.last(where: isStanding) else { throw .bad("The order has no payment to void") }
        for part in payment.parts {
            guard var order = orders[part.order] else { continue }
            order.paid = max(0, order.paid - part.amount)
            put(order, at: now)
        }
        add(
            SimTransaction(
                payment: nil, contact: payment.contact, parts: payment.parts, method: .void, isSuccessful: true,
                time: now, reference: payment.reference))
    }
}
