package struct SimPlan: Hashable, Sendable {
    package let id: Int
    package let cycle: SimCycle
    package let frequency: Int
    /// In the smallest unit.
    package let price: Int

    func json(_ currency: SimCurrency) -> JSON {
        [
            "id": .string(String(id)), "active": true, "prorate": false, "billing_cycle": .string(cycle.plansWord),
            "billing_frequency": .integer(frequency), "number_of_cycles": 0, "plan_price": currency.json(price),
            "order_index": 0,
        ]
    }

    /// As order items tell it, under other names.
    func jsonInItem(_ currency: SimCurrency) -> JSON {
        [
            "id": .string(String(id)), "frequency": .integer(frequency), "active": true,
            "cycle_type": .string(cycle.plansWord), "total_cycles": 0, "plan_price": currency.json(price),
        ]
    }
}

package struct SimProduct: Hashable, Sendable {
    package let id: Int
    package internal(set) var name: String
    var price: Int
    package internal(set) var plans: [SimPlan] = []
    var updated: WorldTime
    let created: WorldTime

    func json(_ currency: SimCurrency) -> JSON {
        [
            "id": .string(String(id)), "name": .string(name), "price": currency.json(price), "active": true,
            "description": .string(name), "sku": .string("SKU-\(id)"), "shippable": false, "taxable": true,
            "categories": [], "options": [], "short_description": .string(name),
            "subscription_only": .bool(!plans.isEmpty),
            "subscription_plans": .array(plans.map { $0.json(currency) }),
            "create_time": .string(created.iso8601), "update_time": .string(updated.iso8601),
        ]
    }
}
