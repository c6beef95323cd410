import WireFormats

extension Account {
    func transaction(_ arrival: Arrival) throws(Refusal) -> Transaction {
        let uuid = arrival.id("transaction")
        let found = uuid.isEmpty ? transactions[try key(arrival)] : transactions[uuid]
        guard let found else { throw .missing("Transaction", uuid) }
        return found
    }

    mutating func createTransaction(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let invoice = try invoice(arrival)
        var fields = try arrival.fields(allowing: Transaction.Content.names)
        var content = Transaction.Content()
        try content.take(&fields)
        if transactions[ExternalKey(source: invoice.key.source, id: content.externalID)] != nil {
            refusedRepeats["transaction", default: 0] += 1
            fields.complain("external_id", Account.repeatedTransaction)
        }
        try fields.check()
        return MogulWorld.Answer(201, json(insert(content, into: invoice)))
    }

    mutating func updateTransaction(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try transaction(arrival)
        let before = changed.content
        var fields = try Fields(
            (arrival.body ?? .null).naming("type", before.kind).naming("result", before.result)
                .naming("date", before.date.text),
            allowing: Transaction.Content.names)
        try changed.content.take(&fields)
        if changed.content.externalID != before.externalID,
            transactions[ExternalKey(source: changed.source, id: changed.content.externalID)] != nil
        {
            refusedRepeats["transaction", default: 0] += 1
            fields.complain("external_id", Account.repeatedTransaction)
        }
        try fields.check()
        _ = transactions.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, json(changed))
    }

    mutating func deleteTransaction(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let transaction = try transaction(arrival)
        transactions.remove(transaction.uuid)
        _ = invoices.change(transaction.invoice) { $0.transactions.removeAll { $0 == transaction.uuid } }
        return .noContent
    }

    mutating func insert(_ content: Transaction.Content, into invoice: Invoice) -> Transaction {
        let number = nextNumber()
        let made = Transaction(
            number: number, uuid: Account.uuid("tr", number), invoice: invoice.uuid, source: invoice.key.source,
            content: content)
        transactions.insert(made)
        _ = invoices.change(invoice.uuid) { $0.transactions.append(made.uuid) }
        return made
    }

    func json(_ transaction: Transaction) -> JSONNode {
        let content = transaction.content
        return object([
            "uuid": .string(transaction.uuid),
            "external_id": .optional(content.externalID.isEmpty ? nil : content.externalID),
            "type": .string(content.kind), "date": .string(content.date.text), "result": .string(content.result),
            "amount_in_cents": content.amount.map { .whole($0) } ?? .null,
            "transaction_fees_in_cents": content.fees.map { .whole($0) } ?? .null,
        ])
    }
}
