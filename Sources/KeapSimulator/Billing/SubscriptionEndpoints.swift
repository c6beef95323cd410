import WireFormats

/// v2's subscriptions.
extension Account {
    func listSubscriptions(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"),
            allowed: ["id", "contact_id", "subscription_plan_id", "modification_time"])
        let (book, currency) = (billing, billing.currency)
        var search = BillingSearch<SimSubscription>()
        for clause in try Filter(act.request.parameter("filter"), allowsUnequal: true).clauses {
            switch clause.field {
            case "contact_id": search.narrow(to: book.subscriptionsByContact[try clause.equalNumber()] ?? [])
            case "subscription_plan_id":
                let plan = try clause.equalNumber()
                search.test { $0.plan == plan }
            case "subscription_plan_ids":
                let plans = try clause.numbers()
                search.test { plans.contains($0.plan) }
            case "status":
                let isActive = try clause.word(of: ["Active", "Inactive"]) == "Active"
                search.test { $0.isActive == isActive }
            case "id":
                let id = try clause.number()
                if clause.comparison == .equal { search.narrow(to: [id]) }
                search.test { clause.comparison.holds($0.id, id) }
            case "ids": search.narrow(to: try clause.numbers())
            case "billing_amount":
                let amount = try clause.amount(in: currency)
                search.test { clause.comparison.holds($0.amount, amount) }
            default: throw clause.unknown()
            }
        }
        let found = search.matches(in: book.subscriptions)
        let sorted =
            switch ordering?.field {
            case "contact_id": found.ordered(by: \.contact, \.id, ordering)
            case "subscription_plan_id": found.ordered(by: \.plan, \.id, ordering)
            case "modification_time": found.ordered(by: \.modified, \.id, ordering)
            default: found.ordered(by: \.id, \.id, ordering)
            }
        return paging.answer(sorted, as: "subscriptions", request: act.request, quirks: quirks) { $0.json(currency) }
    }

    func getSubscription(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try billing.subscription(act.ids.subscription ?? 0).json(billing.currency))
    }

    mutating func createSubscription(_ act: Act) throws(Refusal) -> SimAnswer {
        let json = try act.json(
            allowing: [
                "quantity", "active", "contact_id", "subscription_plan_id", "billing_amount", "auto_charge",
                "max_charge_attempts", "days_between_retries", "start_date", "payment_method_id", "allow_tax",
                "allow_duplicate", "lead_affiliate_id", "sale_affiliate_id", "shipping_address", "promo_code",
                "shipping_option_id", "reason_stopped", "custom_fields",
            ], quirks: quirks)
        guard let contact = json["contact_id"]?.id, let plan = json["subscription_plan_id"]?.id else {
            throw .bad("contact_id and subscription_plan_id are required")
        }
        var sale = BillingDeed.Sale(contact: contact, plan: plan, outcome: nil)
        sale.quantity = json["quantity"]?.integer ?? 1
        sale.amount = try amount(json["billing_amount"], "billing_amount")
        if let day = try day(json["start_date"], "start_date") {
            guard day >= act.now.civilDay else { throw .bad("start_date must not be in the past", about: "start_date") }
            sale.start = day
        }
        let isTwin = billing.subscriptionsByContact[contact]?.contains { id in
            billing.subscriptions[id].map { $0.plan == plan && $0.isActive } ?? false
        }
        if isTwin == true, json["allow_duplicate"]?.bool != true {
            throw Refusal(status: 409, message: "The contact has such a subscription already")
        }
        let made = try bill(.sell(sale), at: act.now)
        return SimAnswer(status: 201, try billing.subscription(made.subscription ?? 0).json(billing.currency))
    }

    mutating func updateSubscription(_ act: Act) throws(Refusal) -> SimAnswer {
        let names = [
            "contact_id", "subscription_plan_id", "quantity", "billing_amount", "auto_charge", "max_charge_attempts",
            "days_between_retries", "active", "billing_frequency", "billing_cycle", "next_bill_date", "end_date",
            "payment_method_id", "allow_tax", "lead_affiliate_id", "sale_affiliate_id", "promo_code",
            "shipping_option_id", "reason_stopped", "shipping_address", "custom_fields",
        ]
        let id = act.ids.subscription ?? 0
        _ = try billing.subscription(id)
        let json = try act.json(allowing: names, quirks: quirks)
        let mask = try act.mask(allowing: Set(names))
        func given(_ name: String) -> JSON? { mask?.contains(name) == false ? nil : json[name] }
        var change = BillingDeed.SubscriptionChange()
        change.contact = given("contact_id")?.id
        change.plan = given("subscription_plan_id")?.id
        change.quantity = given("quantity")?.integer
        change.amount = try amount(given("billing_amount"), "billing_amount")
        change.isActive = given("active")?.bool
        change.frequency = given("billing_frequency")?.integer
        change.reasonStopped = given("reason_stopped")?.text
        if let word = given("billing_cycle") {
            guard let cycle = word.text.flatMap({ SimCycle(rawValue: $0) }) else {
                throw .bad("billing_cycle is invalid", about: "billing_cycle")
            }
            change.cycle = cycle
        }
        change.nextBill = try day(given("next_bill_date"), "next_bill_date")
        change.end = try day(given("end_date"), "end_date")
        change.removesEnd = given("end_date") == .null
        for day in [change.nextBill, change.end] {
            if let day, day < act.now.civilDay { throw .bad("next_bill_date and end_date must not be in the past") }
        }
        _ = try bill(.change(subscription: id, change), at: act.now)
        return SimAnswer(status: 200, try billing.subscription(id).json(billing.currency))
    }

    mutating func deactivateSubscription(_ act: Act) throws(Refusal) -> SimAnswer {
        let reason = try act.json(allowing: ["reason"], quirks: quirks)["reason"]?.text
        _ = try bill(.deactivate(subscription: act.ids.subscription ?? 0, end: nil, reason: reason), at: act.now)
        return SimAnswer(status: 200)
    }

    func amount(_ json: JSON?, _ name: String) throws(Refusal) -> Int? {
        guard let json, json != .null else { return nil }
        guard case .number = json, let units = billing.currency.units(json), units >= 0 else {
            throw .bad("\(name) is invalid", about: name)
        }
        return units
    }

    private func day(_ json: JSON?, _ name: String) throws(Refusal) -> CivilDay? {
        guard let json, json != .null else { return nil }
        guard let day = json.text.flatMap({ CivilDay($0) }) else { throw .bad("\(name) is invalid", about: name) }
        return day
    }
}

extension Account {
    /// Does one thing to the bills, and tells the hooks.
    package mutating func bill(_ deed: BillingDeed, at now: WorldTime) throws(Refusal) -> BillingResult {
        let contacts = contacts
        let result = try billing.perform(deed, at: now) { contacts[$0] != nil }
        tellHooks(at: now)
        return result
    }

    mutating func tellHooks(at now: WorldTime) {
        for event in billing.takeEvents() { hooks.add(event, at: now) }
    }

    /// v2's `BasicContact`.
    func payerJSON(_ id: Int) -> JSON {
        guard let contact = contacts[id] else { return ["id": .string(String(id))] }
        return [
            "id": .string(String(id)), "email": .optional(contact.emails.first),
            "given_name": .string(contact.givenName), "family_name": .string(contact.familyName),
        ]
    }
}
