import Testing
import WireFormats

@testable import KeapSimulator

/// A caller whose account sells one monthly plan.
@Suite struct BillingTests {
    private let caller = Caller()
    private let contact: Int
    private let plan: Int
    private let product: Int

    init() throws {
        contact = caller.contact()
        product = try #require(
            try caller.bill(
                .addProduct(name: "Membership", price: 4_900, plans: [.init(.month, price: 4_900)])
            ).product)
        plan = try #require(caller.account.billing.products[product]?.plans.first?.id)
    }

    private func sell(_ adjust: (inout BillingDeed.Sale) -> Void = { _ in }) throws -> BillingResult {
        var sale = BillingDeed.Sale(contact: contact, plan: plan)
        adjust(&sale)
        return try caller.bill(.sell(sale))
    }

    private func subscription(_ result: BillingResult) -> JSON? {
        caller.call("GET", "/v2/subscriptions/\(result.subscription ?? 0)").json
    }

    private func order(_ id: Int?) -> JSON? { caller.call("GET", "/v2/orders/\(id ?? 0)").json }

    @Test func `a sale makes a subscription, a bill and a payment`() throws {
        let sold = try sell()
        let subscription = try #require(self.subscription(sold))
        #expect(subscription["active"] == true && subscription["billing_amount"] == 49.0)
        #expect(subscription["contact_id"] == .string("\(contact)"))
        #expect(subscription["billing_cycle"] == "MONTH" && subscription["billing_frequency"] == 1)
        #expect(subscription["start_date"] == "2026-03-02" && subscription["last_bill_date"] == "2026-03-02")
        #expect(subscription["next_bill_date"] == "2026-04-02" && subscription["end_date"] == .null)
        #expect(subscription["modification_time"] == "2026-03-02T12:00:00Z")

        let order = try #require(self.order(sold.order))
        #expect(order["status"] == "PAID" && order["total"]?["amount"] == 4_900)
        #expect(order["total_paid"]?["amount"] == 4_900 && order["total"]?["currency_code"] == "USD")
        #expect(order["contact"]?["id"] == .string("\(contact)"))
        #expect(order["invoice_id"] != order["id"])
        let item = try #require(order["order_items"]?.items?.first)
        #expect(item["item_type"] == "SUBSCRIPTION")
        #expect(item["subscription_id"] == .string("\(sold.subscription ?? 0)"))
        #expect(item["subscription_plan"]?["cycle_type"] == "MONTHLY")

        let transaction = try #require(caller.transactions("order_id==\(sold.order ?? 0)")?.first)
        #expect(transaction["amount"] == 49.0 && transaction["is_successful"] == true)
        #expect(transaction["payment_id"] == .string("\(sold.payment ?? 0)"))
        #expect(transaction["order_ids"] == [.string("\(sold.order ?? 0)")])
        #expect(transaction["transaction_method"] == "CAPTURE" && transaction["id"] == nil)
    }

    @Test func `bills follow the calendar from the first day on, over short months`() throws {
        caller.now = WorldTime(strict: "2027-12-31T09:00:00.000Z")!
        let sold = try sell()
        var days: [JSON?] = []
        for _ in 1...4 {
            days.append(subscription(sold)?["next_bill_date"])
            _ = try caller.bill(.bill(subscription: sold.subscription!, .paid, .init()))
        }
        #expect(days == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"])
        #expect(SimCycle.week.day(3, after: CivilDay("2026-02-20")!).text == "2026-03-13")
        #expect(SimCycle.year.day(1, after: CivilDay("2028-02-29")!).text == "2029-02-28")
        #expect(SimCycle.month.day(-14, after: CivilDay("2026-03-31")!).text == "2025-01-31")
    }

    @Test func `a trial is a first order of nothing, and billing begins after it`() throws {
        let sold = try sell { $0.trialDays = 14 }
        let order = try #require(self.order(sold.order))
        #expect(order["total"]?["amount"] == 0 && order["status"] == "PAID")
        #expect(order["order_items"]?.items?.map { $0["item_type"] } == ["SUBSCRIPTION", "DISCOUNT_FREE_TRIAL"])
        #expect(order["order_items"]?.items?.last?["discount"]?["amount"] == 4_900)
        #expect(subscription(sold)?["start_date"] == "2026-03-16")
        #expect(subscription(sold)?["next_bill_date"] == "2026-03-16")
        #expect(subscription(sold)?["last_bill_date"] == .null)
        #expect(caller.transactions("contact_id==\(contact)") == [])
    }

    @Test func `a charge fails, and the open order is paid later`() throws {
        let sold = try sell { $0.outcome = .failed }
        #expect(order(sold.order)?["status"] == "SENT")
        caller.wait(seconds: 86_400)
        _ = try caller.bill(.pay(orders: [sold.order!], amount: nil, .capture))
        #expect(order(sold.order)?["status"] == "PAID")
        #expect(order(sold.order)?["modification_time"] == "2026-03-03T12:00:00Z")
        let found = try #require(caller.transactions("order_id==\(sold.order!)"))
        #expect(found.map { $0["status"] } == ["FAILED", "APPROVED"])
        #expect(found[0]["payment_id"] == .null && found[0]["error_details"]?.text != nil)
        #expect(throws: Refusal.self) { try caller.bill(.pay(orders: [sold.order!], amount: nil, .capture)) }
    }

    @Test func `tax and discount stand on the bill, and one payment may pay two orders`() throws {
        let first = try sell {
            $0.outcome = .open
            $0.charge = .init(tax: 441, discount: 490)
        }
        let second = try caller.bill(.bill(subscription: first.subscription!, .open, .init()))
        #expect(order(first.order)?["total"]?["amount"] == 4_851)
        #expect(
            order(first.order)?["order_items"]?.items?.map { $0["item_type"] } == ["SUBSCRIPTION", "TAX", "DISCOUNT"])
        let paid = try caller.bill(.pay(orders: [first.order!, second.order!], amount: nil, .capture))
        let transaction = try #require(caller.transactions("order_id==\(second.order!)")?.first)
        #expect(transaction["amount"] == 97.51)
        #expect(transaction["order_ids"]?.items?.count == 2)
        #expect(caller.transactions("order_id==\(first.order!)")?.first == transaction)
        #expect(transaction["payment_id"] == .string("\(paid.payment!)"))
    }

    @Test func `a refund and a void are transactions of their own`() throws {
        let sold = try sell()
        _ = try caller.bill(.refund(order: sold.order!, amount: 1_000))
        #expect(order(sold.order)?["refund_total"]?["amount"] == 1_000)
        #expect(order(sold.order)?["total_paid"]?["amount"] == 4_900)
        #expect(throws: Refusal.self) { try caller.bill(.refund(order: sold.order!, amount: 4_000)) }
        let other = try caller.bill(.bill(subscription: sold.subscription!, .paid, .init()))
        _ = try caller.bill(.void(order: other.order!))
        #expect(order(other.order)?["status"] == "SENT" && order(other.order)?["total_paid"]?["amount"] == 0)
        let methods = caller.transactions("contact_id==\(contact)")?.map { $0["transaction_method"] }
        #expect(methods == ["CAPTURE", "REFUND", "CAPTURE", "VOID"])
        let pair = try #require(caller.transactions("order_id==\(other.order!)"))
        #expect(pair[0]["external_reference_id"] == pair[1]["external_reference_id"])
        #expect(throws: Refusal.self) { try caller.bill(.void(order: other.order!)) }
    }

    @Test func `a subscription is deactivated, moved, changed and revived, each at its time`() throws {
        let sold = try sell()
        let id = sold.subscription!
        let other = caller.contact("Bea")
        caller.wait(seconds: 60)
        #expect(caller.call("POST", "/v2/subscriptions/\(id):deactivate", ["reason": "Moved away"]).status == 200)
        #expect(subscription(sold)?["active"] == false && subscription(sold)?["end_date"] == .null)
        #expect(subscription(sold)?["next_bill_date"] == "2026-04-02")
        #expect(subscription(sold)?["reason_stopped"] == "Moved away")
        #expect(subscription(sold)?["modification_time"] == "2026-03-02T12:01:00Z")
        #expect(throws: Refusal.self) { try caller.bill(.bill(subscription: id, .paid, .init())) }

        let patch: JSON = [
            "active": true, "contact_id": .string("\(other)"), "billing_cycle": "WEEK", "billing_frequency": 2,
            "billing_amount": 25.5, "end_date": "2026-12-31", "quantity": 9,
        ]
        let mask = "active,contact_id,billing_cycle,billing_frequency,billing_amount,end_date"
        let answer = caller.call("PATCH", "/v2/subscriptions/\(id)?update_mask=\(mask)", patch)
        #expect(answer.status == 200)
        let changed = try #require(self.subscription(sold))
        #expect(changed == answer.json)
        #expect(changed["contact_id"] == .string("\(other)") && changed["quantity"] == 1)
        #expect(changed["billing_cycle"] == "WEEK" && changed["billing_amount"] == 25.5)
        #expect(changed["end_date"] == "2026-12-31" && changed["reason_stopped"] == .null)
        #expect(caller.found("subscriptions", "contact_id==\(other)") == [id])
        #expect(caller.found("subscriptions", "contact_id==\(contact)") == [])
        #expect(caller.call("PATCH", "/v2/subscriptions/\(id)", ["end_date": "2026-03-01"]).status == 400)
        #expect(caller.call("PATCH", "/v2/subscriptions/\(id)", ["contact_id": "9"]).status == 404)
    }

    @Test func `contacts that merge bring their bills, and one that is deleted takes them along`() throws {
        let sold = try sell()
        let survivor = caller.contact("Bea")
        let merged = caller.call(
            "POST", "/v2/contacts:merge",
            ["contact_id": .string("\(survivor)"), "duplicate_contact_id": .string("\(contact)")])
        #expect(merged.status == 200)
        #expect(subscription(sold)?["contact_id"] == .string("\(survivor)"))
        #expect(order(sold.order)?["contact"]?["id"] == .string("\(survivor)"))
        #expect(caller.transactions("contact_id==\(survivor)")?.count == 1)
        #expect(caller.transactions("contact_id==\(contact)") == [])
        #expect(caller.call("DELETE", "/v2/contacts/\(survivor)").status == 204)
        #expect(caller.call("GET", "/v2/subscriptions/\(sold.subscription!)").status == 404)
        #expect(caller.call("GET", "/v2/orders/\(sold.order!)").status == 404)
    }

    @Test func `orders are changed, moved, paid and deleted by Keap's own calls`() throws {
        let made = caller.call(
            "POST", "/v2/orders",
            [
                "contact_id": .string("\(contact)"), "order_title": "Gloves", "order_type": "ONLINE",
                "order_time": "2026-03-02T12:00:00Z",
                "order_items": [
                    ["item_type": "PRODUCT", "name": "Gloves", "quantity": 2, "price_per_unit": 20.25],
                    ["item_type": "SHIPPING", "name": "Post", "quantity": 1, "price_per_unit": 5],
                ],
            ])
        #expect(made.status == 201)
        let id = try #require(made.json?["id"]?.id)
        #expect(made.json?["total"]?["amount"] == 4_550)
        let item = try #require(made.json?["order_items"]?.items?.first?["id"]?.id)
        #expect(caller.call("PATCH", "/v2/orders/\(id)/items/\(item)", ["price_per_unit": 10]).status == 200)
        #expect(order(id)?["total"]?["amount"] == 2_500)
        let payment: JSON = ["payment_amount": 25, "apply_to_commissions": false, "payment_method_type": "Cash"]
        #expect(caller.call("POST", "/v2/orders/\(id)/payments", payment).status == 201)
        #expect(caller.call("POST", "/v2/orders/\(id)/payments", payment).status == 400)
        #expect(order(id)?["status"] == "PAID")
        #expect(caller.transactions("transaction_method==MANUAL")?.count == 1)
        let other = caller.contact("Bea")
        #expect(caller.call("PATCH", "/v2/orders/\(id)", ["contact_id": .string("\(other)")]).status == 200)
        #expect(caller.found("orders", "contact_id==\(other)") == [id])
        #expect(caller.call("DELETE", "/v2/orders/\(id)").status == 204)
        #expect(caller.call("DELETE", "/v2/orders/\(id)").status == 404)
        #expect(caller.found("orders", "ids==\(id)") == [])
    }

    @Test func `a product gets plans and another name`() throws {
        #expect(caller.call("PATCH", "/v2/products/\(product)", ["name": "Gold"]).status == 200)
        let plan = caller.call(
            "POST", "/v2/products/\(product)/subscriptions",
            ["cycle_type": "YEARLY", "frequency": 1, "plan_price": 49_000])
        #expect(plan.status == 201)
        let read = try #require(caller.call("GET", "/v2/products/\(product)").json)
        #expect(read["name"] == "Gold")
        #expect(read["subscription_plans"]?.items?.map { $0["billing_cycle"] } == ["MONTHLY", "YEARLY"])
        let sold = try sell()
        let change = BillingDeed.SubscriptionChange(plan: plan.json?["id"]?.id)
        _ = try caller.bill(.change(subscription: sold.subscription!, change))
        #expect(subscription(sold)?["billing_cycle"] == "YEAR" && subscription(sold)?["billing_amount"] == 490.0)
    }

    @Test func `a subscription is sold by Keap's own call, once`() {
        let body: JSON = ["contact_id": .string("\(contact)"), "subscription_plan_id": .string("\(plan)")]
        let made = caller.call("POST", "/v2/subscriptions", body)
        #expect(made.status == 201 && made.json?["next_bill_date"] == "2026-03-02")
        #expect(caller.call("POST", "/v2/subscriptions", body).status == 409)
        #expect(caller.call("POST", "/v2/subscriptions", ["contact_id": "1"]).status == 400)
    }

    @Test(arguments: [
        ("USD", 4_900, "49.0"), ("USD", 1_050_000_000, "1.05E7"), ("USD", 1_234_567_891, "1.234567891E7"),
        ("JPY", 4_900, "4900.0"), ("KWD", 4_905, "4.905"), ("USD", 5, "0.05"), ("USD", -1_230, "-12.3"),
        ("USD", 0, "0.0"),
    ])
    func `amounts in the major unit are written as Java writes doubles`(code: String, units: Int, digits: String) {
        #expect(SimCurrency(code).double(units) == .number(digits))
    }
}

extension BillingDeed.SubscriptionChange {
    fileprivate init(plan: Int?) {
        self.init()
        self.plan = plan
    }
}

extension Caller {
    func bill(_ deed: BillingDeed) throws -> BillingResult { try world.bill(deed, in: key, at: now) }

    func transactions(_ filter: String) -> [JSON]? {
        call("GET", "/v2/sales/transactions?filter=" + filter).json?["transactions"]?.items
    }

    /// The ids that a list holds, or nil if it was refused.
    func found(_ list: String, _ filter: String, order: String = "") -> [Int]? {
        call("GET", "/v2/\(list)?filter=\(filter)&order_by=\(order)").json?[list]?.items?.compactMap { $0["id"]?.id }
    }
}
