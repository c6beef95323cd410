import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct LimitTests {
    @Test func `the 41st request of a second is refused, and let through a second later`() {
        let caller = Caller { $0.perSecond = 40 }
        for _ in 0..<40 { #expect(caller.call("GET", "/v1/ping").status == 200) }
        let refused = caller.call("GET", "/v1/ping")
        #expect(refused.status == 429)
        #expect(refused.words.contains("Your request rate has exceeded our rate limit."))
        caller.wait(seconds: 0.999)
        #expect(caller.call("GET", "/v1/ping").status == 429)
        caller.wait(seconds: 0.001)
        #expect(caller.call("GET", "/v1/ping").status == 200)
        #expect(caller.audit["overRate"] == .whole(2))
        #expect(caller.audit["mostInSecond"] == .whole(41))
    }

    @Test func `more than 20 at once meet a page of HTML, and each ends once`() {
        let caller = Caller()
        let begun = (0..<21).map { _ in caller.world.begin(caller.request("GET", "/v1/ping"), at: caller.now) }
        #expect(begun.map(\.answer.status) == Array(repeating: 200, count: 20) + [503])
        #expect(begun.last?.answer.words.hasPrefix("<html>") == true)
        for request in begun + begun { caller.world.end(request.number, .answered, at: caller.now) }
        #expect(caller.call("GET", "/v1/ping").status == 200)
        #expect(caller.audit["overAtOnce"] == .whole(1))
        #expect(caller.audit["mostAtOnce"] == .whole(21))
    }

    @Test func `an account's limits are its own, and can be changed`() {
        let caller = Caller {
            $0.accounts.append(MogulWorld.AccountSetup(key: "other"))
            $0.perSecond = 1
        }
        #expect(caller.call("GET", "/v1/ping").status == 200)
        caller.key = "other"
        #expect(caller.call("GET", "/v1/ping").status == 200)
        #expect(caller.call("GET", "/v1/ping").status == 429)
        #expect(caller.control("POST", "/limits", #"{"account":"other","perSecond":null}"#).status == 204)
        #expect(caller.call("GET", "/v1/ping").status == 200)
        caller.key = "key"
        #expect(caller.call("GET", "/v1/ping").status == 429)
        #expect(caller.control("POST", "/limits", #"{"account":"none"}"#).status == 404)
    }
}
