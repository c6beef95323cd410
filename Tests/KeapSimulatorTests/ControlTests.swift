import Testing

@testable import KeapSimulator

@Suite struct ControlTests {
    @Test func `seeding counts in no limit and no audit`() {
        let caller = Caller(limits: LimitTests.limits(second: 1))
        for number in 0..<3 {
            let body: JSON = [
                "given_name": "Ada", "email_addresses": [["field": "EMAIL1", "email": .string("\(number)@x.org")]],
                "tags": ["Gold", "Silver"],
            ]
            let answer = caller.control("POST", "/accounts/key/contacts", body)
            #expect(answer.status == 201)
            #expect(answer.json?["tags"] == ["Gold", "Silver"])
        }
        #expect(caller.world.audit.total == 0)
        #expect(caller.call("GET", "/v2/tags").json?["tags"]?.items?.count == 2)
        let list = caller.control("GET", "/accounts/key/contacts?email=1@x.org").json
        #expect(list?["contacts"]?.items?.count == 1)
        #expect(list?["contacts"]?.items?.first?["tags"] == ["Gold", "Silver"])
        #expect(
            caller.control("GET", "/accounts/gym.infusionsoft.com/tags").json?["tags"]?.items?.first?["wearers"] == 3)
        #expect(caller.control("GET", "/accounts/key/contacts?limit=1&offset=1").json?["count"] == 3)
    }

    @Test func `whatever a person could do in Keap can be done from outside`() {
        let caller = Caller()
        let id = caller.contact()
        caller.world.faults.add(FaultRule(.status(500)))
        let path = "/accounts/key/rest/v2/contacts/\(id)"
        #expect(caller.control("PATCH", path, ["given_name": "Augusta"]).status == 200)
        #expect(caller.control("DELETE", path).status == 204)
        #expect(caller.control("DELETE", path).status == 404)
        #expect(caller.world.audit.total == 1)
    }

    @Test func `accounts are shown with their limits, use and peaks`() {
        let caller = Caller(limits: .key)
        _ = caller.contact()
        let json = caller.control("GET", "/accounts").json?["accounts"]?.items?.first
        #expect(json?["app"] == "gym.infusionsoft.com")
        #expect(json?["contacts"] == 1)
        #expect(json?["limits"]?["perMinute"] == 240)
        #expect(json?["used"]?["tenant-day"] == 1)
        #expect(json?["peaks"]?["second"] == 1)
        #expect(!String(decoding: caller.control("GET", "/accounts").body, as: UTF8.self).contains("\"key\""))
    }

    @Test func `an account can be added`() {
        let caller = Caller()
        let body: JSON = ["key": "new", "app": "new.infusionsoft.com", "limits": ["perSecond": 1, "perDay": .null]]
        #expect(caller.control("POST", "/accounts", body).status == 201)
        caller.key = "new"
        #expect(caller.call("GET", "/v2/tags").header("x-keap-product-quota-limit") == "")
        #expect(caller.call("GET", "/v2/tags").status == 429)
        #expect(caller.control("POST", "/accounts", [:]).status == 400)
        #expect(caller.control("PUT", "/accounts").status == 405)
    }

    @Test func `limits change for one account or for all`() {
        let caller = Caller {
            $0.accounts.append(AccountSetup(key: "other", appName: "other", limits: SimulatedLimits.none))
        }
        #expect(caller.control("POST", "/limits", ["account": "other", "perMinute": 0]).status == 204)
        #expect(caller.call("GET", "/v2/tags").status == 200)
        caller.key = "other"
        #expect(caller.call("GET", "/v2/tags").status == 429)
        #expect(caller.control("POST", "/limits", ["perMinute": .null]).status == 204)
        #expect(caller.call("GET", "/v2/tags").status == 200)
        #expect(caller.control("POST", "/limits", ["perMinute": "many"]).status == 400)
        #expect(caller.control("POST", "/limits", ["account": "nobody"]).status == 404)
    }

    @Test(
        arguments: [
            (
                ["action": "status", "status": 503, "body": ["a": 1], "done": true],
                .status(503, body: #"{"a":1}"#, isDone: true)
            ),
            (["action": "throttle"], .throttle(.minute)), (["action": "throttle", "window": "day"], .throttle(.day)),
            (["action": "hang", "for": 2.5], .hang(milliseconds: 2500)),
            (["action": "delay", "for": 1], .delay(milliseconds: 1000)),
            (["action": "reset", "done": true], .reset(isDone: true)),
        ] as [(JSON, FaultAction)])
    func `faults are given as JSON`(json: JSON, action: FaultAction) throws {
        let caller = Caller()
        let answer = caller.control("POST", "/faults", json)
        #expect(answer.json == ["fault": 1])
        #expect(caller.world.faults.entries.first?.rule.action == action)
        #expect(caller.control("GET", "/faults").json?["faults"]?.items?.first?["action"] == json["action"])
        #expect(caller.control("DELETE", "/faults/1").status == 204)
        #expect(caller.world.faults.entries.isEmpty)
    }

    @Test func `a rule carries what it matches and how long it holds`() {
        let caller = Caller()
        let match: JSON = [
            "account": "key", "method": "post", "path": "^/v2", "contact": "7", "tag": 8, "email": "a@x.org",
        ]
        let body: JSON = ["action": "reset", "match": match, "times": 2, "seconds": 1.5, "probability": 0.25]
        #expect(caller.control("POST", "/faults", body).status == 201)
        let expected = FaultMatch(
            account: "gym.infusionsoft.com", method: "POST", path: "^/v2", contact: 7, email: "a@x.org", tag: 8)
        #expect(
            caller.world.faults.entries.map(\.rule) == [
                FaultRule(
                    .reset(), match: expected, times: 2, until: caller.now.advanced(byMilliseconds: 1500),
                    probability: 0.25)
            ])
        #expect(caller.control("DELETE", "/faults").status == 204)
        #expect(caller.control("GET", "/faults").json == ["faults": []])
    }

    @Test(
        arguments: [
            [:], [], ["action": "explode"], ["action": "status"], ["action": "status", "status": 42],
            ["action": "hang"],
            ["action": "hang", "for": -1], ["action": "throttle", "window": "week"], ["action": "reset", "times": 0],
            ["action": "reset", "probability": 2], ["action": "reset", "until": "soon"],
            ["action": "reset", "seconds": "1"],
            ["action": "reset", "match": ["path": "("]], ["action": "reset", "match": ["colour": "red"]],
            ["action": "reset", "match": []], ["action": "reset", "tmes": 1],
            ["action": "reset", "match": ["account": "?"]],
        ] as [JSON])
    func `a fault that makes no sense is refused with a sentence`(json: JSON) {
        let caller = Caller()
        let answer = caller.control("POST", "/faults", json)
        #expect([400, 404].contains(answer.status))
        #expect(answer.json?["error"]?.text?.isEmpty == false)
        #expect(caller.world.faults.entries.isEmpty)
    }

    @Test func `the audit is told as JSON, whole or by contact`() {
        let caller = Caller(limits: LimitTests.limits(second: 3))
        let id = caller.contact()
        let tag = caller.tag("A")
        _ = caller.call("POST", "/v1/contacts/\(id)/tags", ["tagIds": [.integer(tag)]])
        _ = caller.begin("GET", "/v2/contacts/\(id)")
        _ = caller.begin("GET", "/v2/contacts/\(id)")
        let audit = caller.control("GET", "/audit").json
        #expect(audit?["requests"] == 5)
        #expect(audit?["violations"] == 1)
        #expect(audit?["violationList"]?.items?.first?["contact"]?.integer == id)
        #expect(audit?["throttled"] == 2)
        #expect(audit?["byStatus"]?["429"] == 2)
        #expect(audit?["accounts"]?["gym.infusionsoft.com"]?["overruns"]?["second"] == 2)
        #expect(audit?["inFlight"] == 2)

        let story = caller.control("GET", "/audit/contacts/\(id)").json
        #expect(story?["events"]?.items?.map { $0["what"] } == ["created", "tagApplied"])
        #expect(story?["events"]?.items?.last?["name"] == "A")
        #expect(story?["requests"]?.items?.count == 3)
        #expect(caller.control("GET", "/audit/contacts/9").status == 404)

        let requests = caller.control("GET", "/audit/requests?after=1&limit=2&account=key").json?["requests"]?.items
        #expect(requests?.map { $0["number"] } == [2, 3])
        let named = caller.control("GET", "/audit/requests?contact=\(id)").json?["requests"]?.items
        #expect(named?.map { $0["number"] } == [3, 4, 5])
    }

    @Test func `a reset brings the beginning back`() {
        let caller = Caller { $0.faults = [FaultRule(.delay(milliseconds: 1))] }
        _ = caller.contact()
        caller.world.faults.removeAll()
        #expect(caller.control("POST", "/reset").status == 204)
        #expect(caller.world.faults.entries.count == 1)
        #expect(caller.account.contacts.isEmpty)
        #expect(caller.control("GET", "").json?["requests"] == 0)
    }

    @Test(arguments: [
        "/nowhere", "/accounts/nobody", "/accounts/key/nothing", "/faults/x/y", "/audit/contacts/9?account=?",
    ])
    func `an unknown path says so`(path: String) {
        #expect(Caller().control("GET", path).status == 404)
    }

    @Test func `a body that is no JSON is refused`() {
        let caller = Caller()
        var request = SimRequest(method: "POST", "/_simulator/faults")
        request.body = Array("{".utf8)
        #expect(caller.world.control(request, at: caller.now).status == 400)
    }
}
