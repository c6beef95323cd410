package struct SimOrderItem: Hashable, Sendable {
    package let id: Int
    /// Keap's `item_type`.
    package let type: String
    package let name: String
    package internal(set) var quantity: Int
    /// Per unit, in the smallest unit; of a discount what it takes off, positive.
    package internal(set) var price: Int
    package let subscription: Int?
    package let product: Int?
    package let plan: SimPlan?

    var isDiscount: Bool { type.hasPrefix("DISCOUNT") }
    var amount: Int { (isDiscount ? -price : price) * quantity }

    static let types = [
        "PRODUCT", "SHIPPING", "TAX", "SERVICE", "UPSELL", "FINANCE_CHARGE", "DISCOUNT", "PROGRAM", "SUBSCRIPTION",
        "DISCOUNT_FREE_TRIAL", "DISCOUNT_ORDER_TOTAL", "DISCOUNT_PRODUCT", "DISCOUNT_PRODUCT_CATEGORY",
        "DISCOUNT_SHIPPING", "TIP", "OTHER", "FEE", "UNKNOWN",
    ]

    func json(_ currency: SimCurrency, productName: String?) -> JSON {
        [
            "id": .string(String(id)), "name": .string(name), "description": "", "notes": "",
            "quantity": .integer(quantity), "discount": isDiscount ? currency.json(price) : .null,
            "product": product.map { ["id": .string(String($0)), "name": .optional(productName)] } ?? .null,
            "subscription_id": subscription.map { .string(String($0)) } ?? .null, "item_type": .string(type),
            "cost_per_unit": currency.json(0), "price_per_unit": currency.json(isDiscount ? -price : price),
            "subscription_plan": plan.map { $0.jsonInItem(currency) } ?? .null,
        ]
    }
}

package struct SimOrder: Hashable, Sendable {
    package let id: Int
    package internal(set) var contact: Int
    package internal(set) var title: String
    package internal(set) var items: [SimOrderItem]
    package let created: WorldTime
    package internal(set) var ordered: WorldTime
    package internal(set) var modified: WorldTime
    /// What successful payments brought, less what was voided.
    package internal(set) var paid = 0
    package internal(set) var refunded = 0

    /// Another number than the order's, as in Keap.
    package var invoice: Int { id + 50_000 }
    package var total: Int { max(0, items.reduce(0) { $0 + $1.amount }) }
    package var balance: Int { max(0, total - paid) }
    package var isPaid: Bool { balance == 0 }

    func json(_ currency: SimCurrency, payer: JSON, productNames: (Int) -> String?) -> JSON {
        [
            "id": .string(String(id)), "title": .string(title), "status": isPaid ? "PAID" : "SENT",
            "total": currency.json(total), "contact": payer, "notes": "", "terms": "", "order_type": "ONLINE",
            "source_type": "UNKNOWN", "creation_time": .string(created.iso8601),
            "modification_time": .string(modified.iso8601), "order_time": .string(ordered.iso8601),
            "lead_affiliate_id": "0", "sales_affiliate_id": "0", "total_paid": currency.json(paid),
            "total_due": currency.json(total), "refund_total": currency.json(refunded),
            "order_items": .array(items.map { $0.json(currency, productName: $0.product.flatMap(productNames)) }),
            "payment_plan": .null, "invoice_number": .null, "files": [],
            "refund_status": .string(refunded == 0 ? "NONE" : refunded >= total ? "FULL" : "PARTIAL"),
            "invoice_id": .string(String(invoice)), "custom_fields": [], "due_time": .string(ordered.iso8601),
        ]
    }
}
