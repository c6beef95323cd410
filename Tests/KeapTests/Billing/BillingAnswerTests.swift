import DeterministicSimulation
import OutboundAPI
import Testing
import WireFormats

@testable import Keap

@Suite struct BillingAnswerTests {
    @Test func `a subscription is read with its days, digits and time`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"id":"55","active":false,"auto_charge":true,"billing_amount":49.50,"billing_cycle":"MONTH",
                 "billing_frequency":1,"contact_id":"42","product_id":"9","subscription_plan_id":"7","quantity":2,
                 "start_date":"2026-02-01","last_bill_date":"2026-03-01","next_bill_date":"2026-04-01",
                 "end_date":"2026-04-30T00:00:00.000Z","reason_stopped":"Max &amp; charge attempts",
                 "modification_time":"2026-03-20T10:00:00Z"}
                """))
        let read = try await bills(transport).subscription(SubscriptionID("55"))
        var expected = KeapSubscription(id: SubscriptionID("55"))
        (expected.contact, expected.product) = (ContactID("42"), ProductID("9"))
        (expected.plan, expected.quantity) = (SubscriptionPlanID("7"), 2)
        (expected.billingAmount, expected.cycle, expected.frequency) = ("49.5", .month, 1)
        expected.start = CivilDay("2026-02-01")
        expected.lastBill = CivilDay("2026-03-01")
        expected.nextBill = CivilDay("2026-04-01")
        expected.end = CivilDay("2026-04-30")
        (expected.reasonStopped, expected.modified) = ("Max & charge attempts", 1_774_000_800_000)
        #expect(read == expected)
        #expect(transport.lines == ["GET /v2/subscriptions/55"])
    }

    @Test func `what cannot be read of a subscription is nil, and an id of 0 is none`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"subscriptions":[{"id":55,"contact_id":0,"product_id":"","quantity":"many","billing_amount":"gratis",
                "billing_cycle":"FORTNIGHT","billing_frequency":1.5,"start_date":"2026-02-30","end_date":null,
                "modification_time":"yesterday","reason_stopped":""}],"next_page_token":""}
                """))
        let page = try await bills(transport).subscriptions(.newestFirst, page: nil)
        #expect(page.items == [KeapSubscription(id: SubscriptionID("55"))])
        #expect(page.next == nil)
    }

    @Test func `an order is read with its items, amounts and times`() async throws {
        let transport = ScriptedTransport(.json(#"{"orders":[\#(Self.order)],"next_page_token":"p2"}"#))
        let page = try await bills(transport).orders(.contact(ContactID("42")), page: nil)
        let order = try #require(page.items.first)
        #expect(page.next == "p2")
        #expect(order.id == OrderID("900") && order.contact == ContactID("42"))
        #expect(order.title == "Gym's & more" && order.status == "PAID")
        #expect(order.total == KeapMoney(units: 5_390, currency: "USD"))
        #expect(order.totalPaid == KeapMoney(units: 5_390, currency: "USD"))
        #expect(order.totalDue == KeapMoney(units: 0, currency: ""))
        #expect(order.refundTotal == nil)
        #expect(order.created == 1_767_258_000_000 && order.ordered == 1_767_254_400_000)
        #expect(order.due == nil && order.modified == 1_767_258_000_000)
        #expect(order.items.map(\.kind) == [.subscription, .tax, .discount, .freeTrial, .other])
        let item = order.items[0]
        #expect(item.id == OrderItemID("1") && item.quantity == 1 && item.name == "Monthly")
        #expect(item.subscription == SubscriptionID("55") && item.product == ProductID("9"))
        #expect(item.pricePerUnit == KeapMoney(units: 4_900, currency: "USD"))
        #expect(item.plan?.id == SubscriptionPlanID("7") && item.plan?.cycle == .month && item.plan?.frequency == 3)
        #expect(order.items[2].discount == KeapMoney(units: 500, currency: "USD"))
    }

    private static let order = """
        {"id":"900","title":"Gym&#39;s &amp; more","status":"PAID","total":{"amount":5390,"currency_code":"usd"},
         "contact":{"id":"42","email":"a@x.com"},"total_paid":{"amount":"5390","currency_code":"USD"},
         "total_due":{"amount":0.0},"refund_total":{"amount":12.5,"currency_code":"USD"},
         "creation_time":"2026-01-01T09:00:00.000+0000","order_time":"2026-01-01T08:00:00Z","due_time":null,
         "modification_time":"2026-01-01T09:00:00Z","order_items":[
          {"id":1,"name":"Monthly","quantity":1,"item_type":"SUBSCRIPTION","subscription_id":"55",
           "product":{"id":"9","name":"Membership"},"price_per_unit":{"amount":4900,"currency_code":"USD"},
           "subscription_plan":{"id":"7","cycle_type":"MONTHLY","frequency":3}},
          {"id":"2","item_type":"TAX","price_per_unit":{"amount":490,"currency_code":"USD"},"subscription_id":"0"},
          {"id":"3","item_type":"DISCOUNT_PRODUCT","discount":{"amount":500,"currency_code":"USD"}},
          {"id":"4","item_type":"DISCOUNT_FREE_TRIAL"},{"id":"5","item_type":"HOLOGRAM"}]}
        """

    @Test(arguments: [
        #"{"orders":[{"title":"no id"}]}"#, #"{"orders":[{"id":"0"}]}"#, #"{"orders":[7]}"#,
        #"{"orders":[{"id":"1","order_items":[{"name":"no id"}]}]}"#,
    ])
    func `a page with a record that has no id fails whole`(json: String) async {
        let failure = await #expect(throws: KeapFailure.self) {
            try await bills(ScriptedTransport(.json(json))).orders(.after(nil), page: nil)
        }
        #expect(failure?.kind == .unclear)
    }

    @Test func `transactions tell what they were, and to which orders the money went`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"transactions":[
                 {"amount":123.34,"status":"APPROVED","order_ids":["123",456],"contact_id":"9",
                  "transaction_method":"CAPTURE","transaction_time":"2024-05-21T14:30:00Z","payment_id":"77",
                  "external_reference_id":"txn_1","is_successful":true},
                 {"amount":1.0E7,"status":"FAILED","contact":{"id":"9"},"transaction_method":"REFUND",
                  "is_successful":false,"error_details":"Declined"},
                 {"status":"PENDING","is_successful":true,"transaction_method":"BARTER"},
                 {"status":"APPROVED","transaction_method":"MANUAL","payment_id":"0"}]}
                """))
        let read = try await bills(transport).transactions(.between(since: 0, until: 1), page: nil).items
        try #require(read.count == 4)
        var first = KeapTransaction()
        (first.payment, first.contact, first.orders) = (
            PaymentID("77"), ContactID("9"), [OrderID("123"), OrderID("456")]
        )
        (first.method, first.isSuccessful, first.amount) = (.capture, true, "123.34")
        (first.time, first.reference) = (1_716_301_800_000, "txn_1")
        #expect(read[0] == first)
        #expect(read[1].amount == "10000000" && read[1].error == "Declined" && read[1].contact == ContactID("9"))
        #expect(!read[1].isSuccessful && !read[1].isPending && read[1].method == .refund && read[1].time == nil)
        #expect(read[2].isPending && !read[2].isSuccessful && read[2].method == nil)
        #expect(read[3].isSuccessful && read[3].payment == nil && read[3].orders == [])
    }

    @Test func `a product is read with its plans, by either list of names`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"products":[{"id":"9","name":"Kids &amp; Teens","subscription_plans":[
                 {"id":"7","billing_cycle":"WEEKLY","billing_frequency":2},
                 {"id":8,"cycle_type":"YEARLY","frequency":1},{"id":"10"}]},{"id":"11","name":"T-shirt"}]}
                """))
        let products = try await bills(transport).products(.all, page: nil).items
        var plans = [7, 8, 10].map { KeapSubscriptionPlan(id: SubscriptionPlanID("\($0)")) }
        (plans[0].cycle, plans[0].frequency) = (.week, 2)
        (plans[1].cycle, plans[1].frequency) = (.year, 1)
        var product = KeapProduct(id: ProductID("9"), name: "Kids & Teens")
        product.plans = plans
        #expect(products == [product, KeapProduct(id: ProductID("11"), name: "T-shirt")])
    }

    @Test func `the one who pays has the first address of each kind that says anything`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"id":"42","given_name":"Ada","family_name":"O&#39;Neil","company":{"id":"0","company_name":""},
                 "email_addresses":[{"field":"EMAIL2","email":"b@x"},{"field":"EMAIL1","email":"not one"}],
                 "addresses":[{"field":"SHIPPING","country_code":"USA","region_code":"US-CO","locality":"Denver",
                 "zip_code":"80014"},{"field":"BILLING","country_code":"","line1":"1 Elm St"}],
                 "create_time":"2026-01-01T09:00:00.000Z"}
                """))
        let payer = try await bills(transport).payer(ContactID("42"))
        var expected = KeapPayer(id: ContactID("42"))
        (expected.givenName, expected.familyName, expected.email) = ("Ada", "O'Neil", "not one")
        (expected.country, expected.region, expected.locality) = ("USA", "US-CO", "Denver")
        (expected.postalCode, expected.created) = ("80014", 1_767_258_000_000)
        #expect(payer == expected)
    }

    @Test(arguments: [
        ("49.0", "49"), ("49.50", "49.5"), ("-0.0", "0"), ("1E3", "1000"), ("1.0E7", "10000000"), ("1.25e-1", "0.125"),
        ("007.10", "7.1"), ("-12.30", "-12.3"), ("0", "0"), ("12345678901234567890.12", "12345678901234567890.12"),
    ])
    func `an amount keeps its digits and loses its exponent`(text: String, digits: String) {
        #expect(PlainDecimal(text)?.text == digits)
    }

    @Test(arguments: ["", ".", "1.", ".5", "1,5", "e1", "1e", "1e99", "--1", "1.2.3", "NaN", "$5", "1e1e1", "٣"])
    func `what is no amount is none`(text: String) { #expect(PlainDecimal(text) == nil) }

    @Test func `a page that leads to itself is the last`() async throws {
        let transport = ScriptedTransport(.json(#"{"orders":[{"id":"1"}],"next_page_token":"p"}"#))
        let bills = bills(transport)
        #expect(try await bills.orders(.after(nil), page: nil).next == "p")
        #expect(try await bills.orders(.after(nil), page: "p").next == nil)
    }

    @Test(arguments: ["subscription", "order", "product", "contact"])
    func `a record that Keap does not know is gone`(kind: String) async {
        let bills = bills(ScriptedTransport(.status(404, #"{"message":"not found"}"#)))
        let failure = await #expect(throws: KeapFailure.self) {
            switch kind {
            case "subscription": _ = try await bills.subscription(SubscriptionID("5"))
            case "order": _ = try await bills.order(OrderID("5"))
            case "product": _ = try await bills.product(ProductID("5"))
            default: _ = try await bills.payer(ContactID("5"))
            }
        }
        #expect(failure == .gone(message: "not found"))
    }
}

/// The calls for bills of an account behind a scripted transport, with budget to spare.
func bills(_ transport: ScriptedTransport) -> any BillingAPI & HookAPI {
    KeapGateway(transport: transport, budget: FreeBudget(), clock: ManualClock()).billing()
}
