import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct PlanTests {
    @Test func `a plan is made once, changed, listed`() {
        let caller = Caller()
        let source = caller.source()
        let uuid = caller.plan("keap-plan-7-day-14", of: source, 14, "day")
        #expect(caller.plan("keap-plan-7-day-14", of: source) == "")
        let list = caller.call("GET", "/v1/plans?external_id=keap-plan-7-day-14&data_source_uuid=\(source)").json
        #expect(list?["plans"]?.items?.map { $0["uuid"]?.text } == [uuid])
        #expect(list?["plans"]?.items?.first?["interval_count"]?.integer == 14)
        #expect(caller.call("PATCH", "/v1/plans/" + uuid, #"{"name":"New"}"#).json?["name"]?.text == "New")
        #expect(caller.call("PATCH", "/v1/plans/" + uuid, #"{"interval_unit":"week"}"#).status == 422)
        #expect(caller.call("GET", "/v1/plans/" + uuid).json?["interval_unit"]?.text == "day")
    }

    @Test func `what is wrong with a plan is named at once`() {
        let answer = Caller().call("POST", "/v1/plans", #"{"interval_count":null,"interval_unit":"week"}"#)
        #expect(answer.status == 422)
        #expect(
            answer.json?["errors"]?.members?.map(\.name)
                == ["data_source_uuid", "name", "interval_count", "interval_unit"])
    }

    @Test func `a plan gets an external id if it is given none`() {
        let caller = Caller()
        let body =
            #"{"data_source_uuid":"\#(caller.source())","name":"P","interval_count":1,"interval_unit":"year"}"#
        #expect(caller.call("POST", "/v1/plans", body).json?["external_id"]?.text?.isEmpty == false)
    }

    @Test func `a plan with subscriptions cannot be deleted`() {
        let shop = Shop()
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        #expect(shop.caller.call("DELETE", "/v1/plans/" + shop.plan).status == 422)
        #expect(shop.caller.call("DELETE", "/v1/invoices/" + invoice).status == 204)
        #expect(shop.caller.call("DELETE", "/v1/plans/" + shop.plan).status == 204)
        #expect(shop.caller.call("GET", "/v1/plans/" + shop.plan).words == #"{"error":"Plan not found"}"#)
    }
}
