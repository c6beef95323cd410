extension KeapSubscription {
    /// Reads a subscription; nil without an id. What cannot be read of the rest is nil.
    init?(_ json: JSONValue) {
        guard let id: SubscriptionID = json["id"]?.id() else { return nil }
        self.init(id: id)
        contact = json["contact_id"]?.id()
        product = json["product_id"]?.id()
        plan = json["subscription_plan_id"]?.id()
        isActive = json["active"]?.flag ?? false
        quantity = json["quantity"]?.whole ?? 1
        billingAmount = json["billing_amount"]?.decimal
        cycle = BillingCycle(json["billing_cycle"])
        frequency = json["billing_frequency"]?.whole
        start = json["start_date"]?.civilDay
        lastBill = json["last_bill_date"]?.civilDay
        nextBill = json["next_bill_date"]?.civilDay
        end = json["end_date"]?.civilDay
        reasonStopped = json["reason_stopped"]?.words
        modified = json["modification_time"]?.time
    }
}

extension KeapSubscriptionPlan {
    /// A product's plan has other names for its cycle than an order's item.
    init?(_ json: JSONValue) {
        guard let id: SubscriptionPlanID = json["id"]?.id() else { return nil }
        self.init(id: id)
        cycle = BillingCycle(json["billing_cycle"] ?? json["cycle_type"])
        frequency = (json["billing_frequency"] ?? json["frequency"])?.whole
    }
}

extension KeapProduct {
    init?(_ json: JSONValue) {
        guard let id: ProductID = json["id"]?.id() else { return nil }
        self.init(id: id, name: json["name"]?.words ?? "")
        plans = (json["subscription_plans"]?.items ?? []).compactMap { KeapSubscriptionPlan($0) }
    }
}
