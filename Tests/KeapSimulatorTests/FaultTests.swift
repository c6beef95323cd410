import Testing

@testable import KeapSimulator

@Suite struct FaultTests {
    @Test func `a status is answered in Keap's shape, and nothing was done`() {
        let caller = Caller()
        caller.world.faults.add(FaultRule(.status(503), match: FaultMatch(method: "POST"), times: 1))
        let answer = caller.call("POST", "/v2/tags", ["name": "A"])
        #expect(answer.status == 503)
        #expect(answer.json?["code"] == 503)
        #expect(answer.header("x-keap-tenant-id") == "gym.infusionsoft.com")
        #expect(caller.account.tags.isEmpty)
        #expect(caller.call("POST", "/v2/tags", ["name": "A"]).status == 201)
    }

    @Test func `a lost answer leaves what was done`() {
        for action in [
            FaultAction.reset(isDone: true), .hang(milliseconds: 5, isDone: true), .status(500, isDone: true),
        ] {
            let caller = Caller()
            caller.world.faults.add(FaultRule(action))
            #expect(caller.call("POST", "/v2/tags", ["name": "A"]).status != 201)
            #expect(caller.account.tags.count == 1)
        }
    }

    @Test func `a request that is reset or hangs is not done by itself`() {
        for (action, delivery) in [
            (FaultAction.reset(), SimAnswer.Delivery.reset), (.hang(milliseconds: 5), .never(milliseconds: 5)),
        ] {
            let caller = Caller()
            caller.world.faults.add(FaultRule(action))
            #expect(caller.call("POST", "/v2/tags", ["name": "A"]).delivery == delivery)
            #expect(caller.account.tags.isEmpty)
        }
    }

    @Test func `a delayed answer is the right one`() {
        let caller = Caller()
        caller.world.faults.add(FaultRule(.delay(milliseconds: 250)))
        let answer = caller.call("POST", "/v2/tags", ["name": "A"])
        #expect(answer.status == 201)
        #expect(answer.delivery == .after(milliseconds: 250))
    }

    @Test func `a played 429 says in its headers which window is used up`() {
        let caller = Caller(limits: .key)
        caller.world.faults.add(FaultRule(.throttle(.day)))
        let answer = caller.call("GET", "/v2/tags")
        #expect(answer.status == 429)
        #expect(answer.json?["code"] == "429")
        #expect(answer.header("x-keap-product-quota-available") == "0")
        #expect(answer.header("x-keap-product-throttle-available") == "239")
    }

    @Test func `a body of one's own is answered as it is`() {
        let caller = Caller()
        caller.world.faults.add(FaultRule(.status(502, body: "<html>")))
        #expect(caller.call("GET", "/v2/tags").body == Array("<html>".utf8))
    }

    @Test func `all that a rule names must fit`() {
        let match = FaultMatch(
            account: "gym.infusionsoft.com", method: "PATCH", path: #"^/v2/contacts/\d+$"#, contact: 1001,
            email: "ADA.byron@example.com")
        let caller = Caller { $0.faults = [FaultRule(.status(500), match: match)] }
        let ada = caller.contact()
        let bob = caller.contact("Bob")
        #expect(caller.call("PATCH", "/v2/contacts/\(bob)", [:]).status == 200)
        #expect(caller.call("GET", "/v2/contacts/\(ada)").status == 200)
        #expect(caller.call("PATCH", "/v1/contacts/\(ada)", [:]).status == 200)
        #expect(caller.call("PATCH", "/v2/contacts/\(ada)", [:]).status == 500)
    }

    @Test func `a rule for an address fits searches and bodies that carry it`() {
        let caller = Caller()
        caller.world.faults.add(FaultRule(.status(500), match: FaultMatch(email: "Ada@x.org")))
        #expect(caller.call("GET", "/v2/contacts?filter=email==ada@X.org").status == 500)
        let body: JSON = ["email_addresses": [["field": "EMAIL1", "email": "ada@x.org"]]]
        #expect(caller.call("POST", "/v2/contacts", body).status == 500)
        #expect(caller.call("GET", "/v2/contacts?filter=email==bob@x.org").status == 200)
    }

    @Test func `a rule for a tag fits every call that names it`() {
        let caller = Caller()
        let tags = ["A", "B"].map { caller.tag($0) }
        caller.world.faults.add(FaultRule(.status(500), match: FaultMatch(tag: tags[0])))
        let body: JSON = ["contact_ids": ["1"]]
        #expect(caller.call("POST", "/v2/tags/\(tags[0])/contacts:applyTags", body).status == 500)
        #expect(caller.call("POST", "/v2/tags/\(tags[1])/contacts:applyTags", body).status == 200)
        #expect(caller.call("POST", "/v1/contacts/1/tags", ["tagIds": [.integer(tags[0])]]).status == 500)
    }

    @Test func `a rule ends with its number or with its time`() {
        let caller = Caller()
        caller.world.faults.add(FaultRule(.status(500), times: 2))
        caller.world.faults.add(FaultRule(.status(503), until: caller.now.advanced(byMilliseconds: 1000)))
        #expect((0..<3).map { _ in caller.call("GET", "/v2/tags").status } == [500, 500, 503])
        caller.wait(seconds: 1)
        #expect(caller.call("GET", "/v2/tags").status == 200)
    }

    @Test func `chance comes from the seed`() {
        func statuses(seed: UInt64) -> [Int] {
            let caller = Caller {
                $0.seed = seed
                $0.faults = [FaultRule(.status(500), probability: 0.5)]
            }
            return (0..<64).map { _ in caller.call("GET", "/v2/tags").status }
        }
        #expect(statuses(seed: 1) == statuses(seed: 1))
        #expect(statuses(seed: 1) != statuses(seed: 2))
        #expect(Set(statuses(seed: 1)) == [200, 500])
    }

    @Test func `a request over the limit is answered without an injected fault`() {
        let caller = Caller(limits: LimitTests.limits(second: 1))
        _ = caller.call("GET", "/v2/tags")
        caller.world.faults.add(FaultRule(.status(500), times: 1))
        #expect(caller.call("GET", "/v2/tags").status == 429)
        #expect(caller.world.faults.entries.first?.met == 0)
    }
}
