import EmbeddedHTTP
import Foundation
import Testing

@testable import KeapSimulator

@Suite struct OAuthTests {
    @Test func `an owner's consent gives a code, which gives a pair that opens the account`() {
        let app = App()
        let pair = app.connect()
        #expect(app.read(pair.access) == 200)
        #expect(app.world.audit.callsByAccount == ["north.infusionsoft.com": 1])
    }

    @Test func `the consent page names the app's accounts, and refuses strangers and other addresses`() {
        let app = App()
        let page = app.consent("GET")
        #expect(page.status == 200)
        #expect(String(decoding: page.body, as: UTF8.self).contains("<option>north.infusionsoft.com</option>"))
        #expect(app.consent("GET", client: "other").status == 400)
        #expect(app.consent("GET", redirect: "https://evil.example/").status == 400)
        #expect(app.consent("GET", redirect: "https://evil.example/").header("Location") == nil)
        let denied = app.consent("POST", form: [("decision", "deny")])
        #expect(denied.header("Location") == "https://hooks.example/oauth/keap/callback?error=access_denied&state=s+1")
    }

    @Test func `a code works once, and for ten minutes`() {
        let app = App()
        let code = app.code()
        app.wait(minutes: 10)
        #expect(app.redeem(code).json?["error"] == "invalid_grant")
        let second = app.code()
        #expect(app.redeem(second).status == 200)
        #expect(app.redeem(second).json?["error"] == "invalid_grant")
    }

    @Test func `a code is taken with the client's secret in the body and without an Authorization header`() {
        let app = App()
        #expect(app.redeem(app.code(), secret: "wrong").json?["error"] == "invalid_client")
        #expect(app.redeem(app.code(), headers: [app.basic()]).json?["error"] == "invalid_client")
        #expect(app.redeem(app.code(), redirect: "https://other/").json?["error"] == "invalid_grant")
    }

    @Test func `a refresh takes HTTP Basic, and a form in the body`() {
        let app = App()
        let pair = app.connect()
        let form = [("grant_type", "refresh_token"), ("refresh_token", pair.refresh)]
        #expect(app.token(form).json?["error"] == "invalid_client")
        #expect(app.token(form, headers: [app.basic(secret: "wrong")]).json?["error"] == "invalid_client")
        #expect(app.token(form, headers: [app.basic()], query: form).json?["error"] == "invalid_request")
        #expect(app.token(form, headers: [app.basic()]).status == 200)
    }

    @Test func `each refresh gives a new pair and ends the old one`() {
        let app = App()
        let first = app.connect()
        let second = app.refresh(first.refresh)
        #expect(second.status == 200)
        #expect(app.refresh(first.refresh).json?["error"] == "invalid_grant")
        #expect(app.read(first.access) == 401)
        #expect(app.read(second.json?["access_token"]?.text ?? "") == 200)
        #expect(app.world.refreshes(of: "north.infusionsoft.com") == 1)
        #expect(app.world.refusedGrants(of: "north.infusionsoft.com") == 1)
    }

    @Test func `an access token lives a day and a refresh token 45`() {
        let app = App()
        let pair = app.connect()
        app.wait(minutes: 24 * 60)
        let refused = app.call(pair.access)
        #expect(refused.status == 401)
        #expect(refused.json?["fault"]?["detail"]?["errorcode"] == "keymanagement.service.access_token_expired")
        app.wait(minutes: 44 * 24 * 60)
        #expect(app.refresh(pair.refresh).json?["error"] == "invalid_grant")
    }

    @Test func `old tokens may live on for a while`() {
        let app = App {
            $0.graceAfterUse = 60_000
            $0.endsOldAccess = false
        }
        let pair = app.connect()
        #expect(app.refresh(pair.refresh).status == 200)
        #expect(app.refresh(pair.refresh).status == 200)
        #expect(app.read(pair.access) == 200)
        app.wait(minutes: 1)
        #expect(app.refresh(pair.refresh).status == 400)
    }

    @Test func `the answer names the account, and may lack members`() {
        let app = App()
        let pair = app.connect()
        app.world.faults.add(FaultRule(.leaveOut(["refresh_token"]), match: FaultMatch(path: "^/token$"), times: 1))
        let answer = app.refresh(pair.refresh)
        #expect(answer.json?["scope"] == "full|north.infusionsoft.com")
        #expect(answer.json?["expires_in"] == 86_400)
        #expect(answer.json?["token_type"] == "bearer")
        #expect(answer.json?["refresh_token"] == nil)
    }

