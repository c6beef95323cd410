/// Every call that the simulated ChartMogul knows, as method and path; braces stand for an id.
///
/// The raw values *are* the routing table. Where a literal and an id could both match, the one that stands first wins.
enum Endpoint: String, CaseIterable, Hashable, Sendable {
    case ping = "GET /v1/ping"
    case account = "GET /v1/account"
    case createSource = "POST /v1/data_sources"
    case listSources = "GET /v1/data_sources"
    case getSource = "GET /v1/data_sources/{source}"
    case deleteSource = "DELETE /v1/data_sources/{source}"
    case setInvoiceStatus = "PUT /v1/data_sources/{source}/invoices/{external}/status"
    case deleteInvoicesOfCustomer = "DELETE /v1/data_sources/{source}/customers/{customer}/invoices"
    case createCustomer = "POST /v1/customers"
    case listCustomers = "GET /v1/customers"
    case searchCustomers = "GET /v1/customers/search"
    case mergeCustomers = "POST /v1/customers/merges"
    case unmergeCustomers = "POST /v1/customers/unmerges"
    case getCustomer = "GET /v1/customers/{customer}"
    case updateCustomer = "PATCH /v1/customers/{customer}"
    case deleteCustomer = "DELETE /v1/customers/{customer}"
    case addTags = "POST /v1/customers/{customer}/attributes/tags"
    case removeTags = "DELETE /v1/customers/{customer}/attributes/tags"
    case addCustom = "POST /v1/customers/{customer}/attributes/custom"
    case updateCustom = "PUT /v1/customers/{customer}/attributes/custom"
    case removeCustom = "DELETE /v1/customers/{customer}/attributes/custom"
    case getAttributes = "GET /v1/customers/{customer}/attributes"
    case connectSubscriptions = "POST /v1/customers/{customer}/connect_subscriptions"
    case disconnectSubscriptions = "POST /v1/customers/{customer}/disconnect_subscriptions"
    case subscriptionsOfCustomer = "GET /v1/customers/{customer}/subscriptions"
    case createPlan = "POST /v1/plans"
    case listPlans = "GET /v1/plans"
    case getPlan = "GET /v1/plans/{plan}"
    case updatePlan = "PATCH /v1/plans/{plan}"
    case deletePlan = "DELETE /v1/plans/{plan}"
    case importInvoices = "POST /v1/import/customers/{customer}/invoices"
    case importedInvoices = "GET /v1/import/customers/{customer}/invoices"
    case importedSubscriptions = "GET /v1/import/customers/{customer}/subscriptions"
    case listInvoices = "GET /v1/invoices"
    case updateInvoiceByExternalID = "PATCH /v1/invoices"
    case deleteInvoiceByExternalID = "DELETE /v1/invoices"
    case getInvoice = "GET /v1/invoices/{invoice}"
    case updateInvoice = "PATCH /v1/invoices/{invoice}"
    case deleteInvoice = "DELETE /v1/invoices/{invoice}"
    case createLine = "POST /v1/import/invoices/{invoice}/line_items"
    case createTransaction = "POST /v1/import/invoices/{invoice}/transactions"
    case getLineByExternalID = "GET /v1/line_items"
    case updateLineByExternalID = "PATCH /v1/line_items"
    case deleteLineByExternalID = "DELETE /v1/line_items"
    case getLine = "GET /v1/line_items/{line}"
    case updateLine = "PATCH /v1/line_items/{line}"
    case deleteLine = "DELETE /v1/line_items/{line}"
    case getTransactionByExternalID = "GET /v1/transactions"
    case updateTransactionByExternalID = "PATCH /v1/transactions"
    case deleteTransactionByExternalID = "DELETE /v1/transactions"
    case getTransaction = "GET /v1/transactions/{transaction}"
    case updateTransaction = "PATCH /v1/transactions/{transaction}"
    case deleteTransaction = "DELETE /v1/transactions/{transaction}"
    case createEvent = "POST /v1/subscription_events"
    case listEvents = "GET /v1/subscription_events"
    case updateEvent = "PATCH /v1/subscription_events"
    case deleteEvent = "DELETE /v1/subscription_events"
    case recurringRevenue = "GET /v1/metrics/mrr"

    var changes: Bool { !rawValue.hasPrefix("GET ") }
}

/// Where a request leads.
enum Route: Equatable {
    /// `ids` by the words between the braces.
    case endpoint(Endpoint, ids: [String: String])
    /// The path is known, the method is not.
    case otherMethod
    case nowhere

    init(method: String, path: [String]) {
        var isKnown = false
        for pattern in Pattern.all {
            guard let ids = pattern.match(path) else { continue }
            guard pattern.method == method else {
                isKnown = true
                continue
            }
            self = .endpoint(pattern.endpoint, ids: ids)
            return
        }
        self = isKnown ? .otherMethod : .nowhere
    }

    private struct Pattern: Sendable {
        let endpoint: Endpoint
        let method: String
        let segments: [String]

        static let all: [Pattern] = Endpoint.allCases.map { endpoint in
            let parts = endpoint.rawValue.split(separator: " ")
            // Without the empty segment before the first slash, as requests have it.
            return Pattern(
                endpoint: endpoint, method: String(parts[0]),
                segments: parts[1].split(separator: "/").map(String.init))
        }

        func match(_ path: [String]) -> [String: String]? {
            guard path.count == segments.count else { return nil }
            var ids: [String: String] = [:]
            for (segment, expected) in zip(path, segments) where segment != expected {
                guard expected.hasPrefix("{"), !segment.isEmpty else { return nil }
                ids[String(expected.dropFirst().dropLast())] = segment
            }
            return ids
        }
    }
}
