import OutboundAPI
import WireFormats

/// Calls whose success says all.
extension MogulCall where Answer == Void {
    package static func updateCustomer(_ uuid: String, _ body: CustomerBody) -> Self {
        Self("updateCustomer", .patch, ["customers", uuid], body: body.json(source: nil)) { _ in }
    }

    package static func deleteCustomer(_ uuid: String) -> Self {
        Self("deleteCustomer", .delete, ["customers", uuid]) { _ in }
    }

    package static func removeAttribute(_ key: String, of customer: String) -> Self {
        let body = JSONNode.object(["custom": .array([.string(key)])])
        return Self("removeAttribute", .delete, ["customers", customer, "attributes", "custom"], body: body) { _ in }
    }

    package static func writeAttributes(_ attributes: [String: String], of customer: String) -> Self {
        let body = JSONNode.object(["custom": CustomerBody.json(attributes)])
        return Self("writeAttributes", .post, ["customers", customer, "attributes", "custom"], body: body) { _ in }
    }

    package static func merge(_ from: String, into: String) -> Self {
        let body = JSONNode.object([
            "from": .object(["customer_uuid": .string(from)]), "into": .object(["customer_uuid": .string(into)]),
        ])
        return Self("mergeCustomers", .post, ["customers", "merges"], body: body) { _ in }
    }

    package static func renamePlan(_ uuid: String, _ name: String) -> Self {
        Self("renamePlan", .patch, ["plans", uuid], body: .object(["name": .string(name)])) { _ in }
    }

    package static func updateInvoice(_ uuid: String, date: Int64, due: Int64?) -> Self {
        let body = JSONNode.object(["date": .time(date), "due_date": due.map(JSONNode.time) ?? .null])
        return Self("updateInvoice", .patch, ["invoices", uuid], body: body) { _ in }
    }

    package static func deleteInvoice(_ uuid: String) -> Self {
        Self("deleteInvoice", .delete, ["invoices", uuid]) { _ in }
    }

    package static func voidInvoice(_ externalID: String, of source: String) -> Self {
        Self(
            "voidInvoice", .put, ["data_sources", source, "invoices", externalID, "status"],
            body: .object(["status": .string("voided")])
        ) { _ in }
    }

    package static func createLine(_ line: LineBody, of invoice: String, plan: String?) -> Self {
        Self("createLine", .post, ["import", "invoices", invoice, "line_items"], body: line.json(plan: plan)) { _ in }
    }

    package static func updateLine(_ uuid: String, _ line: LineBody, plan: String?) -> Self {
        Self("updateLine", .patch, ["line_items", uuid], body: line.json(plan: plan)) { _ in }
    }

    package static func deleteLine(_ uuid: String) -> Self {
        Self("deleteLine", .delete, ["line_items", uuid]) { _ in }
    }

    package static func createTransaction(_ transaction: TransactionBody, of invoice: String) -> Self {
        Self(
            "createTransaction", .post, ["import", "invoices", invoice, "transactions"], body: transaction.json
        ) { _ in }
    }

    package static func updateTransaction(_ uuid: String, _ transaction: TransactionBody) -> Self {
        Self("updateTransaction", .patch, ["transactions", uuid], body: transaction.json) { _ in }
    }

    package static func deleteTransaction(_ uuid: String) -> Self {
        Self("deleteTransaction", .delete, ["transactions", uuid]) { _ in }
    }

    package static func createEvent(_ event: EventBody, in source: String) -> Self {
        Self(
            "createEvent", .post, ["subscription_events"], body: .object(["subscription_event": event.json(source)])
        ) { json in FailureMessage.errors(json["errors"]).isEmpty ? () : nil }
    }

    package static func deleteEvent(_ externalID: String, in source: String) -> Self {
        let named = JSONNode.object(["external_id": .string(externalID), "data_source_uuid": .string(source)])
        return Self("deleteEvent", .delete, ["subscription_events"], body: .object(["subscription_event": named])) {
            _ in
        }
    }

    package static var ping: Self { Self("ping", .get, ["ping"]) { $0["data"]?.text == nil ? nil : () } }
}

extension MogulCall where Answer == [DataSource] {
    /// Those of a name, with what they do to unpaid subscriptions.
    package static func dataSources(named name: String) -> Self {
        let query = [QueryItem("name", name), QueryItem("with_auto_churn_subscription_setting", "true")]
        return Self("listDataSources", .get, ["data_sources"], query) { json in
            json["data_sources"]?.items?.compactMap(DataSource.init).filter { $0.name == name }
        }
    }
}

extension MogulCall where Answer == DataSource {
    package static func createDataSource(_ name: String) -> Self {
        Self("createDataSource", .post, ["data_sources"], body: .object(["name": .string(name)]), read: DataSource.init)
    }
}

extension MogulCall where Answer == FoundPlan {
    package static func createPlan(_ plan: PlanBody, in source: String) -> Self {
        let body = JSONNode.object([
            "data_source_uuid": .string(source), "external_id": .string(plan.externalID), "name": .string(plan.name),
            "interval_count": .whole(plan.count), "interval_unit": .string(plan.unit.rawValue),
        ])
        return Self("createPlan", .post, ["plans"], body: body, read: FoundPlan.init)
    }
}