    @Test func `an answer may be lost after the refresh was done, be an error, or a page`() {
        let app = App()
        var pair = app.connect()
        let match = FaultMatch(account: "north.infusionsoft.com", path: "^/token$")
        app.world.faults.add(FaultRule(.status(502, body: "<html>Bad gateway</html>"), match: match, times: 1))
        let page = app.refresh(pair.refresh)
        #expect(page.status == 502)
        #expect(page.header("Content-Type") == "text/html")
        app.world.faults.add(FaultRule(.delay(milliseconds: 31_000), match: match, times: 1))
        let late = app.refresh(pair.refresh)
        #expect(late.delivery == .after(milliseconds: 31_000))
        pair.refresh = late.json?["refresh_token"]?.text ?? ""
        app.world.faults.add(FaultRule(.reset(isDone: true), match: match, times: 1))
        #expect(app.refresh(pair.refresh).delivery == .reset)
        #expect(app.refresh(pair.refresh).json?["error"] == "invalid_grant")
    }

    @Test func `accounts of one client share its limits`() {
        let app = App()
        let (north, south) = (app.connect("north.infusionsoft.com"), app.connect("south.infusionsoft.com"))
        for _ in 0..<25 { #expect(app.read(north.access) == 200) }
        #expect(app.read(south.access) == 429)
    }

    @Test func `what an owner takes back is refused at once`() {
        let app = App()
        let pair = app.connect()
        let body: JSON = ["account": "north.infusionsoft.com"]
        let request = SimRequest(method: "POST", "/_simulator/oauth/revoke", body: body)
        #expect(app.world.control(request, at: app.now).status == 204)
        #expect(app.read(pair.access) == 401)
        #expect(app.refresh(pair.refresh).status == 400)
    }
}

/// An app of two accounts and what it does, at instants that the test names.
private final class App {
    var world: KeapWorld
    var now = Caller.noon
    let address = "https://hooks.example/oauth/keap/callback"

    init(_ adjust: (inout OAuthOptions) -> Void = { _ in }) {
        var options = WorldOptions()
        options.oauth.clients = [
            OAuthClientSetup(
                id: "group", secret: "s3cret", redirectURI: address,
                accounts: ["north.infusionsoft.com", "south.infusionsoft.com"])
        ]
        adjust(&options.oauth)
        world = KeapWorld(options)
    }

    func wait(minutes: Int64) { now = now.advanced(byMilliseconds: minutes * 60_000) }

    func consent(
        _ method: String, client: String = "group", redirect: String? = nil, form: [(String, String)] = []
    ) -> SimAnswer {
        world.answer(
            SimRequest(
                method: method, path: ["app", "oauth", "authorize"],
                query: [
                    ("client_id", client), ("redirect_uri", redirect ?? address), ("response_type", "code"),
                    ("scope", "full"), ("state", "s 1"),
                ], body: FormBody.encoded(form.map { (name: $0.0, value: $0.1) })), at: now)
    }

    func code(_ account: String = "north.infusionsoft.com") -> String {
        let location = consent("POST", form: [("account", account)]).header("Location") ?? ""
        let items = URLComponents(string: location)?.queryItems ?? []
        return items.first { $0.name == "code" }?.value ?? ""
    }

    func basic(secret: String = "s3cret") -> (String, String) {
        ("Authorization", "Basic " + Data("group:\(secret)".utf8).base64EncodedString())
    }

    func token(
        _ form: [(String, String)], headers: [(String, String)] = [], query: [(String, String)] = []
    ) -> SimAnswer {
        let type = [("Content-Type", "application/x-www-form-urlencoded")]
        return world.answer(
            SimRequest(
                method: "POST", path: ["token"], query: query.map { (name: $0.0, value: $0.1) },
                headers: (headers + type).map { (name: $0.0, value: $0.1) },
                body: FormBody.encoded(form.map { (name: $0.0, value: $0.1) })), at: now)
    }

    func redeem(
        _ code: String, secret: String = "s3cret", redirect: String? = nil, headers: [(String, String)] = []
    ) -> SimAnswer {
        token(
            [
                ("grant_type", "authorization_code"), ("client_id", "group"), ("client_secret", secret),
                ("code", code), ("redirect_uri", redirect ?? address),
            ], headers: headers)
    }

    func refresh(_ token: String) -> SimAnswer {
        self.token([("grant_type", "refresh_token"), ("refresh_token", token)], headers: [basic()])
    }

    func connect(_ account: String = "north.infusionsoft.com") -> (access: String, refresh: String) {
        let answer = redeem(code(account)).json
        return (answer?["access_token"]?.text ?? "", answer?["refresh_token"]?.text ?? "")
    }

    func call(_ access: String) -> SimAnswer {
        world.answer(
            SimRequest(
                method: "GET", path: ["crm", "rest", "v2", "tags"],
                headers: [(name: "Authorization", value: "Bearer \(access)")]), at: now)
    }

    func read(_ access: String) -> Int { call(access).status }
}
