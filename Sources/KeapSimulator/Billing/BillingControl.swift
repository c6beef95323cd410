import WireFormats

/// `/_simulator/accounts/{key}/billing/{deed}`: does what a person does in Keap, or what Keap does by itself.
extension KeapWorld {
    /// Does one thing to an account's bills.
    package mutating func bill(
        _ deed: BillingDeed, in keyOrName: String, at now: WorldTime
    ) throws(Refusal) -> BillingResult {
        let name = try name(keyOrName)
        guard accounts[name] != nil else { throw Refusal(status: 404, message: "No such account") }
        return try accounts[name]!.bill(deed, at: now)
    }

    mutating func steerBilling(
        of name: String, _ request: SimRequest, _ path: [String], at now: WorldTime
    ) throws(Refusal) -> SimAnswer {
        guard request.method == "POST", path.count == 1, let word = path.first else {
            throw Refusal(status: 404, message: "Bills are made with POST …/billing/{deed}")
        }
        let json = try body(request)
        if word == "currency" {
            guard let code = json["code"]?.text, code.count == 3 else { throw .bad("code is a currency's") }
            accounts[name]?.billing.currency = SimCurrency(code)
            return SimAnswer(status: 204)
        }
        guard let account = accounts[name], let deed = try account.deed(word, json) else {
            throw Refusal(status: 404, message: "The simulator knows no deed “\(word)”")
        }
        let result = try bill(deed, in: name, at: now)
        let ids = [
            ("product", result.product), ("subscription", result.subscription), ("order", result.order),
            ("payment", result.payment),
        ]
        var members = ids.compactMap { name, id in id.map { JSON.Member(name: name, value: .integer($0)) } }
        if let product = result.product.flatMap({ accounts[name]?.billing.products[$0] }) {
            members.append(.init(name: "plans", value: .array(product.plans.map { .integer($0.id) })))
        }
        return SimAnswer(status: 201, .object(members))
    }
}

extension Account {
    /// Nil for a word that names none.
    fileprivate func deed(_ word: String, _ json: JSON) throws(Refusal) -> BillingDeed? {
        func id(_ name: String) throws(Refusal) -> Int {
            guard let id = json[name]?.id else { throw .bad("\(name) is an id") }
            return id
        }
        func units(_ name: String) throws(Refusal) -> Int? { try amount(json[name], name) }
        switch word {
        case "product":
            var plans: [BillingDeed.PlanDraft] = []
            for plan in json["plans"]?.items ?? [] { plans.append(try draft(plan)) }
            return .addProduct(
                name: json["name"]?.text ?? "Membership", price: try units("price") ?? plans.first?.price ?? 0,
                plans: plans)
        case "plan": return .addPlan(product: try id("product"), try draft(json))
        case "rename": return .rename(product: try id("product"), name: json["name"]?.text ?? "")
        case "sell":
            var sale = BillingDeed.Sale(contact: try id("contact"), plan: try id("plan"))
            sale.amount = try units("amount")
            sale.quantity = json["quantity"]?.integer ?? 1
            sale.start = try day("start", json)
            sale.trialDays = json["trialDays"]?.integer ?? 0
            sale.outcome = json["outcome"]?.text == "none" ? nil : try outcome(json)
            sale.charge = .init(tax: try units("tax") ?? 0, discount: try units("discount") ?? 0)
            return .sell(sale)
        case "bill":
            let charge = BillingDeed.Charge(tax: try units("tax") ?? 0, discount: try units("discount") ?? 0)
            return .bill(subscription: try id("subscription"), try outcome(json), charge)
        case "change":
            var change = BillingDeed.SubscriptionChange()
            (change.contact, change.plan) = (json["contact"]?.id, json["plan"]?.id)
            (change.amount, change.quantity) = (try units("amount"), json["quantity"]?.integer)
            (change.cycle, change.frequency) = (json["cycle"]?.text.flatMap(SimCycle.init), json["frequency"]?.integer)
            (change.nextBill, change.end) = (try day("nextBill", json), try day("end", json))
            (change.removesEnd, change.isActive) = (json["end"] == .null, json["active"]?.bool)
            change.reasonStopped = json["reason"]?.text
            return .change(subscription: try id("subscription"), change)
        case "deactivate":
            return .deactivate(
                subscription: try id("subscription"), end: try day("end", json), reason: json["reason"]?.text)
        case "order":
            var items: [BillingDeed.ItemDraft] = []
            for item in json["items"]?.items ?? [] {
                var draft = BillingDeed.ItemDraft(
                    item["type"]?.text ?? "PRODUCT", item["name"]?.text ?? "",
                    price: try amount(item["price"], "price") ?? 0, product: item["product"]?.id)
                draft.quantity = item["quantity"]?.integer ?? 1
                items.append(draft)
            }
            return .order(
                contact: try id("contact"), title: json["title"]?.text ?? "Order", items: items, try outcome(json))
        case "edit":
            return .editItem(
                order: try id("order"), item: json["item"]?.id, price: try units("price"),
                quantity: json["quantity"]?.integer)
        case "fail": return .fail(order: try id("order"))
        case "pay":
            var orders = json["orders"]?.items?.compactMap(\.id) ?? []
            if orders.isEmpty { orders = [try id("order")] }
            return .pay(orders: orders, amount: try units("amount"), .capture)
        case "refund": return .refund(order: try id("order"), amount: try units("amount"))
        case "void": return .void(order: try id("order"))
        case "delete":
            if let subscription = json["subscription"]?.id { return .deleteSubscription(subscription) }
            return .deleteOrder(try id("order"))
        default: return nil
        }
    }

    private func draft(_ json: JSON) throws(Refusal) -> BillingDeed.PlanDraft {
        guard let cycle = json["cycle"]?.text.flatMap(SimCycle.init) else { throw .bad("cycle is DAY, WEEK, …") }
        return .init(cycle, json["frequency"]?.integer ?? 1, price: try amount(json["price"], "price") ?? 0)
    }

    private func outcome(_ json: JSON) throws(Refusal) -> BillingDeed.Outcome {
        guard let word = json["outcome"]?.text else { return .paid }
        guard let outcome = BillingDeed.Outcome(rawValue: word) else { throw .bad("outcome is paid, failed or open") }
        return outcome
    }

    private func day(_ name: String, _ json: JSON) throws(Refusal) -> CivilDay? {
        guard let given = json[name], given != .null else { return nil }
        guard let day = given.text.flatMap({ CivilDay($0) }) else { throw .bad("\(name) is a day") }
        return day
    }
}
