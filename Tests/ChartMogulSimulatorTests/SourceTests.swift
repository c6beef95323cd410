import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct SourceTests {
    @Test func `a key as the user with no password opens an account, anything else is a 401`() {
        let caller = Caller()
        #expect(caller.call("GET", "/v1/ping").json == object(["data": .string("pong!")]))
        let bad = caller.world.answer(
            MogulWorld.Request(method: "GET", target: "/v1/ping", headers: []), at: caller.now)
        #expect(bad.status == 401)
        #expect(bad.words == #"{"code":401,"message":"No valid API key provided","param":null}"#)
        // `key:secret`, another scheme, no base64, a colon alone.
        for header in ["Basic a2V5OnNlY3JldA==", "Bearer key", "Basic !", "Basic Og=="] {
            let request = MogulWorld.Request(method: "GET", target: "/v1/ping", headers: [("authorization", header)])
            #expect(caller.world.answer(request, at: caller.now).status == 401)
        }
    }

    @Test(arguments: ["", "a", "ab", "abc", "abcd", "päss"]) func `a key comes back from its header`(key: String) {
        let read = BasicAuthorization.key(in: BasicAuthorization.header(key: key))
        #expect(read == (key.isEmpty ? nil : key))
    }

    @Test func `accounts hold what is theirs, and two keys can share one`() {
        let caller = Caller {
            $0.accounts += [
                MogulWorld.AccountSetup(key: "second", name: "gym"), MogulWorld.AccountSetup(key: "other"),
            ]
        }
        let source = caller.source()
        caller.key = "second"
        #expect(caller.call("GET", "/v1/data_sources/\(source)").status == 200)
        caller.key = "other"
        #expect(caller.call("GET", "/v1/data_sources/\(source)").words == #"{"error":"Data source not found"}"#)
        #expect(caller.call("GET", "/v1/account").json?["time_zone"]?.text == "Etc/UTC")
    }

    @Test func `any key opens an account of its own where it may`() {
        let caller = Caller {
            $0.acceptsAnyKey = true
            $0.newAccounts.currency = "EUR"
        }
        caller.key = "new"
        _ = caller.source()
        #expect(caller.call("GET", "/v1/account").json?["currency"]?.text == "EUR")
        caller.key = "newer"
        #expect(caller.call("GET", "/v1/data_sources").json?["data_sources"] == .array([]))
    }

    @Test func `a data source is made, found by name, and tells its settings only when asked`() {
        let caller = Caller { $0.accounts[0].autoChurnDays = 30 }
        #expect(
            caller.call("POST", "/v1/data_sources", "{}").words
                == #"{"errors":{"name":"A name is required for each data source."}}"#)
        let source = caller.source()
        _ = caller.source("Other")
        let found = caller.call("GET", "/v1/data_sources?name=Keap").json?["data_sources"]?.items
        #expect(found?.map { $0["uuid"]?.text } == [source])
        #expect(found?.first?["processing_status"] == nil)
        let told = caller.call(
            "GET",
            "/v1/data_sources/\(source)?with_processing_status=true&with_auto_churn_subscription_setting=true"
                + "&with_invoice_handling_setting=true"
        ).json
        #expect(told?["auto_churn_subscription_setting"]?["enabled"]?.flag == true)
        #expect(told?["processing_status"]?["failed"]?.integer == 0)
        #expect(told?["invoice_handling_setting"]?["manual"] != nil)
    }

    @Test func `two data sources may have one name, which is counted, or may not`() {
        let caller = Caller()
        #expect(caller.source() != caller.source())
        #expect(caller.world.accounts["gym"]?.refusedRepeats["data_source_name"] == 1)
        let strict = Caller { $0.quirks.repeatedSourceName = .refused }
        _ = strict.source()
        #expect(strict.call("POST", "/v1/data_sources", #"{"name":"Keap"}"#).status == 422)
    }

    @Test func `a deleted data source takes everything with it`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 4900)
        #expect(shop.caller.call("DELETE", "/v1/data_sources/\(shop.source)").status == 204)
        for path in ["customers/\(shop.customer)", "plans/\(shop.plan)", "data_sources/\(shop.source)"] {
            #expect(shop.caller.call("GET", "/v1/" + path).status == 404)
        }
        #expect(shop.caller.call("GET", "/v1/invoices").json?["invoices"]?.items?.isEmpty == true)
    }

    @Test func `paths, methods, bodies and properties that are not known are refused`() {
        let caller = Caller()
        #expect(caller.call("GET", "/v1/nothing").status == 404)
        #expect(caller.call("GET", "/crm/rest").status == 404)
        #expect(caller.call("PUT", "/v1/plans").status == 405)
        #expect(caller.call("POST", "/v1/data_sources", "{").status == 400)
        #expect(caller.call("POST", "/v1/data_sources", "[]").status == 400)
        #expect(caller.call("POST", "/v1/data_sources").status == 400)
        #expect(caller.call("POST", "/v1/data_sources", #"{"name":"K","name":"K"}"#).status == 400)
        #expect(caller.call("POST", "/v1/data_sources", #"{"name":7}"#).status == 400)
        #expect(
            caller.call("POST", "/v1/data_sources", #"{"name":"K","colour":"red"}"#).words
                == #"{"code":400,"message":"`colour` is not a known property","param":"colour"}"#)
    }
}
