import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct AuditTests {
    @Test func `requests are counted by endpoint, account and status`() {
        let caller = Caller()
        _ = caller.customer("c1", of: caller.source())
        caller.key = "unknown"
        caller.call("GET", "/v1/nowhere")
        let told = caller.control("GET", "/audit").json
        #expect(
            told?["byEndpoint"]
                == .counts(["POST /v1/data_sources": 1, "POST /v1/customers": 1, "unknown": 1]))
        #expect(told?["byAccount"] == .counts(["gym": 2, "": 1]))
        #expect(told?["byStatus"] == .counts(["201": 2, "401": 1]))
        let list = caller.control("GET", "/audit/requests?after=2").json?["requests"]?.items
        #expect(list?.map { $0["path"]?.text } == ["/v1/nowhere"])
        #expect(list?.first?["ending"]?.text == "answered")
        #expect(caller.control("GET", "/").json?["requests"] == .whole(3))
    }

    @Test func `two requests at once about one customer or subscription are an overlap, if one changes it`() {
        let shop = Shop()
        let other = shop.caller.customer("c2", of: shop.source)
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 1)
        func overlaps(_ first: MogulWorld.Request, _ second: MogulWorld.Request) -> Int? {
            var world = shop.caller.world
            let before = world.audit.overlapCount
            let one = world.begin(first, at: shop.caller.now).number
            let two = world.begin(second, at: shop.caller.now).number
            world.end(one, .answered, at: shop.caller.now)
            world.end(two, .answered, at: shop.caller.now)
            return world.audit.overlapCount - before
        }
        let read = shop.caller.request("GET", "/v1/customers/" + shop.customer)
        let change = shop.caller.request("PATCH", "/v1/customers/" + shop.customer, "{}")
        let event = shop.caller.request(
            "POST", "/v1/subscription_events",
            #"{"subscription_event":{"data_source_uuid":"\#(shop.source)","customer_external_id":"c1"}}"#)
        let line = shop.caller.request("POST", "/v1/import/invoices/\(invoice)/line_items", "{}")
        let elsewhere = shop.caller.request("PATCH", "/v1/customers/" + other, "{}")
        #expect(overlaps(read, read) == 0)
        #expect(overlaps(read, change) == 1)
        #expect(overlaps(change, event) == 1)
        #expect(overlaps(event, line) == 1)
        shop.event("e1", "subscription_cancelled", "2026-02-01")
        let deletion = shop.caller.request(
            "DELETE", "/v1/subscription_events",
            #"{"subscription_event":{"external_id":"e1","data_source_uuid":"\#(shop.source)"}}"#)
        #expect(overlaps(change, deletion) == 1)
        #expect(overlaps(change, elsewhere) == 0)
        let body = #"{"invoices":[{"line_items":[{"subscription_external_id":"s1"}]}]}"#
        let import1 = shop.caller.request("POST", "/v1/import/customers/\(shop.customer)/invoices", body)
        let import2 = shop.caller.request("POST", "/v1/import/customers/\(other)/invoices", body)
        #expect(overlaps(import1, import2) == 1, "one subscription under two customers")
    }

    @Test func `the audit forgets old requests one by one, never their counts`() {
        let caller = Caller { $0.rememberedRequests = 2 }
        for _ in 0..<9 { caller.call("GET", "/v1/ping") }
        #expect((2...4).contains(caller.world.audit.requests.count))
        #expect(caller.world.audit.total == 9)
    }

    @Test func `a reset empties the world, and what was under way ends without harm`() {
        let shop = Shop()
        let number = shop.caller.world.begin(shop.caller.request("GET", "/v1/ping"), at: shop.caller.now).number
        #expect(shop.caller.control("POST", "/reset").status == 204)
        shop.caller.world.end(number, .answered, at: shop.caller.now)
        #expect(shop.caller.call("GET", "/v1/customers").json?["entries"] == .array([]))
    }

    @Test func `the control plane shows what an account holds, and refuses what it does not know`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.event("e1", "subscription_cancelled", "2026-02-01")
        #expect(shop.caller.control("GET", "/customers").json?["customers"]?.items?.count == 1)
        #expect(shop.caller.control("GET", "/events?account=key").json?["events"]?.items?.count == 1)
        let subscription = shop.caller.control("GET", "/subscriptions").json?["subscriptions"]?.items?.first
        #expect(subscription?["churns"] == .texts(["2026-02-01T00:00:00.000Z"]))
        #expect(subscription?["periods"]?.items?.first?["mrr"] == .counts(["USD": 4900]))
        let months = shop.caller.control("GET", "/mrr?from=2026-01&to=2026-03").json?["customers"]?.items?.first
        #expect(months?["months"] == object(["2026-01": .counts(["USD": 4900])]))
        #expect(shop.caller.control("GET", "/mrr?from=2026&to=2026-03").status == 400)
        #expect(shop.caller.control("GET", "/customers?account=none").status == 404)
        #expect(shop.caller.control("PUT", "/customers").status == 404)
    }
}
