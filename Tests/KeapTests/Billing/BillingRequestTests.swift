import Foundation
import OutboundAPI
import Testing

@testable import Keap

@Suite struct BillingRequestTests {
    /// What Keap's documents of version 2.0.21 say that a list takes.
    private struct Documented {
        var filters: [String: Set<String>]
        var orders: Set<String>

        init(equal: [String], compared: [String: Set<String>], orders: Set<String>) {
            filters = Dictionary(uniqueKeysWithValues: equal.map { ($0, ["=="]) }).merging(compared) { $1 }
            self.orders = orders
        }
    }

    private static let every: Set = ["==", "<=", "<", ">=", ">", "!="]

    private static let documented: [String: Documented] = [
        "/v2/subscriptions": Documented(
            equal: ["contact_id", "subscription_plan_id", "status", "ids", "subscription_plan_ids"],
            compared: ["id": every, "billing_amount": every],
            orders: ["id", "contact_id", "subscription_plan_id", "modification_time"]),
        "/v2/orders": Documented(
            equal: [
                "ids", "product_id", "contact_id", "invoice_id", "invoice_xid", "paid", "created_since_time",
                "created_until_time", "modified_since_time", "modified_until_time", "title", "order_type",
                "shipping_locality", "shipping_region_code", "shipping_postal_code", "shipping_country_code",
            ],
            compared: ["id": every], orders: ["id", "order_time", "modification_time"]),
        "/v2/sales/transactions": Documented(
            equal: [
                "order_id", "contact_id", "since_time", "until_time", "merchant_account_id", "merchant_account_type",
                "status", "transaction_method", "is_successful",
            ],
            compared: ["amount": every], orders: ["amount", "transaction_time", "contact_id"]),
        "/v2/products": Documented(
            equal: ["name", "sku", "description", "short_description", "product_ids"],
            compared: ["product_id": ["==", ">", "<", ">=", "<="]], orders: ["name", "sku", "last_updated_time"]),
        "/v2/contacts": Documented(
            equal: ["ids", "contact_ids", "start_update_time", "end_update_time"],
            compared: ["contact_id": ["==", ">", "<", ">=", "<="]],
            orders: ["id", "create_time", "email", "update_time"]),
    ]

    private static let contactFields: Set = [
        "addresses", "company", "create_time", "email_addresses", "family_name", "given_name", "id",
    ]

    private static func everyList(page: String? = nil) throws -> [APIRequest] {
        let (contact, time) = (ContactID("7"), Int64(1_767_225_600_000))
        return try [
            .listSubscriptions(.contact(contact), page: page),
            .listSubscriptions(.ids([SubscriptionID("1"), SubscriptionID("22")]), page: page),
            .listSubscriptions(.newestFirst, page: page), .listSubscriptions(.after(nil), page: page),
            .listSubscriptions(.after(SubscriptionID("55")), page: page),
            .listOrders(.contact(contact), page: page), .listOrders(.ids([OrderID("3")]), page: page),
            .listOrders(.invoice(InvoiceID("8")), page: page), .listOrders(.modifiedSince(time), page: page),
            .listOrders(.after(nil), page: page),
            .listOrders(.after(OrderID("9")), page: page),
            .listTransactions(.order(OrderID("3")), page: page),
            .listTransactions(.contact(contact), page: page),
            .listTransactions(.between(since: time, until: time + 1), page: page),
            .listProducts(.all, page: page), .listProducts(.ids([ProductID("4")]), page: page),
            .listPayers(.ids([contact]), page: page), .listPayers(.updatedSince(time), page: page),
        ]
    }

