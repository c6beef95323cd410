import WireFormats

/// The customers and subscriptions that a request names, in its path, its query or its body.
struct Mentions: Hashable, Sendable {
    /// `customer cus_…`, `subscription ds_…/keap-sub-1`; one that is not known yet by the external id that it was given.
    var subjects: Set<String> = []

    init() {}

    init(_ arrival: Arrival, _ account: Account) {
        func customer(_ uuid: String) { subjects.insert("customer " + uuid) }
        func customer(source: String?, id: String?) {
            guard let id, !id.isEmpty else { return }
            let known = account.customers.first(source: source, id: id)
            subjects.insert("customer " + (known?.uuid ?? (source ?? "") + "/" + id))
        }
        func subscription(_ source: String?, _ id: String?) {
            guard let id, !id.isEmpty else { return }
            subjects.insert("subscription " + (source ?? "") + "/" + id)
        }
        let customerInPath = arrival.id("customer")
        if account.customers[customerInPath] != nil { customer(customerInPath) }
        let invoice =
            account.invoices[arrival.id("invoice")]
            ?? account.lines[arrival.id("line")].flatMap { account.invoices[$0.invoice] }
            ?? account.transactions[arrival.id("transaction")].flatMap { account.invoices[$0.invoice] }
            ?? account.invoices[ExternalKey(source: arrival.id("source"), id: arrival.id("external"))]
        if let invoice { customer(invoice.customer) }
        switch arrival.route {
        case .endpoint(.updateEvent, _), .endpoint(.deleteEvent, _):
            if let event = try? account.event(arrival) {
                customer(source: event.content.source, id: event.content.customer)
                subscription(event.content.source, event.content.subscription)
            }
        default: break
        }
        guard let body = arrival.body else { return }
        let source = body["data_source_uuid"]?.text
        if case .endpoint(.createCustomer, _) = arrival.route {
            customer(source: source, id: body["external_id"]?.text)
        }
        for side in [body["from"], body["into"]].compactMap(\.self) {
            if let uuid = side["customer_uuid"]?.text { customer(uuid) }
            customer(source: side["data_source_uuid"]?.text, id: side["external_id"]?.text)
        }
        if let event = body["subscription_event"] {
            let source = event["data_source_uuid"]?.text
            customer(source: source, id: event["customer_external_id"]?.text)
            subscription(source, event["subscription_external_id"]?.text)
        }
        let ownSource = account.customers[customerInPath]?.keys.first?.source ?? invoice?.key.source
        for invoice in body["invoices"]?.items ?? [] {
            for line in invoice["line_items"]?.items ?? [] {
                let source = invoice["data_source_uuid"]?.text ?? ownSource
                subscription(source, line["subscription_external_id"]?.text)
            }
        }
        subscription(ownSource, body["subscription_external_id"]?.text)
    }
}

extension Table where Row == Customer {
    fileprivate func first(source: String?, id: String) -> Customer? {
        source.flatMap { self[ExternalKey(source: $0, id: id)] }
    }
}
