import WireFormats

extension BillingBook {
    /// - Parameter isContact: whether the account has such a contact.
    mutating func perform(
        _ deed: BillingDeed, at now: WorldTime, isContact: (Int) -> Bool
    ) throws(Refusal) -> BillingResult {
        switch deed {
        case .addProduct(let name, let price, let plans):
            var product = SimProduct(id: newID(), name: name, price: price, updated: now, created: now)
            for draft in plans { product.plans.append(try newPlan(draft)) }
            put(product)
            return BillingResult(product: product.id)
        case .addPlan(let id, let draft):
            var product = try product(id)
            product.plans.append(try newPlan(draft))
            product.updated = now
            put(product)
            return BillingResult(product: id)
        case .rename(let id, let name):
            var product = try product(id)
            (product.name, product.updated) = (name, now)
            put(product)
            return BillingResult(product: id)
        case .sell(let sale):
            guard isContact(sale.contact) else { throw .unknown("Contact", sale.contact) }
            return try sell(sale, at: now)
        case .bill(let id, let outcome, let charge):
            return try bill(id, outcome, charge, at: now)
        case .change(let id, let change):
            if let contact = change.contact, !isContact(contact) { throw .unknown("Contact", contact) }
            try self.change(id, by: change, at: now)
            return BillingResult(subscription: id)
        case .deactivate(let id, let end, let reason):
            var subscription = try subscription(id)
            subscription.isActive = false
            subscription.end = end ?? subscription.end
            subscription.reasonStopped = reason ?? subscription.reasonStopped
            put(subscription, at: now)
            return BillingResult(subscription: id)
        case .deleteSubscription(let id):
            _ = try subscription(id)
            removeSubscription(id)
            return BillingResult(subscription: id)
        case .order(let contact, let title, let drafts, let outcome):
            guard isContact(contact) else { throw .unknown("Contact", contact) }
            var items: [SimOrderItem] = []
            for draft in drafts { items.append(try newItem(draft)) }
            return try newOrder(contact, title, items, outcome, at: now)
        default: return try settle(deed, at: now, isContact: isContact)
        }
    }

    func subscription(_ id: Int) throws(Refusal) -> SimSubscription {
        guard let subscription = subscriptions[id] else { throw .unknown("Subscription", id) }
        return subscription
    }

    func order(_ id: Int) throws(Refusal) -> SimOrder {
        guard let order = orders[id] else { throw .unknown("Order", id) }
        return order
    }

    func product(_ id: Int) throws(Refusal) -> SimProduct {
        guard let product = products[id] else { throw .unknown("Product", id) }
        return product
    }

    private mutating func newPlan(_ draft: BillingDeed.PlanDraft) throws(Refusal) -> SimPlan {
        guard draft.frequency > 0, draft.price >= 0 else { throw .bad("A plan needs a frequency and a price") }
        return SimPlan(id: newID(), cycle: draft.cycle, frequency: draft.frequency, price: draft.price)
    }

    private mutating func newItem(_ draft: BillingDeed.ItemDraft) throws(Refusal) -> SimOrderItem {
        guard SimOrderItem.types.contains(draft.type) else { throw .bad("item_type is invalid", about: "item_type") }
        guard draft.quantity > 0, draft.price >= 0 else { throw .bad("quantity and price must not be negative") }
        if let id = draft.product { _ = try product(id) }
        return SimOrderItem(
            id: newID(), type: draft.type, name: draft.name, quantity: draft.quantity, price: draft.price,
            subscription: nil, product: draft.product, plan: nil)
    }

