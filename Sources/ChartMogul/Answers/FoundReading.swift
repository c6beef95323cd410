import WireFormats

extension DataSource {
    init?(_ json: JSONNode) {
        guard let uuid = json["uuid"]?.text, let name = json["name"]?.text else { return nil }
        (self.uuid, self.name) = (uuid, name)
        let setting = json["auto_churn_subscription_setting"]
        if setting?["enabled"]?.flag == true { autoChurnDays = setting?["interval"]?.whole ?? 0 }
    }
}

extension FoundPlan {
    init?(_ json: JSONNode) {
        guard let uuid = json["uuid"]?.text else { return nil }
        self.uuid = uuid
        body = PlanBody(
            externalID: json["external_id"]?.text ?? "", name: json["name"]?.text ?? "",
            count: json["interval_count"]?.whole ?? 0,
            unit: json["interval_unit"]?.text.flatMap(PlanBody.Unit.init) ?? .month)
    }
}

extension FoundCustomer {
    init?(_ json: JSONNode) {
        guard let uuid = json["uuid"]?.text else { return nil }
        self.uuid = uuid
        let ids = (json["external_ids"]?.items ?? []).compactMap(\.text)
        externalIDs = ids.isEmpty ? [json["external_id"]?.text].compactMap { $0 } : ids
        let sources = (json["data_source_uuids"]?.items ?? []).compactMap(\.text)
        self.sources = sources.isEmpty ? [json["data_source_uuid"]?.text].compactMap { $0 } : sources
        (name, email, monthly) = (json["name"]?.text, json["email"]?.text, json["mrr"]?.whole)
    }
}

extension FoundInvoice {
    init?(_ json: JSONNode) {
        guard let uuid = json["uuid"]?.text, let id = json["external_id"]?.text, let date = json["date"]?.time,
            let currency = json["currency"]?.text
        else { return nil }
        self.uuid = uuid
        customer = json["customer_uuid"]?.text
        body = InvoiceBody(externalID: id, date: date, currency: currency)
        body.due = json["due_date"]?.time
        for line in json["line_items"]?.items ?? [] {
            guard let uuid = line["uuid"]?.text, let read = LineBody(line) else { return nil }
            lineIDs[read.externalID.isEmpty ? uuid : read.externalID] = uuid
            body.lines.append(read)
        }
        for transaction in json["transactions"]?.items ?? [] {
            guard let uuid = transaction["uuid"]?.text, let read = TransactionBody(transaction) else { return nil }
            transactionIDs[read.externalID.isEmpty ? uuid : read.externalID] = uuid
            body.transactions.append(read)
        }
    }
}

extension LineBody {
    init?(_ json: JSONNode) {
        guard let kind = json["type"]?.text.flatMap(Kind.init) else { return nil }
        self.init(externalID: json["external_id"]?.text ?? json["uuid"]?.text ?? "", kind: kind)
        (subscription, plan) = (json["subscription_external_id"]?.text, json["plan_uuid"]?.text)
        (start, end) = (json["service_period_start"]?.time, json["service_period_end"]?.time)
        amount = json["amount_in_cents"]?.whole ?? 0
        quantity = json["quantity"]?.whole ?? 1
        discount = json["discount_amount_in_cents"]?.whole ?? 0
        tax = json["tax_amount_in_cents"]?.whole ?? 0
        description = json["description"]?.text
    }
}

extension TransactionBody {
    init?(_ json: JSONNode) {
        guard let kind = json["type"]?.text.flatMap(Kind.init), let date = json["date"]?.time else { return nil }
        self.init(
            externalID: json["external_id"]?.text ?? json["uuid"]?.text ?? "", kind: kind,
            isSuccessful: json["result"]?.text == "successful", date: date, amount: json["amount_in_cents"]?.whole)
    }
}

extension ImportedInvoice {
    init(_ json: JSONNode) {
        externalID = json["external_id"]?.text ?? ""
        let parts = (json["line_items"]?.items ?? []) + (json["transactions"]?.items ?? [])
        errors = FailureMessage.errors(json["errors"]) + parts.flatMap { FailureMessage.errors($0["errors"]) }
    }
}

extension FoundEvent {
    /// Nil for an event of a kind that we do not make.
    init?(_ json: JSONNode) {
        guard let id = json["id"]?.text, let external = json["external_id"]?.text,
            let kind = json["event_type"]?.text.flatMap(EventBody.Kind.init), let date = json["event_date"]?.time,
            let effective = json["effective_date"]?.time
        else { return nil }
        self.id = id
        body = EventBody(
            externalID: external, kind: kind, customer: json["customer_external_id"]?.text ?? "",
            subscription: json["subscription_external_id"]?.text ?? "", date: date, effective: effective)
    }
}

extension ListedEvent {
    /// Nil for an event that ends nothing.
    init?(_ json: JSONNode) {
        guard let kind = json["event_type"]?.text.flatMap(EventBody.Kind.init),
            let effective = json["effective_date"]?.time
        else { return nil }
        body = EventBody(
            externalID: json["external_id"]?.text ?? "", kind: kind, customer: json["customer_external_id"]?.text ?? "",
            subscription: json["subscription_external_id"]?.text ?? "", date: json["event_date"]?.time ?? effective,
            effective: effective)
    }
}

extension AccountSettings {
    init?(_ json: JSONNode) {
        guard let currency = json["currency"]?.text else { return nil }
        (name, self.currency) = (json["name"]?.text ?? "", currency)
        timeZone = json["time_zone"]?.text ?? "UTC"
        churnRecognition = json["churn_recognition"]?.text.flatMap(ChurnRecognition.init)
        // Clients of ChartMogul's own read it as a flag, and as an object with one.
        autoChurns = json["auto_churn_subscription"]?.flag ?? json["auto_churn_subscription"]?["enabled"]?.flag
    }
}

extension MonthlyFigure {
    init?(_ json: JSONNode) {
        guard let day = json["date"]?.text, let amount = json["mrr"]?.whole else { return nil }
        (self.day, self.amount) = (String(day.prefix(10)), amount)
    }
}

extension FoundSubscription {
    init?(_ json: JSONNode) {
        guard let uuid = json["uuid"]?.text ?? json["id"]?.text else { return nil }
        self.uuid = uuid
        externalID = json["external_id"]?.text ?? ""
        (plan, status, monthly) = (json["plan"]?.text, json["status"]?.text, json["mrr"]?.whole)
    }
}

extension MogulPage {
    /// Items that are none of the list's kind are left out.
    init?(_ json: JSONNode, _ name: String, _ read: (JSONNode) -> Item?) {
        guard let list = json[name]?.items else { return nil }
        self.init(
            items: list.compactMap(read), next: json["has_more"]?.flag == true ? json["cursor"]?.text : nil)
    }
}
