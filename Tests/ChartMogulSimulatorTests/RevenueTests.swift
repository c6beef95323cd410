import Testing
import WireFormats

@testable import ChartMogulSimulator

/// The rules of the documentation's page, each with its worked example.
@Suite struct RevenueTests {
    @Test func `a subscription earns from its first period on, and past the end of its last`() {
        let shop = Shop()
        shop.bill("1", "2026-02-10", "2026-03-10", 4900)
        #expect(shop.revenue() == [0, 4900, 4900, 4900, 4900, 4900])
    }

    @Test func `tax does not count, discounts are taken off already`() {
        let shop = Shop()
        shop.bill(
            "1", "2026-01-01", "2026-02-01", 5900,
            more: #","tax_amount_in_cents":1000,"discount_amount_in_cents":500"#)
        #expect(shop.revenue(months: 1) == [4900])
    }

    @Test(arguments: [
        (1, "year", 58_800, 4900), (3, "month", 10_000, 3333), (6, "month", 10_001, 1667),
        (7, "day", 1_000, 4345), (14, "day", 1_000, 2173), (28, "day", 2_800, 3042), (2, "year", 100, 4),
    ])
    func `an amount is divided by its plan's interval, rounded half up`(
        count: Int, unit: String, amount: Int, monthly: Int
    ) {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", amount, plan: shop.caller.plan("p2", of: shop.source, count, unit))
        #expect(shop.revenue(months: 1) == [monthly])
    }

    @Test func `credits count as they are`() {
        let shop = Shop()
        let lines = [
            shop.line("l1", "2026-01-01", "2026-02-01", 4900), shop.line("l2", "2026-01-01", "2026-02-01", -905),
        ]
        #expect(shop.post(shop.invoice("i1", lines)).status == 201)
        #expect(shop.revenue(months: 1) == [3995])
        #expect(shop.caller.audit["overlappingPeriods"] == .array([]), "one invoice may say a time twice")
    }

    @Test func `the next bill says anew what is earned`() {
        let shop = Shop()
        shop.bill("1", "2026-01-31", "2026-02-28", 4900)
        shop.bill("2", "2026-02-28", "2026-03-31", 9900, more: #","quantity":2"#)
        shop.bill("3", "2026-03-31", "2026-04-30", 2900)
        #expect(shop.revenue() == [4900, 9900, 2900, 2900, 2900, 2900])
        let periods = shop.caller.world.subscriptions(account: "gym").first?.periods
        #expect(periods?.map(\.quantity) == [1, 2, 1])
        #expect(periods?.map(\.plan) == ["p1", "p1", "p1"])
    }

    @Test func `a cancellation ends it, and a bill at that instant or later begins it again`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.event("e1", "subscription_cancelled", "2026-02-15T00:00:00Z")
        #expect(shop.revenue() == [4900, 0, 0, 0, 0, 0])
        shop.bill("2", "2026-02-15T00:00:00Z", "2026-03-15", 4900)
        #expect(shop.revenue() == [4900, 4900, 4900, 4900, 4900, 4900])
        #expect(shop.caller.world.subscriptions(account: "gym").first?.churns == [])
        shop.event("e2", "subscription_cancelled", "2026-03-20")
        shop.bill("3", "2026-05-02", "2026-06-02", 5900)
        #expect(shop.revenue() == [4900, 4900, 0, 0, 5900, 5900])
        #expect(
            shop.caller.world.subscriptions(account: "gym").first?.churns
                == [WorldTime("2026-03-20")].compactMap(\.self))
    }