    @Test func `every list asks only for what Keap documents`() throws {
        for request in try Self.everyList() {
            let (path, query) = try request.parts
            let documented = try #require(Self.documented[path])
            #expect(request.method == .get && request.body == nil)
            #expect(query["page_size"] == "1000")
            #expect(Set(query.keys).isSubset(of: ["page_size", "filter", "order_by", "fields"]))
            let order = try #require(query["order_by"]?.split(separator: " ").map(String.init))
            #expect(order.count == 2 && documented.orders.contains(order[0]) && ["asc", "desc"].contains(order[1]))
            for clause in query["filter"]?.split(separator: ";").map(String.init) ?? [] {
                let field = clause.prefix { $0.isLetter || $0 == "_" }
                let operators = try #require(documented.filters[String(field)], "\(clause)")
                let sign = clause.dropFirst(field.count).prefix { "=<>!".contains($0) }
                #expect(operators.contains(String(sign)), "\(clause)")
            }
            let fields: [Substring] = query["fields"]?.split(separator: ",") ?? []
            for field in fields { #expect(Self.contactFields.contains(String(field))) }
        }
    }

    @Test func `the lists' lines`() throws {
        let fields = "fields=id,given_name,family_name,company,email_addresses,addresses,create_time"
        let time = "%3D%3D2026-01-01T00%3A00%3A00.000Z"
        let expected: [String] = [
            "subscriptions?page_size=1000&filter=contact_id%3D%3D7&order_by=id%20asc",
            "subscriptions?page_size=1000&filter=ids%3D%3D1%2C22&order_by=id%20asc",
            "subscriptions?page_size=1000&order_by=modification_time%20desc",
            "subscriptions?page_size=1000&order_by=id%20asc",
            "subscriptions?page_size=1000&filter=id%3E55&order_by=id%20asc",
            "orders?page_size=1000&filter=contact_id%3D%3D7&order_by=id%20asc",
            "orders?page_size=1000&filter=ids%3D%3D3&order_by=id%20asc",
            "orders?page_size=1000&filter=invoice_id%3D%3D8&order_by=id%20asc",
            "orders?page_size=1000&filter=modified_since_time\(time)&order_by=modification_time%20desc",
            "orders?page_size=1000&order_by=id%20asc",
            "orders?page_size=1000&filter=id%3E9&order_by=id%20asc",
            "sales/transactions?page_size=1000&filter=order_id%3D%3D3&order_by=transaction_time%20asc",
            "sales/transactions?page_size=1000&filter=contact_id%3D%3D7&order_by=transaction_time%20asc",
            """
            sales/transactions?page_size=1000&filter=since_time\(time)%3Buntil_time%3D%3D2026-01-01T00%3A00%3A00.001Z\
            &order_by=transaction_time%20asc
            """,
            "products?page_size=1000&order_by=name%20asc",
            "products?page_size=1000&filter=product_ids%3D%3D4&order_by=name%20asc",
            "contacts?page_size=1000&filter=ids%3D%3D7&order_by=id%20asc&\(fields)",
            "contacts?page_size=1000&filter=start_update_time\(time)&order_by=id%20asc&\(fields)",
        ]
        let lines = try Self.everyList().map(\.line)
        #expect(lines == expected.map { "GET /v2/" + $0 })
    }

    @Test func `the next page is asked for with its token, or with the query of its address`() throws {
        for request in try Self.everyList(page: "t/1=") {
            #expect(try request.parts.query["page_token"] == "t/1=")
        }
        for request in try Self.everyList(page: "https://elsewhere.example/steal?page_token=abc") {
            #expect(request.target.hasSuffix("?page_token=abc"))
        }
    }

    @Test func `one record is read by its id`() throws {
        #expect(try APIRequest.readSubscription(SubscriptionID("5")).line == "GET /v2/subscriptions/5")
        #expect(try APIRequest.readOrder(OrderID("5")).line == "GET /v2/orders/5")
        #expect(try APIRequest.readProduct(ProductID("a/b")).line == "GET /v2/products/a%2Fb")
        #expect(
            try APIRequest.readPayer(ContactID("5")).line
                == "GET /v2/contacts/5?fields=id,given_name,family_name,company,email_addresses,addresses,create_time")
    }

    @Test(arguments: ["", "1;status==Active", "1,2", "-1", "x", "1*", "٣"])
    func `an id that would mean something else to the filter is not sent`(id: String) {
        #expect(throws: KeapFailure.self) { try APIRequest.listOrders(.ids([OrderID("1"), OrderID(id)]), page: nil) }
        #expect(throws: KeapFailure.self) { try APIRequest.listOrders(.after(OrderID(id)), page: nil) }
        #expect(throws: KeapFailure.self) {
            try APIRequest.listSubscriptions(.contact(ContactID(id)), page: nil)
        }
    }

    @Test func `a filter holds as many ids as an address has room for`() throws {
        let ids = (0..<400).map { OrderID(String(10_000_000 + $0)) }
        #expect(try APIRequest.listOrders(.ids(ids), page: nil).target.utf8.count < 5_000)
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: a filter takes 1 to 400 ids, not 401.")) {
            try APIRequest.listOrders(.ids(ids + [OrderID("1")]), page: nil)
        }
        #expect(throws: KeapFailure.self) { try APIRequest.listOrders(.ids([]), page: nil) }
    }
}

extension APIRequest {
    /// Its path and its query, decoded.
    fileprivate var parts: (path: String, query: [String: String]) {
        get throws {
            let halves = target.split(separator: "?", maxSplits: 1)
            let items = try halves.dropFirst().flatMap { $0.split(separator: "&") }.map { item in
                let pair = item.split(separator: "=", maxSplits: 1)
                return (String(try #require(pair.first)), try #require(pair.last?.removingPercentEncoding))
            }
            return (String(halves[0]), Dictionary(items) { first, _ in first })
        }
    }
}
