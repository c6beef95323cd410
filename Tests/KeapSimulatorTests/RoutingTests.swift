import Testing

@testable import KeapSimulator

@Suite struct RoutingTests {
    @Test func `both headers open the account`() {
        let caller = Caller()
        for header in [("X-Keap-API-Key", "key"), ("authorization", "Bearer key")] {
            let request = SimRequest(method: "GET", "/crm/rest/v2/tags", headers: [header])
            #expect(caller.world.answer(request, at: caller.now).status == 200)
        }
    }

    @Test(arguments: [[], [("X-Keap-API-Key", "wrong")], [("Authorization", "Basic key")], [("Authorization", "key")]])
    func `a caller without a known key gets the gateway's fault, with blank headers`(headers: [(String, String)]) {
        let caller = Caller()
        let request = SimRequest(
            method: "GET", "/crm/rest/v2/nowhere", headers: headers.map { (name: $0.0, value: $0.1) })
        let answer = caller.world.answer(request, at: caller.now)
        #expect(answer.status == 401)
        #expect(answer.json?["fault"]?["faultstring"] == "Invalid Access Token")
        #expect(answer.header("x-keap-product-throttle-limit") == "")
    }

    @Test func `any key opens an account of its own if that is wanted`() {
        let caller = Caller { $0.acceptsAnyKey = true }
        caller.key = "new"
        let id = caller.contact()
        caller.key = "other"
        #expect(caller.call("GET", "/v2/contacts/\(id)").status == 404)
        #expect(caller.world.accounts.count == 3)
    }

    @Test(arguments: [
        "/v2/contacts/", "/v2/tags/", "/v2/unknown", "/v3/contacts", "/v2/contacts/1/tags/", "/v2/contacts:split", "",
    ])
    func `a trailing slash or an unknown path is a 404`(path: String) {
        let caller = Caller()
        #expect(caller.call("GET", path).status == 404)
    }

    @Test func `a known path with another method is a 405`() {
        let caller = Caller()
        #expect(caller.call("PUT", "/v2/contacts/1001").status == 405)
        #expect(caller.call("DELETE", "/v2/contacts/model").status == 405)
    }

    @Test func `the part before rest may be missing, rest may not`() {
        let caller = Caller()
        func request(_ path: String) -> SimRequest {
            SimRequest(method: "GET", path, headers: [("X-Keap-API-Key", "key")])
        }
        #expect(caller.world.answer(request("/rest/v2/tags"), at: caller.now).status == 200)
        #expect(caller.world.answer(request("/v2/tags"), at: caller.now).status == 404)
    }

    @Test func `every endpoint is reached by its own path`() {
        for endpoint in Endpoint.allCases {
            let parts = endpoint.rawValue.split(separator: " ")
            let path = parts[1].split(separator: "/").map { segment in
                guard let end = segment.lastIndex(of: "}") else { return String(segment) }
                return "7" + segment[segment.index(after: end)...]
            }
            guard case .endpoint(let found, _) = Route(method: String(parts[0]), path: path) else {
                Issue.record("\(endpoint.rawValue) leads nowhere")
                continue
            }
            #expect(found == endpoint)
        }
    }

    @Test func `refusals have the shape of their version`() {
        let caller = Caller()
        let v2 = caller.call("GET", "/v2/contacts/9").json
        #expect(v2?["code"] == 404)
        #expect(v2?["details"]?.items?.first?["resource"] == "Contact")
        #expect(caller.call("GET", "/v1/contacts/9").json?.members?.map(\.name) == ["message"])
    }

    @Test func `a body that is no JSON is refused`() {
        let caller = Caller()
        var request = caller.request("POST", "/v2/tags")
        request.body = Array("{name".utf8)
        #expect(caller.world.answer(request, at: caller.now).status == 400)
        request.body = []
        #expect(caller.world.answer(request, at: caller.now).status == 400)
    }

    @Test func `the probe says whose key it is`() {
        let caller = Caller()
        #expect(caller.call("GET", "/v2/oauth/connect/userinfo").json?["tenant_id"] == "gym.infusionsoft.com")
        #expect(caller.call("GET", "/v1/oauth/connect/userinfo").json?["infusionsoft_id"] == "gym.infusionsoft.com")
    }
}
