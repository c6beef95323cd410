import WireFormats

extension LineItem.Content {
    static let names: Set<String> = [
        "type", "external_id", "subscription_external_id", "subscription_set_external_id", "plan_uuid",
        "service_period_start", "service_period_end", "amount_in_cents", "quantity", "tax_amount_in_cents",
        "discount_amount_in_cents", "discount_code", "discount_description", "transaction_fees_in_cents",
        "transaction_fees_currency", "prorated", "proration_type", "cancelled_at", "description", "account_code",
        "balance_transfer", "event_order", "uuid",
    ]

    /// Takes over what is there, and complains about what then misses or means nothing.
    mutating func take(_ fields: inout Fields, _ account: Account, source: String, at now: WorldTime) throws(Refusal) {
        try takeKind(&fields, account)
        if fields.has("external_id") { externalID = try fields.text("external_id") ?? "" }
        if fields.has("subscription_external_id") {
            subscription = try fields.text("subscription_external_id") ?? ""
        }
        if fields.has("subscription_set_external_id") {
            subscriptionSet = try fields.text("subscription_set_external_id") ?? ""
        }
        if fields.has("plan_uuid") { plan = try fields.text("plan_uuid") ?? "" }
        if fields.has("service_period_start") { start = try fields.time("service_period_start") }
        if fields.has("service_period_end") { end = try fields.time("service_period_end") }
        if fields.has("cancelled_at") { cancelled = try fields.time("cancelled_at") }
        try takeAmounts(&fields)
        try takeTexts(&fields)
        if kind != .oneTime { try checkPeriod(&fields, account, source: source, at: now) }
    }

    private mutating func takeKind(_ fields: inout Fields, _ account: Account) throws(Refusal) {
        guard let text = try fields.text("type") else { return fields.complain("type", "can't be blank") }
        guard let found = LineItem.Kind(rawValue: text), found != .trial || account.setup.takesTrialLines else {
            return fields.complain("type", "is not included in the list")
        }
        kind = found
    }

    private mutating func takeAmounts(_ fields: inout Fields) throws(Refusal) {
        if let number = try fields.integer("amount_in_cents") {
            amount = number
        } else if kind != .trial {
            fields.complain("amount_in_cents", "can't be blank")
        }
        if let number = try fields.integer("quantity") { quantity = number }
        if quantity < 1 { fields.complain("quantity", "must be greater than 0") }
        if fields.has("tax_amount_in_cents") { tax = try fields.integer("tax_amount_in_cents") ?? 0 }
        if fields.has("discount_amount_in_cents") { discount = try fields.integer("discount_amount_in_cents") ?? 0 }
        if fields.has("transaction_fees_in_cents") { fees = try fields.integer("transaction_fees_in_cents") ?? 0 }
        if kind == .trial, amount != 0 { fields.complain("amount_in_cents", "must be 0 for a trial") }
        if discount < 0 { fields.complain("discount_amount_in_cents", "must not be negative") }
        if let flag = try fields.flag("prorated") { isProrated = flag }
        if fields.has("proration_type") {
            let text = try fields.text("proration_type")
            proration = text.flatMap(LineItem.Proration.init)
            if text != nil, proration == nil { fields.complain("proration_type", "is not included in the list") }
        }
    }

    private mutating func takeTexts(_ fields: inout Fields) throws(Refusal) {
        if fields.has("discount_code") { discountCode = try fields.text("discount_code") }
        if fields.has("discount_description") { discountDescription = try fields.text("discount_description") }
        if fields.has("transaction_fees_currency") { feesCurrency = try fields.text("transaction_fees_currency") }
        if fields.has("description") { description = try fields.text("description") }
        if fields.has("account_code") { accountCode = try fields.text("account_code") }
        if (accountCode ?? "").count > 30 {
            fields.complain("account_code", "is too long (maximum is 30 characters)")
        }
        if let flag = try fields.flag("balance_transfer") { balanceTransfer = flag }
        if fields.has("event_order") { eventOrder = try fields.integer("event_order") }
    }

    private func checkPeriod(
        _ fields: inout Fields, _ account: Account, source: String, at now: WorldTime
    ) throws(Refusal) {
        if subscription.isEmpty { fields.complain("subscription_external_id", "can't be blank") }
        if start == nil { fields.complain("service_period_start", "can't be blank") }
        if end == nil { fields.complain("service_period_end", "can't be blank") }
        if let start, let end, start >= end {
            fields.complain("service_period_end", "must be after service_period_start")
        }
        guard let plan = account.plans[plan], account.isVisible(plan.created, at: now), plan.key.source == source else {
            return fields.complain("plan_uuid", "A valid plan UUID is required.")
        }
    }
}

extension Transaction.Content {
    static let names: Set<String> = [
        "type", "result", "date", "external_id", "amount_in_cents", "transaction_fees_in_cents", "uuid",
    ]

    mutating func take(_ fields: inout Fields) throws(Refusal) {
        if fields.has("type") { kind = try fields.text("type") ?? "" } else { kind = "" }
        if !["payment", "refund"].contains(kind) { fields.complain("type", "is not included in the list") }
        if fields.has("result") { result = try fields.text("result") ?? "" } else { result = "" }
        if !["successful", "failed"].contains(result) { fields.complain("result", "is not included in the list") }
        date = try fields.requiredTime("date")
        if fields.has("external_id") { externalID = try fields.text("external_id") ?? "" }
        if fields.has("amount_in_cents") { amount = try fields.integer("amount_in_cents") }
        if let amount, amount < 0 { fields.complain("amount_in_cents", "must not be negative") }
        if fields.has("transaction_fees_in_cents") { fees = try fields.integer("transaction_fees_in_cents") }
    }
}
