import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct CustomerTests {
    @Test func `a customer comes back as it was written`() {
        let caller = Caller()
        let source = caller.source()
        let body =
            #"{"data_source_uuid":"\#(source)","external_id":"keap-contact-42","name":"Ana Ruiz","#
            + #""email":"ana@example.org","country":"US","state":"US-NY","city":"Troy","zip":"12180","company":"Gym","#
            + #""lead_created_at":"2026-01-05","free_trial_started_at":"2026-02-01T00:00:00Z","#
            + #""attributes":{"tags":["a"],"custom":[{"type":"String","key":"raw","value":"x","source":"integration"}]}}"#
        let made = caller.call("POST", "/v1/customers", body)
        #expect(made.status == 201)
        let uuid = made.json?["uuid"]?.text ?? ""
        let read = caller.call("GET", "/v1/customers/" + uuid).json
        #expect(read == made.json)
        #expect(read?["state"]?.text == "US-NY")
        #expect(read?["free_trial_started_at"]?.text == "2026-02-01T00:00:00.000Z")
        #expect(read?["attributes"]?["custom"]?["raw"]?.text == "x")
        #expect(read?["external_ids"] == .texts(["keap-contact-42"]))
        #expect(read?["status"]?.text == "New Lead")
        let changed = caller.call("PATCH", "/v1/customers/" + uuid, #"{"city":null,"name":"Ana R"}"#).json
        #expect(changed?["city"]?.text == "")
        #expect(changed?["email"]?.text == "ana@example.org")
    }

    @Test func `what is missing is named at once`() {
        let caller = Caller()
        let answer = caller.call("POST", "/v1/customers", #"{"data_source_uuid":null,"external_id":null,"name":null}"#)
        #expect(answer.status == 422)
        #expect(answer.json?["errors"]?.members?.map(\.name) == ["data_source_uuid", "external_id", "name"])
        #expect(caller.call("POST", "/v1/customers", #"{"data_source_uuid":"ds_1"}"#).error("data_source_uuid") != nil)
    }

    @Test func `an external id is taken once in a data source, and found in all of them`() {
        let caller = Caller()
        let (one, two) = (caller.source(), caller.source("Two"))
        let first = caller.customer("c1", of: one)
        #expect(caller.customer("c1", of: one) == "")
        let second = caller.customer("c1", of: two)
        func found(_ query: String) -> [String?] {
            caller.call("GET", "/v1/customers?" + query).json?["entries"]?.items?.map { $0["uuid"]?.text } ?? []
        }
        #expect(found("external_id=c1") == [first, second])
        #expect(found("external_id=c1&data_source_uuid=\(two)") == [second])
        #expect(found("external_id=c9&data_source_uuid=\(two)") == [])
        #expect(caller.world.accounts["gym"]?.refusedRepeats["customer"] == 1)
    }

    @Test(arguments: ["ana", "ana@", "@x.org", "a b@x.org", "ana@localhost", "ana@x..org", "añá@x.org", "a@b@c.org"])
    func `an address that is none is refused, or dropped`(email: String) {
        for (quirk, status) in [(MogulWorld.Quirks.InvalidEmail.refused, 422), (.dropped, 201)] {
            let caller = Caller { $0.quirks.invalidEmail = quirk }
            let body =
                #"{"data_source_uuid":"\#(caller.source())","external_id":"1","name":"A","email":"\#(email)"}"#
            let answer = caller.call("POST", "/v1/customers", body)
            #expect(answer.status == status)
            if status == 201 { #expect(answer.json?["email"]?.text == "") }
        }
    }

    @Test(arguments: [
        #""country":"USA""#, #""country":"us""#, #""state":"NY""#, #""country":"US","state":"CA-ON""#, #""name":"""#,
        #""attributes":{"custom":[{"type":"Integer","key":"a","value":"x"}]}"#,
        #""attributes":{"custom":[{"type":"String","key":"a b","value":"x"}]}"#,
    ])
    func `a value that cannot be is refused, and nothing changes`(members: String) {
        let caller = Caller()
        let uuid = caller.customer("c1", of: caller.source())
        #expect(caller.call("PATCH", "/v1/customers/" + uuid, #"{"city":"Troy",\#(members)}"#).status == 422)
        #expect(caller.call("GET", "/v1/customers/" + uuid).json?["city"]?.text == "")
    }

    @Test func `attributes and tags come and go`() {
        let caller = Caller()
        let path = "/v1/customers/" + caller.customer("c1", of: caller.source()) + "/attributes"
        let custom = #"{"custom":[{"type":"Timestamp","key":"seen","value":"2026-01-01T00:00:00Z"}]}"#
        #expect(caller.call("POST", path + "/custom", custom).status == 200)
        #expect(caller.call("PUT", path + "/custom", #"{"custom":{"seen":"2026-02-01"}}"#).status == 200)
        #expect(caller.call("PUT", path + "/custom", #"{"custom":{"other":"x"}}"#).status == 422)
        #expect(caller.call("POST", path + "/tags", #"{"tags":["a","b","a"]}"#).json?["tags"] == .texts(["a", "b"]))
        #expect(caller.call("DELETE", path + "/tags", #"{"tags":["a"]}"#).json?["tags"] == .texts(["b"]))
        let now = caller.call("GET", path).json?["attributes"]
        #expect(now?["custom"]?["seen"]?.text == "2026-02-01")
        #expect(caller.call("DELETE", path + "/custom", #"{"custom":["seen"]}"#).json?["custom"] == .object([]))
    }

    @Test func `lists are read by cursor, at most 200 at a time`() {
        let caller = Caller()
        let source = caller.source()
        let made = (0..<5).map { caller.customer("c\($0)", of: source) }
        var (found, query): ([String], String) = ([], "")
        for _ in 0..<3 {
            let page = caller.call("GET", "/v1/customers?per_page=2" + query).json
            found += page?["entries"]?.items?.compactMap { $0["uuid"]?.text } ?? []
            query = "&cursor=" + (page?["cursor"]?.text ?? "")
            #expect(page?["has_more"]?.flag == (found.count < 5))
        }
        #expect(found == made)
        for query in ["per_page=201", "per_page=0", "per_page=x", "page=2", "cursor=zz", "cursor=c-zzzzzzzzzzzzzzzz"] {
            #expect(caller.call("GET", "/v1/customers?" + query).status == 400)
        }
    }

    @Test func `a search is by address, and finding none is a 404`() {
        let caller = Caller()
        let uuid = caller.customer("c1", of: caller.source())
        caller.call("PATCH", "/v1/customers/" + uuid, #"{"email":"ana@x.org"}"#)
        let found = caller.call("GET", "/v1/customers/search?email=ANA%40x.org").json?["entries"]?.items
        #expect(found?.map { $0["uuid"]?.text } == [uuid])
        #expect(caller.call("GET", "/v1/customers/search?email=b@x.org").status == 404)
        #expect(caller.call("GET", "/v1/customers/search").status == 400)
    }

    @Test func `a merge is done some time after its 202`() {
        let shop = Shop()
        let caller = shop.caller
        let other = caller.customer("c2", of: shop.source)
        shop.bill("1", "2026-01-01", "2026-02-01", 4900, to: other)
        let body =
            #"{"from":{"external_id":"c2","data_source_uuid":"\#(shop.source)"},"#
            + #""into":{"customer_uuid":"\#(shop.customer)"}}"#
        #expect(caller.call("POST", "/v1/customers/merges", body).status == 202)
        #expect(caller.call("GET", "/v1/customers/" + other).status == 200)
        caller.wait(seconds: 1)
        #expect(
            caller.call("GET", "/v1/customers/" + other).json?["message"]?.text
                == "Customer \"\(other)\" does not exist")
        let into = caller.call("GET", "/v1/customers/" + shop.customer).json
        #expect(into?["external_ids"] == .texts(["c1", "c2"]))
        #expect(into?["mrr"]?.integer == 4900)
        #expect(caller.customer("c2", of: shop.source) == "", "it is taken for good")
        #expect(shop.revenue("c2", months: 1) == [4900])
        let split =
            #"{"customer_uuid":"\#(shop.customer)","external_id":"c2","data_source_uuid":"\#(shop.source)"}"#
        #expect(caller.call("POST", "/v1/customers/unmerges", split).status == 202)
        #expect(caller.call("POST", "/v1/customers/unmerges", split).status == 422)
        #expect(caller.call("POST", "/v1/customers/merges", "{}").status == 400)
    }

    @Test func `a customer that was just made may answer 404 for a while`() {
        let caller = Caller { $0.quirks.creationLagInMilliseconds = 500 }
        let source = caller.source()
        let uuid = caller.customer("c1", of: source)
        #expect(uuid != "")
        #expect(caller.call("GET", "/v1/customers/" + uuid).status == 404)
        #expect(caller.call("GET", "/v1/customers?external_id=c1").json?["entries"]?.items?.isEmpty == true)
        #expect(caller.call("POST", "/v1/import/customers/\(uuid)/invoices", #"{"invoices":[]}"#).status == 404)
        #expect(caller.customer("c1", of: source) == "", "all the same it is there")
        caller.wait(seconds: 0.5)
        #expect(caller.call("GET", "/v1/customers/" + uuid).status == 200)
    }

    @Test func `a deleted customer's external ids are free again`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        shop.event("e1", "subscription_cancelled", "2026-02-01")
        #expect(shop.caller.call("DELETE", "/v1/customers/" + shop.customer).status == 204)
        #expect(shop.caller.call("DELETE", "/v1/customers/" + shop.customer).status == 404)
        let again = shop.caller.customer("c1", of: shop.source)
        #expect(again != "" && again != shop.customer)
        shop.bill("1", "2026-01-01", "2026-02-01", 4900, to: again)
        #expect(shop.revenue(months: 3) == [4900, 4900, 4900], "its events are gone too")
    }
}