    @Test func `a line's own cancellation counts as an event does, as long as the line counts`() {
        let shop = Shop()
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 4900, more: #","cancelled_at":"2026-02-01""#)
        #expect(shop.revenue(months: 3) == [4900, 0, 0])
        let path = "/v1/import/customers/\(shop.customer)/subscriptions"
        let told = shop.caller.call("GET", path).json?["subscriptions"]?.items?.first
        #expect(told?["cancellation_dates"] == .texts(["2026-02-01T00:00:00.000Z"]))
        let line = shop.caller.call("GET", "/v1/invoices/" + invoice).json?["line_items"]?.items?.first
        shop.caller.call("PATCH", "/v1/line_items/" + (line?["uuid"]?.text ?? ""), #"{"cancelled_at":null}"#)
        #expect(shop.revenue(months: 3) == [4900, 4900, 4900])
    }

    @Test func `a cancellation that is deleted or retracted is none`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.event("e1", "subscription_cancelled", "2026-02-01")
        let retraction = shop.event(
            "e2", "subscription_event_retracted", "2026-02-02", more: #","retracted_event_id":"e1""#)
        #expect(retraction.status == 201)
        #expect(shop.revenue(months: 2) == [4900, 4900])
        let body = #"{"subscription_event":{"external_id":"e2","data_source_uuid":"\#(shop.source)"}}"#
        #expect(shop.caller.call("DELETE", "/v1/subscription_events", body).status == 204)
        #expect(shop.revenue(months: 2) == [4900, 0])
        shop.caller.call("DELETE", "/v1/subscription_events", body.replacing("e2", with: "e1"))
        #expect(shop.revenue(months: 2) == [4900, 4900])
    }

    @Test func `a scheduled cancellation ends nothing by itself, unless the account is made so`() {
        for takesEffect in [false, true] {
            let shop = Shop { $0.quirks.scheduledCancellationsTakeEffect = takesEffect }
            shop.bill("1", "2026-01-01", "2026-02-01", 4900)
            shop.event("e1", "subscription_cancellation_scheduled", "2026-02-01")
            #expect(shop.revenue(months: 2) == [4900, takesEffect ? 0 : 4900])
            #expect(shop.caller.world.subscriptions(account: "gym").first?.scheduledCancellations.count == 1)
        }
    }

    @Test func `starts and updates change nothing, and the audit says so`() {
        let shop = Shop()
        shop.event("e1", "subscription_start", "2026-01-01", more: #","amount_in_cents":4900,"currency":"USD""#)
        shop.event("e2", "subscription_updated", "2026-01-01")
        shop.event("e3", "subscription_cancelled", "2026-01-01", "s9")
        #expect(shop.revenue(months: 2) == [0, 0])
        #expect(
            shop.caller.audit["eventsWithoutEffect"]?.items?.map { $0["event"]?.text } == ["e1", "e2", "e3"])
    }

    @Test func `a cancellation that lies ahead is flagged: it is to be scheduled`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.event("e1", "subscription_cancelled", "2026-03-02T12:00:00Z")
        shop.event("e2", "subscription_cancelled", "2026-03-02T12:00:01Z")
        #expect(shop.caller.audit["cancellationsAhead"] == .texts(["e2"]))
    }

    @Test func `no amount, however large, ends the simulator`() {
        let shop = Shop()
        let most = 1_000_000_000_000_000
        for id in 1...3 {
            shop.bill(
                "\(id)", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", most, "s\(id)",
                more: #","prorated":true,"tax_amount_in_cents":-\#(most),"quantity":\#(most)"#)
        }
        #expect(shop.revenue(months: 1) == [3 * most])
        #expect(shop.caller.call("GET", "/v1/customers/" + shop.customer).json?["arr"]?.integer == 36 * most)
        shop.bill("9", "0001-01-01", "9999-12-31T23:59:59.999Z", -most, "s9", more: #","prorated":true"#)
        #expect(shop.caller.control("GET", "/mrr?from=0001-01&to=9999-12").status == 200)
        #expect(shop.caller.control("GET", "/mrr?from=9999-12&to=9999-12").status == 200)
    }

    @Test func `invoices that were voided, written off or deleted do not count`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-02-01", "2026-03-01", 5900)
        let third = shop.bill("3", "2026-03-01", "2026-04-01", 6900)
        let path = "/v1/data_sources/\(shop.source)/invoices/"
        shop.caller.call("PUT", path + "i2/status", #"{"status":"voided"}"#)
        #expect(shop.revenue(months: 3) == [4900, 4900, 6900])
        shop.caller.call("PUT", path + "i1/status", #"{"status":"written_off"}"#)
        #expect(shop.revenue(months: 3) == [0, 0, 6900])
        shop.caller.call("DELETE", "/v1/invoices/" + third)
        #expect(shop.revenue(months: 3) == [0, 0, 0])
    }

    @Test func `an unpaid invoice counts, and a refund takes nothing away`() {
        let shop = Shop()
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        let refund = #"{"type":"refund","result":"successful","date":"2026-01-05","amount_in_cents":4900}"#
        shop.caller.call("POST", "/v1/import/invoices/\(invoice)/transactions", refund)
        #expect(shop.revenue(months: 1) == [4900])
    }

    @Test func `a one-time line earns nothing, nor does a trial`() {
        let shop = Shop()
        let once = #"{"type":"one_time","external_id":"l2","amount_in_cents":2500}"#
        let trial =
            #"{"type":"trial","external_id":"l1","subscription_external_id":"s1","plan_uuid":"\#(shop.plan)","#
            + #""service_period_start":"2026-01-01","service_period_end":"2026-02-01"}"#
        #expect(shop.post(shop.invoice("i1", [trial, once])).status == 201)
        #expect(shop.revenue(months: 2) == [0, 0])
        shop.bill("3", "2026-01-20", "2026-02-20", 4900)
        #expect(shop.revenue(months: 2) == [4900, 4900])
        let trials = shop.caller.world.subscriptions(account: "gym").first?.trials
        #expect(trials?.map(\.upperBound) == [WorldTime("2026-01-20")].compactMap(\.self), "the first bill ends it")
    }

    @Test func `a free subscription is alive and earns nothing`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 0)
        #expect(shop.revenue(months: 1) == [0])
        #expect(shop.caller.call("GET", "/v1/customers/" + shop.customer).json?["status"]?.text == "Active")
    }

    @Test func `currencies are kept apart, and counted in their own minor units`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-01-01", "2026-02-01", 6400, "s2", currency: "JPY")
        #expect(shop.revenue(months: 1) == [4900])
        #expect(shop.revenue(currency: "JPY", months: 1) == [6400])
        let totals = shop.caller.control("GET", "/mrr?from=2026-01&to=2026-01").json?["totals"]
        #expect(totals == .counts(["2026-01 JPY": 6400, "2026-01 USD": 4900]))
    }

