/// v2's products and their plans.
extension Account {
    func listProducts(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"), allowed: ["name", "sku", "last_updated_time"])
        let currency = billing.currency
        var search = BillingSearch<SimProduct>()
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "name", "description", "short_description":
                try clause.onlyEquality()
                search.test { clause.holds(for: $0.name, wildcard: true) }
            case "sku":
                try clause.onlyEquality()
                search.test { clause.holds(for: "SKU-\($0.id)", wildcard: true) }
            case "product_id":
                let id = try clause.number()
                search.test { clause.comparison.holds($0.id, id) }
            case "product_ids": search.narrow(to: try clause.numbers())
            default: throw clause.unknown()
            }
        }
        let found = search.matches(in: billing.products)
        let sorted =
            switch ordering?.field {
            case "name": found.ordered(by: \.name, \.id, ordering)
            case "last_updated_time": found.ordered(by: \.updated, \.id, ordering)
            default: found.ordered(by: \.id, \.id, ordering)
            }
        return paging.answer(sorted, as: "products", request: act.request, quirks: quirks) { $0.json(currency) }
    }

    func getProduct(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try billing.product(act.ids.product ?? 0).json(billing.currency))
    }

    mutating func createProduct(_ act: Act) throws(Refusal) -> SimAnswer {
        let json = try act.json()
        guard let name = json["name"]?.text, !folded(name).isEmpty, let price = json["price"]?.integer, price >= 0,
            json["short_description"]?.text != nil
        else { throw .bad("name, price and short_description are required") }
        let made = try bill(.addProduct(name: name, price: price, plans: []), at: act.now)
        return SimAnswer(status: 201, try billing.product(made.product ?? 0).json(billing.currency))
    }

    mutating func updateProduct(_ act: Act) throws(Refusal) -> SimAnswer {
        let id = act.ids.product ?? 0
        guard let name = try act.json(allowing: ["name"], quirks: quirks)["name"]?.text, !folded(name).isEmpty else {
            throw .bad("name is invalid", about: "name")
        }
        _ = try bill(.rename(product: id, name: name), at: act.now)
        return SimAnswer(status: 200, try billing.product(id).json(billing.currency))
    }

    mutating func createPlan(_ act: Act) throws(Refusal) -> SimAnswer {
        let id = act.ids.product ?? 0
        let json = try act.json()
        guard let word = json["cycle_type"]?.text, let cycle = SimCycle.allCases.first(where: { $0.plansWord == word }),
            let price = json["plan_price"]?.integer
        else { throw .bad("cycle_type and plan_price are required") }
        let draft = BillingDeed.PlanDraft(cycle, json["frequency"]?.integer ?? 1, price: price)
        _ = try bill(.addPlan(product: id, draft), at: act.now)
        guard let plan = try billing.product(id).plans.last else { throw .unknown("Product", id) }
        return SimAnswer(status: 201, plan.jsonInItem(billing.currency))
    }
}
