import SeededRandom
import Testing

@testable import KeapSimulator

@Suite struct LimitTests {
    static func limits(second: Int? = nil, minute: Int? = nil, day: Int? = nil, tenantDay: Int? = nil)
        -> SimulatedLimits
    {
        SimulatedLimits(
            perSecond: second, perMinute: minute, perDay: day, tenantPerMinute: nil, tenantPerDay: tenantDay)
    }

    @Test func `a request over the limit gets the gateway's 429, whose code is text`() {
        let caller = Caller(limits: LimitTests.limits(second: 1))
        #expect(caller.call("GET", "/v2/tags").status == 200)
        let answer = caller.call("POST", "/v2/tags", ["name": "A"])
        #expect(answer.status == 429)
        #expect(
            answer.json == [
                "code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": .null,
            ])
        #expect(caller.account.tags.isEmpty, "nothing was done")
    }

    @Test func `a 429 tells when to come back only where that is set`() {
        for seconds in [nil, 7] {
            let caller = Caller(limits: LimitTests.limits(second: 0)) { $0.quirks.retryAfter = seconds }
            #expect(caller.call("GET", "/v2/tags").header("Retry-After") == seconds.map(String.init))
        }
    }

    @Test func `any rolling second is counted exactly`() {
        let caller = Caller(limits: LimitTests.limits(second: 2))
        let statuses = [0.0, 0.5, 0.4, 0.0999, 0.0001, 0.4999, 0.0001].map { pause in
            caller.wait(seconds: pause)
            return caller.call("GET", "/v2/tags").status
        }
        // At 0, 0.5, 0.9, 0.9999, 1.0, 1.4999 and 1.5: the first leaves the window at 1.0, the second at 1.5.
        #expect(statuses == [200, 200, 429, 429, 200, 429, 200])
    }

    @Test func `fixed windows begin with the tick of the clock`() {
        let caller = Caller(limits: LimitTests.limits(minute: 2)) { $0.counting = .fixed }
        caller.wait(seconds: 59)
        let statuses = [0.0, 0.9, 0.05, 0.05, 0.1, 0.1].map { pause in
            caller.wait(seconds: pause)
            return caller.call("GET", "/v2/tags").status
        }
        #expect(statuses == [200, 200, 429, 200, 200, 429])
    }

    @Test func `refused requests count only where that is set`() {
        for (count, expected) in [(false, 200), (true, 429)] {
            let caller = Caller(limits: LimitTests.limits(second: 1)) { $0.refusedRequestsCount = count }
            _ = caller.call("GET", "/v2/tags")
            caller.wait(seconds: 0.6)
            #expect(caller.call("GET", "/v2/tags").status == 429)
            caller.wait(seconds: 0.6)
            #expect(caller.call("GET", "/v2/tags").status == expected)
        }
    }

    @Test func `the day is Keap's, in UTC, and the headers say when it ends`() throws {
        let caller = Caller(limits: LimitTests.limits(day: 1))
        let first = caller.call("GET", "/v2/tags")
        #expect(first.header("x-keap-product-quota-available") == "0")
        let midnight = try #require(WorldTime(strict: "2026-03-03T00:00:00.000Z"))
        #expect(first.header("x-keap-product-quota-expiry-time") == String(midnight.milliseconds))
        caller.now = WorldTime(nanoseconds: midnight.nanoseconds - 1)
        #expect(caller.call("GET", "/v2/tags").status == 429)
        caller.now = midnight
        #expect(caller.call("GET", "/v2/tags").status == 200)
    }

    @Test func `the headers count down, the tenant's with a bar`() {
        let caller = Caller(limits: .key)
        _ = caller.call("GET", "/v2/tags")
        let answer = caller.call("GET", "/v2/nowhere")
        let expected = [
            "x-keap-product-spike-limit": "10ps", "x-keap-product-throttle-limit": "240",
            "x-keap-product-throttle-time-unit": "minute", "x-keap-product-throttle-interval": "1",
            "x-keap-product-throttle-available": "238", "x-keap-product-throttle-used": "2",
            "x-keap-product-quota-limit": "30000", "x-keap-product-quota-available": "29998",
            "x-keap-product-quota-used": "2", "x-keap-tenant-id": "gym.infusionsoft.com",
            "x-keap-tenant-throttle-limit": "10000|250000", "x-keap-tenant-throttle-time-unit": "minute|day",
            "x-keap-tenant-throttle-interval": "1|1", "x-keap-tenant-throttle-available": "9998|249998",
            "x-keap-tenant-throttle-used": "2|2",
        ]
        for (name, value) in expected { #expect(answer.header(name) == value, "\(name)") }
    }

    @Test func `two keys of one account share the minute, but not the second`() {
        let caller = Caller(limits: LimitTests.limits(second: 1, minute: 3)) {
            $0.accounts.append(AccountSetup(key: "second key", appName: "gym.infusionsoft.com"))
        }
        #expect(caller.call("GET", "/v2/tags").status == 200)
        caller.key = "second key"
        #expect(caller.call("GET", "/v2/tags").status == 200)
        caller.wait(seconds: 2)
        #expect(caller.call("GET", "/v2/tags").status == 200)
        caller.key = "key"
        #expect(caller.call("GET", "/v2/tags").status == 429)
        #expect(caller.account.throttle.overruns == [.minute: 1])
    }

    @Test func `what others use is gone for us`() {
        let caller = Caller(limits: LimitTests.limits(minute: 10, tenantDay: 20))
        #expect(caller.control("POST", "/accounts/key/use", ["product": 8, "tenant": 4]).status == 204)
        let answer = caller.call("GET", "/v2/tags")
        #expect(answer.header("x-keap-product-throttle-used") == "9")
        #expect(answer.header("x-keap-tenant-throttle-used") == "13|13")
        #expect(caller.call("GET", "/v2/tags").status == 200)
        #expect(caller.call("GET", "/v2/tags").status == 429)
    }

    @Test(arguments: [-1, 1_000_001, .max, .min])
    func `a number of others' calls out of bounds is refused`(number: Int) {
        let caller = Caller(limits: LimitTests.limits(minute: 10))
        #expect(caller.control("POST", "/accounts/key/use", ["product": .number("\(number)")]).status == 400)
        #expect(caller.control("POST", "/accounts/key/use", ["tenant": .number("\(number)")]).status == 400)
        #expect(caller.call("GET", "/v2/tags").header("x-keap-product-throttle-used") == "1")
    }

    @Test func `peaks tell how close a client came, refused or not`() {
        let caller = Caller(limits: LimitTests.limits(second: 2))
        for _ in 0..<3 { _ = caller.call("GET", "/v2/tags") }
        caller.wait(seconds: 30)
        for _ in 0..<2 { _ = caller.call("GET", "/v2/tags") }
        #expect(caller.account.throttle.peaks == [.second: 3, .minute: 5, .day: 5])
        #expect(caller.account.throttle.overruns == [.second: 1])
    }

    @Test func `the rolling count agrees with counting by hand`() {
        var generator = SeededGenerator(seed: 7)
        var window = CountingWindow(seconds: 1, counting: .rolling)
        var instants: [Int64] = []
        var now = Caller.noon
        for _ in 0..<5_000 {
            now.nanoseconds += Int64.random(in: 0...3_000_000, using: &generator)
            instants.append(now.nanoseconds)
            window.add(at: now)
            #expect(window.count(at: now) == instants.count { $0 > now.nanoseconds - 1_000_000_000 })
        }
    }

    @Test func `the accounts of one OAuth client share its windows and have their tenant's to themselves`() {
        let caller = Caller {
            $0.clientLimits = LimitTests.limits(minute: 3)
            $0.accounts = ["one", "two"].map { name in
                AccountSetup(
                    key: name, appName: name, limits: LimitTests.limits(second: 1, tenantDay: 2), client: "client")
            }
        }
        let statuses = ["one", "one", "one", "two", "two"].map { key in
            caller.key = key
            return caller.call("GET", "/v2/tags").status
        }
        // The third is over the first account's day, the last over the client's minute; a key's second is not theirs.
        #expect(statuses == [200, 200, 429, 200, 429])
        #expect(caller.world.overruns(ofClient: "client") == [.minute: 1])
        #expect(caller.world.accounts["one"]?.overruns == [.tenantDay: 1])
        #expect(caller.world.peaks(ofClient: "client")[.minute] == 5)

        let answer = caller.call("GET", "/v2/tags")
        #expect(answer.header("x-keap-product-throttle-used") == "3")
        #expect(answer.header("x-keap-tenant-throttle-limit") == "|2")
        #expect(answer.header("x-keap-tenant-throttle-used") == "1|1")
    }
}