    @Test(arguments: [
        ("differential_mrr", 1000, 5900), ("differential", 500, 5914), ("full", 2_450, 4968),
    ])
    func `a prorated line adds, or says anew by its own length`(type: String, amount: Int, monthly: Int) {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-01-16", "2026-01-31", amount, more: #","prorated":true,"proration_type":"\#(type)""#)
        #expect(shop.revenue(months: 1) == [monthly])
    }

    @Test func `periods of two invoices that lie upon one another are flagged, also after a cancellation between`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-01-31T23:00:00Z", "2026-02-28", 4900)
        shop.bill("3", "2026-02-28", "2026-03-31", 4900)
        let flagged = shop.caller.audit["overlappingPeriods"]?.items
        #expect(flagged?.map { $0["earlier"]?.text } == ["i1"])
        #expect(flagged?.first?["milliseconds"] == .whole(3_600_000))
        shop.event("e1", "subscription_cancelled", "2026-01-31T12:00:00Z")
        #expect(shop.caller.audit["overlappingPeriods"] == .array([]), "it ended before it began again")
    }

    @Test func `a subscription that two customers have at once is flagged`() {
        let shop = Shop()
        let other = shop.caller.customer("c2", of: shop.source)
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-02-01", "2026-03-01", 4900, to: other)
        #expect(shop.revenue("c1", months: 2) == [4900, 4900])
        #expect(shop.revenue("c2", months: 2) == [0, 4900])
        #expect(shop.caller.audit["subscriptionsOfTwoCustomers"] == .texts(["s1"]))
        shop.event("e1", "subscription_cancelled", "2026-02-01")
        #expect(shop.revenue("c1", months: 2) == [4900, 0])
        #expect(shop.revenue("c2", months: 2) == [0, 4900], "the event is the other customer's")
        #expect(shop.caller.audit["subscriptionsOfTwoCustomers"] == .texts([]))
    }

    @Test func `the month's revenue is what is earned at its end, and the account's is the sum`() {
        let shop = Shop()
        shop.bill("1", "2026-01-31T23:59:59.999Z", "2026-02-28", 4900)
        shop.bill("2", "2026-02-01T00:00:00Z", "2026-03-01", 5000, "s2")
        #expect(shop.revenue(months: 2) == [4900, 9900])
        let told = shop.caller.call("GET", "/v1/metrics/mrr?start-date=2026-01-01&end-date=2026-02-28&interval=month")
        #expect(
            told.words == #"{"entries":[{"date":"2026-01-31","mrr":4900},{"date":"2026-02-28","mrr":9900}]}"#)
        #expect(shop.caller.call("GET", "/v1/metrics/mrr").status == 400)
    }

    @Test func `the customer's subscriptions are told with their state`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2027-01-01", 58_800, plan: shop.caller.plan("y", of: shop.source, 1, "year"))
        shop.bill("2", "2026-01-01", "2026-02-01", 4900, "s2", more: #","cancelled_at":"2026-02-01""#)
        let entries = shop.caller.call("GET", "/v1/customers/\(shop.customer)/subscriptions").json?["entries"]?.items
        #expect(entries?.map { $0["mrr"]?.integer } == [4900, 0])
        #expect(entries?.map { $0["status"]?.text } == ["active", "inactive"])
        #expect(entries?.last?["end-date"]?.text == "2026-02-01T00:00:00.000Z")
    }

    @Test func `subscriptions of one customer are connected and parted`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.bill("2", "2026-01-01", "2026-02-01", 4900, "s2")
        func body(_ ids: String...) -> String {
            #"{"subscriptions":["#
                + ids.map { #"{"data_source_uuid":"\#(shop.source)","external_id":"\#($0)"}"# }.joined(separator: ",")
                + "]}"
        }
        let path = "/v1/customers/\(shop.customer)/"
        let connected = shop.caller.call("POST", path + "connect_subscriptions", body("s1", "s2"))
        #expect(connected.status == 202 && connected.json == .object([]))
        #expect(shop.caller.world.accounts["gym"]?.customers[shop.customer]?.connected.count == 1)
        #expect(shop.caller.call("POST", path + "connect_subscriptions", body("s1", "s9")).status == 404)
        #expect(shop.caller.call("POST", path + "connect_subscriptions", body("s1")).status == 422)
        #expect(shop.caller.call("POST", path + "disconnect_subscriptions", body("s1")).status == 202)
        #expect(shop.caller.world.accounts["gym"]?.customers[shop.customer]?.connected == [])
    }
}

extension Caller {
    /// The flaws of the account.
    var audit: JSONNode { control("GET", "/audit").json?["accounts"]?["gym"] ?? .null }
}
