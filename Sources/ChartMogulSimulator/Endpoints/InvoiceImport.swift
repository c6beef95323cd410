import WireFormats

/// One invoice of a request, read and checked, with what is wrong with each of its parts.
private struct InvoiceDraft {
    var sent: JSONNode
    var key: ExternalKey
    var date: WorldTime
    var due: WorldTime?
    var currency: String
    var lines: [LineItem.Content] = []
    var transactions: [Transaction.Content] = []
    var errors: [JSONNode.Member] = []
    var errorsOfLines: [[JSONNode.Member]] = []
    var errorsOfTransactions: [[JSONNode.Member]] = []

    var isSound: Bool {
        errors.isEmpty && errorsOfLines.allSatisfy(\.isEmpty) && errorsOfTransactions.allSatisfy(\.isEmpty)
    }
}

extension Account {
    /// Takes each invoice that is right, and answers for each of the others what is wrong with it.
    mutating func importInvoices(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        let fields = try arrival.fields(allowing: ["invoices", "customer_uuid", "data_source_uuid"])
        guard let items = try fields.list("invoices"), !items.isEmpty else {
            throw .invalid("invoices", "can't be blank")
        }
        var answers: [JSONNode] = []
        var taken = 0
        // A body that does not fit the schema imports nothing at all, so each is looked at before the first is kept.
        for (index, item) in items.enumerated() {
            _ = try draft(item, at: fields.place(of: "invoices", index), customer, at: arrival.now)
        }
        for (index, item) in items.enumerated() {
            let draft = try draft(item, at: fields.place(of: "invoices", index), customer, at: arrival.now)
            guard draft.isSound else {
                answers.append(refusal(of: draft))
                continue
            }
            answers.append(json(keep(draft, of: customer)).adding(["errors": .object([])]))
            taken += 1
        }
        return MogulWorld.Answer(taken == 0 ? quirks.statusOfNoInvoice : 201, object(["invoices": .array(answers)]))
    }

    private func draft(
        _ node: JSONNode, at place: String, _ customer: Customer, at now: WorldTime
    ) throws(Refusal) -> InvoiceDraft {
        var fields = try Fields(
            node, at: place,
            allowing: [
                "external_id", "date", "due_date", "currency", "customer_external_id", "customer_uuid",
                "data_source_uuid", "line_items", "transactions", "collection_method", "uuid",
            ])
        let source = try fields.text("data_source_uuid") ?? customer.keys.first?.source ?? ""
        if !customer.sources.contains(source) {
            fields.complain("data_source_uuid", "The customer is not of this data source.")
        }
        if let id = try fields.text("customer_external_id"),
            !customer.keys.contains(ExternalKey(source: source, id: id))
        {
            fields.complain("customer_external_id", "is not the customer's")
        }
        let key = ExternalKey(source: source, id: try fields.required("external_id"))
        if invoices[key] != nil {
            fields.complain("external_id", "The external ID for this invoice already exists in our system.")
        }
        var draft = InvoiceDraft(
            sent: node, key: key, date: try fields.requiredTime("date"), due: try fields.time("due_date"),
            currency: try fields.required("currency"))
        if !Account.isCurrency(draft.currency) { fields.complain("currency", "is not a valid currency code") }
        let items = try fields.list("line_items") ?? []
        if items.isEmpty { fields.complain("line_items", "can't be blank") }
        for (index, item) in items.enumerated() {
            var content = LineItem.Content()
            var line = try Fields(
                item, at: fields.place(of: "line_items", index), allowing: LineItem.Content.names)
            try content.take(&line, self, source: source, at: now)
            let isRepeat =
                lines[ExternalKey(source: source, id: content.externalID)] != nil
                || draft.lines.contains { $0.externalID == content.externalID }
            if isRepeat, !content.externalID.isEmpty { line.complain("external_id", Account.repeatedLine) }
            draft.lines.append(content)
            draft.errorsOfLines.append(line.errors)
        }
        for (index, item) in (try fields.list("transactions") ?? []).enumerated() {
            var content = Transaction.Content()
            var transaction = try Fields(
                item, at: fields.place(of: "transactions", index), allowing: Transaction.Content.names)
            try content.take(&transaction)
            let isRepeat =
                transactions[ExternalKey(source: source, id: content.externalID)] != nil
                || draft.transactions.contains { $0.externalID == content.externalID }
            if isRepeat, !content.externalID.isEmpty {
                transaction.complain("external_id", Account.repeatedTransaction)
            }
            draft.transactions.append(content)
            draft.errorsOfTransactions.append(transaction.errors)
        }
        draft.errors = fields.errors
        return draft
    }

    private mutating func keep(_ draft: InvoiceDraft, of customer: Customer) -> Invoice {
        let number = nextNumber()
        let made = Invoice(
            number: number, uuid: Account.uuid("inv", number), key: draft.key, customer: customer.uuid,
            date: draft.date, due: draft.due, currency: draft.currency)
        insert(made)
        for line in draft.lines { _ = insert(line, into: made) }
        for transaction in draft.transactions { _ = insert(transaction, into: made) }
        return invoices[made.uuid] ?? made
    }

    /// The object as it was sent, with an `errors` in each part.
    private mutating func refusal(of draft: InvoiceDraft) -> JSONNode {
        func marked(_ name: String, _ errors: [[JSONNode.Member]]) -> JSONNode {
            let items = draft.sent[name]?.items ?? []
            return .array(zip(items, errors).map { $0.adding(["errors": .object($1)]) })
        }
        note(repeats: draft.errors, "invoice")
        for errors in draft.errorsOfLines { note(repeats: errors, "line_item") }
        for errors in draft.errorsOfTransactions { note(repeats: errors, "transaction") }
        let rest = (draft.sent.members ?? []).filter { $0.name != "line_items" && $0.name != "transactions" }
        return JSONNode.object(rest).adding([
            "line_items": marked("line_items", draft.errorsOfLines),
            "transactions": marked("transactions", draft.errorsOfTransactions), "errors": .object(draft.errors),
        ])
    }

    private mutating func note(repeats errors: [JSONNode.Member], _ kind: String) {
        let isRepeat = errors.contains { $0.name == "external_id" && $0.value.text?.contains("already") == true }
        if isRepeat { refusedRepeats[kind, default: 0] += 1 }
    }

    static func isCurrency(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { 0x41...0x5A ~= $0 }
    }

    static let repeatedLine = "The external ID for this line item already exists in our system."
    static let repeatedTransaction = "The external ID for this transaction already exists in our system."
}
