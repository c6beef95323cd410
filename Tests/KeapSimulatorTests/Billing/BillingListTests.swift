import Testing

@testable import KeapSimulator

@Suite struct BillingListTests {
    private let caller = Caller()
    private let contacts: [Int]
    private var sold: [BillingResult] = []

    /// Three subscriptions, a day apart; the second one's charge fails.
    init() throws {
        contacts = ["Ada", "Bea", "Cid"].map { [caller] in caller.contact($0) }
        let made = try caller.bill(
            .addProduct(
                name: "Membership", price: 0, plans: [.init(.month, price: 4_900), .init(.year, price: 49_000)]))
        let plans = caller.account.billing.products[made.product ?? 0]?.plans.map(\.id) ?? []
        for (index, contact) in contacts.enumerated() {
            let sale = BillingDeed.Sale(
                contact: contact, plan: plans[index % 2], outcome: index == 1 ? .failed : .paid)
            sold.append(try caller.bill(.sell(sale)))
            caller.wait(seconds: 86_400)
        }
    }

    private var subscriptions: [Int] { sold.compactMap(\.subscription) }
    private var orders: [Int] { sold.compactMap(\.order) }

    @Test func `subscriptions are found by every documented field`() throws {
        let ids = subscriptions
        #expect(caller.found("subscriptions", "contact_id==\(contacts[1])") == [ids[1]])
        #expect(caller.found("subscriptions", "ids==\(ids[2]),\(ids[0]),999") == [ids[0], ids[2]])
        #expect(caller.found("subscriptions", "id>\(ids[0])") == [ids[1], ids[2]])
        #expect(caller.found("subscriptions", "id!=\(ids[0]);id<=\(ids[1])") == [ids[1]])
        #expect(caller.found("subscriptions", "billing_amount>=490") == [ids[1]])
        #expect(caller.found("subscriptions", "billing_amount==49.0") == [ids[0], ids[2]])
        let plan = try #require(caller.account.billing.subscriptions[ids[1]]?.plan)
        #expect(caller.found("subscriptions", "subscription_plan_id==\(plan)") == [ids[1]])
        #expect(caller.found("subscriptions", "subscription_plan_ids==\(plan),5") == [ids[1]])
        _ = try caller.bill(.deactivate(subscription: ids[0], end: nil, reason: nil))
        #expect(caller.found("subscriptions", "status==Inactive") == [ids[0]])
        #expect(caller.found("subscriptions", "status==Active", order: "contact_id desc") == [ids[2], ids[1]])
        #expect(caller.found("subscriptions", "", order: "modification_time desc") == [ids[0], ids[2], ids[1]])
    }

