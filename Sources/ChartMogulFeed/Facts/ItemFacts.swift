package import Keap

/// One item of an order.
package struct ItemFacts: Hashable, Sendable {
    package var id: OrderItemID
    package var kind: KeapOrderItem.Kind
    package var name: String?
    package var quantity: Int64
    package var subscription: SubscriptionID?
    package var product: ProductID?
    package var plan: SubscriptionPlanID?
    package var cycle: BillingCycle?
    package var frequency: Int64?
    package var price: Int64?
    package var discount: Int64?

    init(_ item: KeapOrderItem) {
        (id, kind, quantity) = (item.id, item.kind, item.quantity)
        name = item.name.map { String($0.prefix(80)) }
        (subscription, product, plan) = (item.subscription, item.product, item.plan?.id)
        (cycle, frequency) = (item.plan?.cycle, item.plan?.frequency)
        (price, discount) = (item.pricePerUnit?.units, item.discount?.units)
    }
}

/// A list in the order of its properties: a lane holds many.
extension ItemFacts: Codable {
    /// By their numbers.
    private static let kinds: [KeapOrderItem.Kind] = [
        .subscription, .product, .tax, .shipping, .freeTrial, .discount, .other,
    ]

    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        id = try list.decode(OrderItemID.self)
        let number = try list.decode(Int.self)
        kind = Self.kinds.indices.contains(number) ? Self.kinds[number] : .other
        name = try list.decode(String?.self)
        quantity = try list.decode(Int64.self)
        subscription = try list.decode(SubscriptionID?.self)
        product = try list.decode(ProductID?.self)
        plan = try list.decode(SubscriptionPlanID?.self)
        cycle = try list.decode(BillingCycle?.self)
        frequency = try list.decode(Int64?.self)
        price = try list.decode(Int64?.self)
        discount = try list.decode(Int64?.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(id)
        try list.encode(Self.kinds.firstIndex(of: kind) ?? Self.kinds.count - 1)
        try list.encode(name)
        try list.encode(quantity)
        try list.encode(subscription)
        try list.encode(product)
        try list.encode(plan)
        try list.encode(cycle)
        try list.encode(frequency)
        try list.encode(price)
        try list.encode(discount)
    }
}
