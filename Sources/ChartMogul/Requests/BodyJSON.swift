import WireFormats

extension CustomerBody {
    /// - Parameter source: of a customer that is made; nil for a change, which clears what is nil.
    func json(source: String?) -> JSONNode {
        let isNew = source != nil
        func text(_ text: String?) -> JSONNode? { text.map(JSONNode.string) ?? (isNew ? nil : .null) }
        let custom = isNew && !attributes.isEmpty ? JSONNode.object(["custom": Self.json(attributes)]) : nil
        return .object([
            "data_source_uuid": source.map(JSONNode.string), "external_id": isNew ? .string(externalID) : nil,
            "name": .string(name), "company": text(company), "email": text(email), "country": text(country),
            "state": text(state), "city": text(city), "zip": text(zip),
            "free_trial_started_at": freeTrialStartedAt.map(JSONNode.time) ?? (isNew ? nil : .null),
            "attributes": custom,
        ])
    }

    static func json(_ attributes: [String: String]) -> JSONNode {
        .array(
            attributes.sorted { $0.key < $1.key }.map { key, value in
                .object(["type": .string("String"), "key": .string(key), "value": .string(value)])
            })
    }
}

extension InvoiceBody {
    func json(customer: String, source: String, plans: [String: String]) -> JSONNode {
        .object([
            "external_id": .string(externalID), "date": .time(date), "due_date": due.map(JSONNode.time),
            "currency": .string(currency), "customer_external_id": .string(customer),
            "data_source_uuid": .string(source),
            "line_items": .array(lines.map { line in line.json(plan: line.plan.flatMap { plans[$0] }) }),
            "transactions": .array(transactions.map(\.json)),
        ])
    }
}

extension LineBody {
    func json(plan: String?) -> JSONNode {
        .object([
            "type": .string(kind.rawValue), "external_id": .string(externalID),
            "subscription_external_id": subscription.map(JSONNode.string), "plan_uuid": plan.map(JSONNode.string),
            "service_period_start": start.map(JSONNode.time), "service_period_end": end.map(JSONNode.time),
            "amount_in_cents": .whole(amount), "quantity": .whole(quantity),
            "discount_amount_in_cents": .whole(discount),
            "tax_amount_in_cents": .whole(tax), "description": description.map(JSONNode.string),
        ])
    }
}

extension TransactionBody {
    var json: JSONNode {
        .object([
            "type": .string(kind.rawValue), "result": .string(isSuccessful ? "successful" : "failed"),
            "date": .time(date),
            "external_id": .string(externalID), "amount_in_cents": amount.map(JSONNode.whole),
        ])
    }
}

extension EventBody {
    func json(_ source: String) -> JSONNode {
        .object([
            "data_source_uuid": .string(source), "customer_external_id": .string(customer),
            "subscription_external_id": .string(subscription), "event_type": .string(kind.rawValue),
            "external_id": .string(externalID), "event_date": .time(date), "effective_date": .time(effective),
        ])
    }
}