extension MogulCall where Answer == MogulPage<FoundPlan> {
    package static func plans(externalID: String, in source: String) -> Self {
        let query = [QueryItem("external_id", externalID), QueryItem("data_source_uuid", source)]
        return Self("findPlan", .get, ["plans"], query) { json in
            MogulPage(json, "plans") { node in
                FoundPlan(node).flatMap { $0.body.externalID == externalID ? $0 : nil }
            }
        }
    }

    /// All of a data source.
    package static func plans(of source: String, page: String?) -> Self {
        let query = [QueryItem("data_source_uuid", source), QueryItem("per_page", "200")] + paging(page)
        return Self("listPlans", .get, ["plans"], query) { MogulPage($0, "plans", FoundPlan.init) }
    }
}

extension MogulCall where Answer == FoundCustomer {
    package static func createCustomer(_ body: CustomerBody, in source: String) -> Self {
        Self("createCustomer", .post, ["customers"], body: body.json(source: source), read: FoundCustomer.init)
    }
}

extension MogulCall where Answer == MogulPage<FoundCustomer> {
    /// Also of other data sources: what is none of the given one is left out here.
    package static func customers(externalID: String, in source: String) -> Self {
        let query = [QueryItem("external_id", externalID), QueryItem("data_source_uuid", source)]
        return Self("findCustomer", .get, ["customers"], query) { json in
            MogulPage(json, "entries") { node in
                FoundCustomer(node).flatMap {
                    $0.externalIDs.contains(externalID) && $0.sources.contains(source) ? $0 : nil
                }
            }
        }
    }

    /// All of a data source.
    package static func customers(of source: String, page: String?) -> Self {
        let query = [QueryItem("data_source_uuid", source), QueryItem("per_page", "200")] + paging(page)
        return Self("listCustomers", .get, ["customers"], query) { MogulPage($0, "entries", FoundCustomer.init) }
    }
}

extension MogulCall where Answer == MogulPage<FoundSubscription> {
    package static func subscriptions(of customer: String, page: String?) -> Self {
        Self("listSubscriptions", .get, ["customers", customer, "subscriptions"], paging(page)) { json in
            MogulPage(json, json["entries"] == nil ? "subscriptions" : "entries", FoundSubscription.init)
        }
    }
}

extension MogulCall where Answer == [ImportedInvoice] {
    /// - Parameter plans: uuids by external ids.
    package static func createInvoices(
        _ invoices: [InvoiceBody], of customer: String, _ externalID: String, in source: String, plans: [String: String]
    ) -> Self {
        let body = JSONNode.object([
            "invoices": .array(invoices.map { $0.json(customer: externalID, source: source, plans: plans) })
        ])
        var call = Self("importInvoices", .post, ["import", "customers", customer, "invoices"], body: body) { json in
            json["invoices"]?.items?.map(ImportedInvoice.init)
        }
        call.readsRefusals = true
        return call
    }
}

extension MogulCall where Answer == MogulPage<FoundInvoice> {
    package static func invoices(externalID: String, in source: String) -> Self {
        let query = [QueryItem("external_id", externalID), QueryItem("data_source_uuid", source)]
        return Self("findInvoice", .get, ["invoices"], query) { json in
            MogulPage(json, "invoices") { node in
                FoundInvoice(node).flatMap { $0.body.externalID == externalID ? $0 : nil }
            }
        }
    }

    package static func invoices(of customer: String, in source: String, page: String?) -> Self {
        let query =
            [QueryItem("customer_uuid", customer), QueryItem("data_source_uuid", source), QueryItem("per_page", "200")]
            + paging(page)
        return Self("listInvoices", .get, ["invoices"], query) { MogulPage($0, "invoices", FoundInvoice.init) }
    }
}

extension MogulCall where Answer == MogulPage<FoundEvent> {
    package static func events(externalID: String, in source: String) -> Self {
        let query = [QueryItem("external_id", externalID), QueryItem("data_source_uuid", source)]
        return Self("findEvent", .get, ["subscription_events"], query) { json in
            MogulPage(json, "subscription_events") { node in
                FoundEvent(node).flatMap { $0.body.externalID == externalID ? $0 : nil }
            }
        }
    }
}

extension MogulCall where Answer == MogulPage<ListedEvent> {
    /// All of a data source.
    package static func events(of source: String, page: String?) -> Self {
        let query = [QueryItem("data_source_uuid", source), QueryItem("per_page", "200")] + paging(page)
        return Self("listEvents", .get, ["subscription_events"], query) {
            MogulPage($0, "subscription_events", ListedEvent.init)
        }
    }
}

extension MogulCall where Answer == AccountSettings {
    package static var account: Self {
        let query = [QueryItem("include", "churn_recognition,churn_when_zero_mrr,auto_churn_subscription")]
        return Self("readAccount", .get, ["account"], query, read: AccountSettings.init)
    }
}

extension MogulCall where Answer == [MonthlyFigure] {
    /// The whole account's monthly recurring revenue at the end of each month, in its own currency.
    ///
    /// - Parameters: days such as `2026-03-01`.
    package static func monthlyRevenue(from first: String, to last: String) -> Self {
        let query = [QueryItem("start-date", first), QueryItem("end-date", last), QueryItem("interval", "month")]
        return Self("readRevenue", .get, ["metrics", "mrr"], query) { json in
            json["entries"]?.items?.compactMap(MonthlyFigure.init)
        }
    }
}

private func paging(_ page: String?) -> [QueryItem] { page.map { [QueryItem("cursor", $0)] } ?? [] }