    private mutating func sell(_ sale: BillingDeed.Sale, at now: WorldTime) throws(Refusal) -> BillingResult {
        guard let (product, plan) = plan(sale.plan) else { throw .unknown("Subscription plan", sale.plan) }
        guard sale.quantity > 0, sale.amount ?? 0 >= 0, (0...3_650).contains(sale.trialDays) else {
            throw .bad("quantity, billing_amount or trial is invalid")
        }
        let trialEnd = CivilDay(daysSince1970: now.day + Int64(sale.trialDays))
        let subscription = SimSubscription(
            id: newID(), contact: sale.contact, product: product.id, plan: plan, start: sale.start ?? trialEnd,
            amount: sale.amount ?? plan.price, quantity: sale.quantity, at: now)
        put(subscription, at: now)
        var result = BillingResult(subscription: subscription.id)
        if sale.trialDays > 0 {
            let item = try subscriptionItem(of: subscription)
            let trial = SimOrderItem(
                id: newID(), type: "DISCOUNT_FREE_TRIAL", name: "Free trial", quantity: 1, price: item.amount,
                subscription: subscription.id, product: nil, plan: nil)
            result.order = try newOrder(sale.contact, product.name, [item, trial], .open, at: now).order
        } else if let outcome = sale.outcome {
            let bill = try bill(subscription.id, outcome, sale.charge, at: now)
            (result.order, result.payment) = (bill.order, bill.payment)
        }
        return result
    }

    private mutating func bill(
        _ id: Int, _ outcome: BillingDeed.Outcome, _ charge: BillingDeed.Charge, at now: WorldTime
    ) throws(Refusal) -> BillingResult {
        var subscription = try subscription(id)
        guard subscription.isActive else { throw .bad("The subscription is not active") }
        subscription.bill(on: subscription.nextBill)
        var items = [try subscriptionItem(of: subscription)]
        for (type, name, price) in [("TAX", "Tax", charge.tax), ("DISCOUNT", "Discount", charge.discount)]
        where price > 0 {
            items.append(try newItem(BillingDeed.ItemDraft(type, name, price: price)))
        }
        let name = products[subscription.product]?.name ?? ""
        var result = try newOrder(subscription.contact, name, items, outcome, at: now)
        put(subscription, at: now)
        result.subscription = id
        return result
    }

    private mutating func subscriptionItem(of subscription: SimSubscription) throws(Refusal) -> SimOrderItem {
        guard let (product, plan) = plan(subscription.plan) else {
            throw .unknown("Subscription plan", subscription.plan)
        }
        return SimOrderItem(
            id: newID(), type: "SUBSCRIPTION", name: product.name, quantity: subscription.quantity,
            price: subscription.amount, subscription: subscription.id, product: product.id, plan: plan)
    }

    private mutating func newOrder(
        _ contact: Int, _ title: String, _ items: [SimOrderItem], _ outcome: BillingDeed.Outcome, at now: WorldTime
    ) throws(Refusal) -> BillingResult {
        let order = SimOrder(
            id: newID(), contact: contact, title: title, items: items, created: now, ordered: now, modified: now)
        put(order, at: now)
        var result = BillingResult(order: order.id)
        if order.total > 0 {
            switch outcome {
            case .paid: result.payment = try pay([order.id], nil, .capture, at: now).payment
            case .failed: try fail(order.id, at: now)
            case .open: break
            }
        }
        return result
    }

    private mutating func change(
        _ id: Int, by change: BillingDeed.SubscriptionChange, at now: WorldTime
    ) throws(Refusal) {
        var subscription = try subscription(id)
        if let plan = change.plan {
            guard let found = self.plan(plan) else { throw .unknown("Subscription plan", plan) }
            (subscription.plan, subscription.product) = (plan, found.product.id)
            subscription.amount = found.plan.price
            subscription.rebase(on: subscription.nextBill, found.plan.cycle, found.plan.frequency)
        }
        guard change.frequency ?? 1 > 0, change.quantity ?? 1 > 0, change.amount ?? 0 >= 0 else {
            throw .bad("billing_frequency, quantity or billing_amount is invalid")
        }
        subscription.contact = change.contact ?? subscription.contact
        subscription.amount = change.amount ?? subscription.amount
        subscription.quantity = change.quantity ?? subscription.quantity
        if change.cycle != nil || change.frequency != nil || change.nextBill != nil {
            subscription.rebase(on: change.nextBill ?? subscription.nextBill, change.cycle, change.frequency)
        }
        subscription.end = change.removesEnd ? nil : change.end ?? subscription.end
        subscription.isActive = change.isActive ?? subscription.isActive
        if change.isActive == true { subscription.reasonStopped = nil }
        subscription.reasonStopped = change.reasonStopped ?? subscription.reasonStopped
        put(subscription, at: now)
    }
}
