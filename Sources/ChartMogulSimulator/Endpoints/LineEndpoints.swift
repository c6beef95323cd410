import WireFormats

extension Account {
    func line(_ arrival: Arrival) throws(Refusal) -> LineItem {
        let uuid = arrival.id("line")
        let found = uuid.isEmpty ? lines[try key(arrival)] : lines[uuid]
        guard let found else { throw .missing("Line item", uuid) }
        return found
    }

    mutating func createLine(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let invoice = try invoice(arrival)
        var fields = try arrival.fields(allowing: LineItem.Content.names)
        var content = LineItem.Content()
        try content.take(&fields, self, source: invoice.key.source, at: arrival.now)
        if lines[ExternalKey(source: invoice.key.source, id: content.externalID)] != nil {
            refusedRepeats["line_item", default: 0] += 1
            fields.complain("external_id", Account.repeatedLine)
        }
        try fields.check()
        return MogulWorld.Answer(201, json(insert(content, into: invoice)))
    }

    mutating func updateLine(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try line(arrival)
        let before = changed.content
        // What a change leaves out stays as it was; only the kind can never become another.
        var fields = try Fields(
            (arrival.body ?? .null).naming("type", before.kind.rawValue)
                .naming("amount_in_cents", whole: before.amount),
            allowing: LineItem.Content.names)
        try changed.content.take(&fields, self, source: changed.source, at: arrival.now)
        if changed.content.kind != before.kind { fields.complain("type", "cannot be changed") }
        if changed.content.externalID != before.externalID,
            lines[ExternalKey(source: changed.source, id: changed.content.externalID)] != nil
        {
            refusedRepeats["line_item", default: 0] += 1
            fields.complain("external_id", Account.repeatedLine)
        }
        try fields.check()
        _ = lines.change(changed.uuid) { $0 = changed }
        noteSubscription(of: changed)
        return MogulWorld.Answer(200, json(changed))
    }

    mutating func deleteLine(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let line = try line(arrival)
        lines.remove(line.uuid)
        _ = invoices.change(line.invoice) { $0.lines.removeAll { $0 == line.uuid } }
        return .noContent
    }

    mutating func insert(_ content: LineItem.Content, into invoice: Invoice) -> LineItem {
        let number = nextNumber()
        let made = LineItem(
            number: number, uuid: Account.uuid("li", number), invoice: invoice.uuid, source: invoice.key.source,
            content: content)
        lines.insert(made)
        _ = invoices.change(invoice.uuid) { $0.lines.append(made.uuid) }
        noteSubscription(of: made)
        return made
    }

    private mutating func noteSubscription(of line: LineItem) {
        guard line.content.kind != .oneTime else { return }
        _ = subscription(ExternalKey(source: line.source, id: line.content.subscription))
    }

    func json(_ line: LineItem) -> JSONNode {
        let content = line.content
        var json = object([
            "uuid": .string(line.uuid), "external_id": .optional(content.externalID.isEmpty ? nil : content.externalID),
            "type": .string(content.kind.rawValue), "amount_in_cents": .whole(content.amount),
            "quantity": .whole(content.quantity), "discount_code": .optional(content.discountCode),
            "discount_amount_in_cents": .whole(content.discount),
            "discount_description": .optional(content.discountDescription),
            "tax_amount_in_cents": .whole(content.tax), "transaction_fees_in_cents": .whole(content.fees),
            "transaction_fees_currency": .optional(content.feesCurrency),
            "account_code": .optional(content.accountCode), "description": .optional(content.description),
            "event_order": content.eventOrder.map { .whole($0) } ?? .null,
            "plan_uuid": .optional(content.plan.isEmpty ? nil : content.plan),
        ])
        if content.kind != .oneTime {
            let subscription = subscriptions[ExternalKey(source: line.source, id: content.subscription)]
            json = json.adding([
                "subscription_uuid": .optional(subscription?.uuid),
                "subscription_external_id": .string(content.subscription),
                "subscription_set_external_id": .optional(
                    content.subscriptionSet.isEmpty ? nil : content.subscriptionSet),
                "service_period_start": .optional(content.start?.text),
                "service_period_end": .optional(content.end?.text), "prorated": .bool(content.isProrated),
                "proration_type": .optional(content.proration?.rawValue),
                "balance_transfer": .bool(content.balanceTransfer), "cancelled_at": .optional(content.cancelled?.text),
            ])
        }
        return json
    }
}

extension JSONNode {
    /// The object with this member, if it has none of the name.
    func naming(_ name: String, _ text: String) -> JSONNode {
        self[name] == nil ? with(name, .string(text)) : self
    }

    func naming(_ name: String, whole number: Int) -> JSONNode {
        self[name] == nil ? with(name, .whole(number)) : self
    }

    private func with(_ name: String, _ value: JSONNode) -> JSONNode {
        guard case .object(let members) = self else { return self }
        return .object(members + [Member(name: name, value: value)])
    }
}