    @Test func `orders are found by every documented field`() throws {
        let ids = orders
        #expect(caller.found("orders", "contact_id==\(contacts[1])") == [ids[1]])
        #expect(caller.found("orders", "ids==\(ids[2]),\(ids[0])", order: "id desc") == [ids[2], ids[0]])
        #expect(caller.found("orders", "id>\(ids[0]);id!=\(ids[1])") == [ids[2]])
        #expect(caller.found("orders", "paid==false") == [ids[1]])
        #expect(caller.found("orders", "invoice_id==\(ids[1])") == [], "an invoice has an id of its own")
        #expect(caller.found("orders", "invoice_id==\(ids[1] + 50_000)") == [ids[1]])
        #expect(caller.found("orders", "title==Member*") == ids)
        #expect(caller.found("orders", "created_since_time==2026-03-03T12:00:00.000Z") == [ids[1], ids[2]])
        #expect(caller.found("orders", "created_until_time==2026-03-03T12:00:00.000Z") == [ids[0], ids[1]])
        _ = try caller.bill(.pay(orders: [ids[1]], amount: nil, .capture))
        #expect(caller.found("orders", "modified_since_time==2026-03-04T00:00:00.000Z") == [ids[1], ids[2]])
        #expect(
            caller.found(
                "orders", "modified_since_time==2026-03-04T00:00:00.000Z", order: "modification_time desc")
                == [ids[1], ids[2]])
        #expect(caller.found("orders", "modified_until_time==2026-03-04T00:00:00.000Z") == [ids[0]])
        #expect(caller.found("orders", "order_type==ONLINE;shipping_locality==Denver") == [])
    }

    @Test func `transactions are found by every documented field`() {
        func count(_ filter: String) -> Int? { caller.transactions(filter)?.count }
        #expect(count("order_id==\(orders[0])") == 1)
        #expect(count("contact_id==\(contacts[1]);is_successful==true") == 0)
        #expect(count("since_time==2026-03-03T12:00:00.000Z;until_time==2026-03-03T12:00:00.000Z") == 1)
        #expect(count("status==FAILED") == 1)
        #expect(count("transaction_method==CAPTURE") == 3)
        #expect(count("amount>49;amount!=500") == 1)
        #expect(count("merchant_account_type==PAYPAL") == 0)
        #expect(count("merchant_account_id==1") == 3)
        let newest = caller.call("GET", "/v2/sales/transactions?order_by=transaction_time desc").json
        #expect(newest?["transactions"]?.items?.first?["contact_id"] == .string("\(contacts[2])"))
    }

    @Test func `products are found by every documented field`() throws {
        let other = try #require(try caller.bill(.addProduct(name: "Gloves", price: 2_000, plans: [])).product)
        #expect(caller.found("products", "name==glo*") == [other])
        #expect(caller.found("products", "sku==SKU-\(other)") == [other])
        #expect(caller.found("products", "product_id>=\(other)") == [other])
        #expect(caller.found("products", "product_ids==\(other)") == [other])
        #expect(caller.found("products", "", order: "name asc")?.first == other)
    }

    @Test(arguments: [
        ("subscriptions", "active==true"), ("subscriptions", "modified_since_time==2026-03-03T12:00:00.000Z"),
        ("subscriptions", "status==Asleep"), ("subscriptions", "ids==1,x"), ("subscriptions", "contact_id>1"),
        ("subscriptions", "billing_amount==much"), ("orders", "status==PAID"), ("orders", "paid==perhaps"),
        ("orders", "modified_since_time==2026-03-03"), ("orders", "modified_since_time>2026-03-03T12:00:00.000Z"),
        ("orders", "modified_since_time==2026-03-03T12:00:00Z"), ("orders", "ids>1"), ("orders", "order_type==BOTH"),
        ("sales/transactions", "id==1"), ("sales/transactions", "order_ids==1,2"),
        ("sales/transactions", "status==GREAT"), ("sales/transactions", "transaction_method==GIFT"),
        ("products", "id==1"), ("products", "product_id!=1"), ("products", "active==true"),
        ("contacts", "contact_id!=1"),
    ])
    func `a filter that is not documented is refused`(list: String, filter: String) {
        #expect(caller.call("GET", "/v2/\(list)?filter=\(filter)").status == 400)
    }

    @Test(arguments: ["subscriptions", "orders", "sales/transactions", "products"])
    func `another order, a bad page or a bad token is refused`(list: String) {
        #expect(caller.call("GET", "/v2/\(list)?order_by=title asc").status == 400)
        #expect(caller.call("GET", "/v2/\(list)?page_size=1001").status == 400)
        #expect(caller.call("GET", "/v2/\(list)?page_token=7").status == 400)
    }

    @Test func `lists come in pages`() throws {
        let first = try #require(caller.call("GET", "/v2/orders?page_size=2&order_by=id asc").json)
        let token = try #require(first["next_page_token"]?.text)
        let second = try #require(caller.call("GET", "/v2/orders?page_size=2&order_by=id asc&page_token=\(token)").json)
        let pages = [first, second].map { $0["orders"]?.items?.compactMap { $0["id"]?.id } ?? [] }
        #expect(pages == [Array(orders[..<2]), [orders[2]]])
        #expect(second["next_page_token"] == "")
    }

    @Test func `calls for bills are counted, and name their contact`() {
        let before = caller.world.audit.total
        _ = caller.begin("GET", "/v2/orders?filter=contact_id==\(contacts[0])")
        _ = caller.begin("PATCH", "/v2/contacts/\(contacts[0])", ["job_title": "x"])
        _ = caller.begin("GET", "/v2/sales/transactions?filter=order_id==\(orders[1])")
        #expect(caller.world.audit.total == before + 3)
        #expect(caller.world.audit.violations.map(\.contact) == [contacts[0]])
        #expect(caller.world.audit.callsByEndpoint["GET /v2/sales/transactions"] == 1)
    }

    @Test func `the control plane sells, bills and answers with ids`() throws {
        func deed(_ word: String, _ body: JSON) -> JSON? {
            let answer = caller.control("POST", "/accounts/key/billing/\(word)", body)
            return answer.status == 201 ? answer.json : nil
        }
        let product = try #require(
            deed("product", ["name": "Kids", "plans": [["cycle": "WEEK", "frequency": 2, "price": 9.5]]]))
        let plan = try #require(product["plans"]?.items?.first)
        let sold = try #require(
            deed("sell", ["contact": .integer(contacts[0]), "plan": plan, "outcome": "failed", "tax": 0.95]))
        let order = try #require(sold["order"])
        #expect(deed("pay", ["orders": [order]])?["payment"]?.integer != nil)
        #expect(deed("refund", ["order": order, "amount": 1]) != nil)
        #expect(deed("edit", ["order": order, "price": 8]) != nil)
        let subscription = try #require(sold["subscription"])
        #expect(deed("deactivate", ["subscription": subscription, "end": "2026-04-01", "reason": "Left"]) != nil)
        #expect(deed("change", ["subscription": subscription, "active": true, "end": .null, "amount": 9]) != nil)
        #expect(deed("bill", ["subscription": subscription]) != nil)
        #expect(deed("rename", ["product": product["product"] ?? 0, "name": "Teens"]) != nil)
        #expect(deed("delete", ["order": order]) != nil)
        #expect(deed("bill", ["subscription": 1, "outcome": "gratis"]) == nil)
        #expect(deed("dance", [:]) == nil)
        let kept = try #require(caller.account.billing.subscriptions[subscription.id ?? 0])
        #expect(kept.amount == 900 && kept.isActive && kept.end == nil && kept.frequency == 2)
        #expect(caller.control("POST", "/accounts/key/billing/currency", ["code": "JPY"]).status == 204)
        #expect(caller.account.billing.currency.decimals == 0)
    }
}
