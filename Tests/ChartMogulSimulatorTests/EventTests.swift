import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct EventTests {
    @Test func `an event is made once, found, changed and deleted`() {
        let shop = Shop()
        let made = shop.event("e1", "subscription_cancelled", "2026-02-01T00:00:00Z").json
        #expect(made?["effective_date"]?.text == "2026-02-01T00:00:00Z")
        #expect(made?["errors"] == .object([]))
        #expect(shop.event("e1", "subscription_cancelled", "2026-02-01").error("external_id") != nil)
        let id = made?["id"]?.integer ?? 0
        let change = #"{"subscription_event":{"id":\#(id),"effective_date":"2026-03-01"}}"#
        let changed = shop.caller.call("PATCH", "/v1/subscription_events", change).json
        #expect(changed?["effective_date"]?.text == "2026-03-01T00:00:00Z")
        #expect(changed?["event_date"]?.text == "2026-02-01T00:00:00Z")
        let list = shop.caller.call("GET", "/v1/subscription_events?external_id=e1&data_source_uuid=\(shop.source)")
            .json
        #expect(list?["subscription_events"]?.items?.count == 1)
        #expect(list?["has_more"]?.flag == false)
        let byExternalID = #"{"subscription_event":{"external_id":"e1","data_source_uuid":"\#(shop.source)"}}"#
        #expect(shop.caller.call("DELETE", "/v1/subscription_events", byExternalID).status == 204)
        #expect(shop.caller.call("DELETE", "/v1/subscription_events", byExternalID).status == 404)
        #expect(shop.caller.call("DELETE", "/v1/subscription_events").status == 400)
    }

    @Test func `an event is deleted by an id in the query`() {
        let shop = Shop()
        let id = shop.event("e1", "subscription_cancelled", "2026-02-01").json?["id"]?.integer ?? 0
        let target = "/v1/subscription_events?subscription_event%5Bid%5D=\(id)"
        #expect(shop.caller.call("DELETE", target).status == 204)
        #expect(shop.caller.call("DELETE", target).status == 404)
    }

    @Test func `a list without events tells of its pages in an object of its own`() {
        let list = Shop().caller.call("GET", "/v1/subscription_events").json
        #expect(list?["has_more"] == nil)
        #expect(list?["meta"]?["has_more"]?.flag == false)
    }

    @Test func `what is wrong with an event is named`() {
        let shop = Shop()
        func names(_ body: String) -> [String]? {
            shop.caller.call("POST", "/v1/subscription_events", #"{"subscription_event":{\#(body)}}"#)
                .json?["errors"]?.members?.map(\.name).sorted()
        }
        #expect(
            names("")
                == [
                    "customer_external_id", "data_source_uuid", "effective_date", "event_date", "event_type",
                    "external_id", "subscription_external_id",
                ])
        #expect(shop.event("e1", "subscription_paused", "2026-02-01").error("event_type") != nil)
        #expect(
            shop.event("e1", "subscription_cancelled", "2026-02-01", customer: "c9").error("customer_external_id")
                != nil)
        #expect(
            shop.event("e1", "subscription_event_retracted", "2026-02-01", more: #","retracted_event_id":"e7""#).status
                == 422)
        #expect(shop.event("e1", "subscription_cancelled", "soon").status == 400)
    }
}
