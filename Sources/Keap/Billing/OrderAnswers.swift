extension KeapOrder {
    /// Reads an order; nil if it, or one of its items, has no id.
    init?(_ json: JSONValue) {
        guard let id: OrderID = json["id"]?.id() else { return nil }
        self.init(id: id)
        contact = json["contact"]?["id"]?.id()
        title = json["title"]?.words
        status = json["status"]?.words
        total = KeapMoney(json["total"])
        totalPaid = KeapMoney(json["total_paid"])
        totalDue = KeapMoney(json["total_due"])
        refundTotal = KeapMoney(json["refund_total"])
        created = json["creation_time"]?.time
        ordered = json["order_time"]?.time
        due = json["due_time"]?.time
        modified = json["modification_time"]?.time
        for item in json["order_items"]?.items ?? [] {
            guard let item = KeapOrderItem(item) else { return nil }
            items.append(item)
        }
    }
}

extension KeapOrderItem {
    init?(_ json: JSONValue) {
        guard let id: OrderItemID = json["id"]?.id() else { return nil }
        self.init(id: id, kind: Kind(word: json["item_type"]?.text))
        name = json["name"]?.words
        quantity = json["quantity"]?.whole ?? 1
        subscription = json["subscription_id"]?.id()
        product = json["product"]?["id"]?.id()
        plan = json["subscription_plan"].flatMap { KeapSubscriptionPlan($0) }
        pricePerUnit = KeapMoney(json["price_per_unit"])
        discount = KeapMoney(json["discount"])
    }
}

extension KeapOrderItem.Kind {
    /// Keap's `item_type`.
    init(word: String?) {
        switch word?.uppercased() {
        case "SUBSCRIPTION", "PROGRAM": self = .subscription
        case "PRODUCT", "SERVICE", "UPSELL": self = .product
        case "TAX": self = .tax
        case "SHIPPING": self = .shipping
        case "DISCOUNT_FREE_TRIAL": self = .freeTrial
        case "DISCOUNT", "DISCOUNT_ORDER_TOTAL", "DISCOUNT_PRODUCT", "DISCOUNT_PRODUCT_CATEGORY", "DISCOUNT_SHIPPING":
            self = .discount
        default: self = .other
        }
    }
}
