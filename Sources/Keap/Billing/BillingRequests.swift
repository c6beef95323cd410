import OutboundAPI
import WireFormats

extension APIRequest {
    static func listSubscriptions(_ which: SubscriptionSelection, page: String?) throws(KeapFailure) -> APIRequest {
        let query: BillingQuery =
            switch which {
            case .contact(let id): BillingQuery(["contact_id==\(try number(id))"], order: "id asc")
            case .ids(let ids): BillingQuery(["ids==\(try list(ids))"], order: "id asc")
            case .newestFirst: BillingQuery([], order: "modification_time desc")
            case .after(let id): BillingQuery(try after("id", id), order: "id asc")
            }
        return query.request(.listSubscriptions, ["v2", "subscriptions"], page: page)
    }

    static func readSubscription(_ id: SubscriptionID) throws(KeapFailure) -> APIRequest {
        APIRequest(.readSubscription, .get, ["v2", "subscriptions", try pathPart(id.text)])
    }

    static func listOrders(_ which: OrderSelection, page: String?) throws(KeapFailure) -> APIRequest {
        let query: BillingQuery =
            switch which {
            case .contact(let id): BillingQuery(["contact_id==\(try number(id))"], order: "id asc")
            case .ids(let ids): BillingQuery(["ids==\(try list(ids))"], order: "id asc")
            case .invoice(let id): BillingQuery(["invoice_id==\(try number(id))"], order: "id asc")
            // An order that changes between two pages moves to the front, so that none falls between them.
            case .modifiedSince(let time):
                BillingQuery(["modified_since_time==\(ISO8601.text(time))"], order: "modification_time desc")
            case .after(let id): BillingQuery(try after("id", id), order: "id asc")
            }
        return query.request(.listOrders, ["v2", "orders"], page: page)
    }

    static func readOrder(_ id: OrderID) throws(KeapFailure) -> APIRequest {
        APIRequest(.readOrder, .get, ["v2", "orders", try pathPart(id.text)])
    }

    static func listTransactions(_ which: TransactionSelection, page: String?) throws(KeapFailure) -> APIRequest {
        let clauses: [String] =
            switch which {
            case .order(let id): ["order_id==\(try number(id))"]
            case .contact(let id): ["contact_id==\(try number(id))"]
            case .between(let since, let until):
                ["since_time==\(ISO8601.text(since))", "until_time==\(ISO8601.text(until))"]
            }
        return BillingQuery(clauses, order: "transaction_time asc")
            .request(.listTransactions, ["v2", "sales", "transactions"], page: page)
    }

    static func listProducts(_ which: ProductSelection, page: String?) throws(KeapFailure) -> APIRequest {
        let clauses: [String] =
            switch which {
            case .all: []
            case .ids(let ids): ["product_ids==\(try list(ids))"]
            }
        return BillingQuery(clauses, order: "name asc").request(.listProducts, ["v2", "products"], page: page)
    }

    static func readProduct(_ id: ProductID) throws(KeapFailure) -> APIRequest {
        APIRequest(.readProduct, .get, ["v2", "products", try pathPart(id.text)])
    }

    static func listPayers(_ which: PayerSelection, page: String?) throws(KeapFailure) -> APIRequest {
        let clauses: [String] =
            switch which {
            case .ids(let ids): ["ids==\(try list(ids))"]
            case .updatedSince(let time): ["start_update_time==\(ISO8601.text(time))"]
            }
        return BillingQuery(clauses, order: "id asc", further: [payerFields])
            .request(.listPayers, ["v2", "contacts"], page: page)
    }

    static func readPayer(_ id: ContactID) throws(KeapFailure) -> APIRequest {
        APIRequest(.readContact, .get, ["v2", "contacts", try pathPart(id.text)], [payerFields])
    }

    private static let payerFields = QueryItem(
        "fields",
        commaJoined: ["id", "given_name", "family_name", "company", "email_addresses", "addresses", "create_time"])

    private static func after<Kind>(_ name: String, _ id: KeapID<Kind>?) throws(KeapFailure) -> [String] {
        guard let id else { return [] }
        return ["\(name)>\(try number(id))"]
    }

    private static func list<Kind>(_ ids: [KeapID<Kind>]) throws(KeapFailure) -> String {
        guard (1...BillingLimits.mostIDs).contains(ids.count) else {
            throw .refused(
                status: 0, message: "Not sent: a filter takes 1 to \(BillingLimits.mostIDs) ids, not \(ids.count).")
        }
        var numbers: [String] = []
        for id in ids { numbers.append(try number(id)) }
        return numbers.joined(separator: ",")
    }

    /// An id of another kind of text could mean something to the filter.
    private static func number<Kind>(_ id: KeapID<Kind>) throws(KeapFailure) -> String {
        guard !id.text.isEmpty, id.text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .refused(status: 0, message: "“\(id)” is not an id that Keap's filter can be asked for.")
        }
        return id.text
    }
}

/// What a list of bills is asked for, apart from its page.
private struct BillingQuery {
    private var items: [QueryItem]

    init(_ clauses: [String], order: String, further: [QueryItem] = []) {
        items = clauses.isEmpty ? [] : [QueryItem("filter", clauses.joined(separator: ";"))]
        items.append(QueryItem("order_by", order))
        items += further
    }

    func request(_ endpoint: APIEndpoint, _ path: [String], page: String?) -> APIRequest {
        APIRequest(endpoint, .get, path, pageQuery(token: page) + (isAddress(page) ? [] : items))
    }
}
