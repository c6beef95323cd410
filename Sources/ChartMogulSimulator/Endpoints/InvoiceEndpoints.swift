import WireFormats

extension Account {
    /// By the uuid in the path, or by `external_id` and `data_source_uuid` in the query.
    func invoice(_ arrival: Arrival) throws(Refusal) -> Invoice {
        let uuid = arrival.id("invoice")
        if !uuid.isEmpty {
            guard let invoice = invoices[uuid] else { throw .missing("Invoice", uuid) }
            return invoice
        }
        let key = try key(arrival)
        guard let invoice = invoices[key] else { throw .missing("Invoice", key.id) }
        return invoice
    }

    func key(_ arrival: Arrival) throws(Refusal) -> ExternalKey {
        guard let id = arrival.parameter("external_id"), !id.isEmpty else {
            throw .schema("is required", param: "external_id")
        }
        guard let source = arrival.parameter("data_source_uuid"), !source.isEmpty else {
            throw .schema("is required", param: "data_source_uuid")
        }
        return ExternalKey(source: source, id: id)
    }

    func listInvoices(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let page = try PageRequest(arrival)
        let id = arrival.parameter("external_id")
        let source = arrival.parameter("data_source_uuid")
        let customer = arrival.parameter("customer_uuid")
        var few: [Invoice]?
        if let id, let source { few = [invoices[ExternalKey(source: source, id: id)]].compactMap(\.self) }
        if few == nil, let customer { few = invoicesInOrder(of: customer) }
        let list = page.answer("invoices", of: invoices, only: few) { invoice in
            (id == nil || invoice.key.id == id) && (source == nil || invoice.key.source == source)
                && (customer == nil || invoice.customer == customer)
        } json: {
            json($0)
        }
        return MogulWorld.Answer(200, list)
    }

    func importedInvoices(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        let list = try PageRequest(arrival).answer(
            "invoices", of: invoices, only: invoicesInOrder(of: customer.uuid)
        ) { _ in
            true
        } json: {
            json($0)
        }
        return MogulWorld.Answer(200, list.adding(["customer_uuid": .string(customer.uuid)]))
    }

    /// By number: those of a merged customer came later than they were made.
    private func invoicesInOrder(of customer: String) -> [Invoice] {
        (invoicesOfCustomer[customer] ?? []).compactMap { invoices[$0] }.sorted { $0.number < $1.number }
    }

    mutating func updateInvoice(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try invoice(arrival)
        var fields = try arrival.fields(allowing: ["date", "due_date", "currency"])
        if fields.has("date") { changed.date = try fields.requiredTime("date") }
        if fields.has("due_date") { changed.due = try fields.time("due_date") }
        if fields.has("currency") {
            changed.currency = try fields.required("currency")
            if !Account.isCurrency(changed.currency) { fields.complain("currency", "is not a valid currency code") }
        }
        try fields.check()
        _ = invoices.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, json(changed))
    }

    mutating func setInvoiceStatus(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let source = try source(arrival.id("source"))
        let key = ExternalKey(source: source.uuid, id: arrival.id("external"))
        guard let invoice = invoices[key] else { throw .missing("Invoice", key.id) }
        let text = try arrival.fields(allowing: ["status"]).text("status") ?? ""
        guard let status = Invoice.Status(rawValue: text), status != .live else {
            throw .invalid("status", "must be voided or written_off")
        }
        _ = invoices.change(invoice.uuid) { $0.status = status }
        return MogulWorld.Answer(
            200, object(["invoice_external_id": .string(key.id), "status": .string(status.rawValue)]))
    }

    mutating func deleteInvoicesOfCustomer(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let source = try source(arrival.id("source"))
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        for uuid in invoicesOfCustomer[customer.uuid] ?? [] where invoices[uuid]?.key.source == source.uuid {
            removeInvoice(uuid)
        }
        return .noContent
    }

    /// No invoice says that it was voided or written off, as ChartMogul's do not.
    func json(_ invoice: Invoice) -> JSONNode {
        object([
            "uuid": .string(invoice.uuid), "customer_uuid": .string(invoice.customer),
            "date": .string(invoice.date.text), "due_date": .optional(invoice.due?.text),
            "external_id": .string(invoice.key.id), "data_source_uuid": .string(invoice.key.source),
            "currency": .string(invoice.currency), "disabled": .bool(false),
            "line_items": .array(invoice.lines.compactMap { lines[$0] }.map { json($0) }),
            "transactions": .array(invoice.transactions.compactMap { transactions[$0] }.map { json($0) }),
        ])
    }
}
