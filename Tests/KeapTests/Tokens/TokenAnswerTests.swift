import OutboundAPI
import Testing

/// What each answer of a token endpoint means, as a value.
@Suite struct TokenAnswerTests {
    private func read(_ status: Int, _ body: String) async -> TokenAnswer {
        let transport = OneAnswer(response: APIResponse(status: status, body: Array(body.utf8)))
        let client = OAuthClient(
            id: "group", secret: APIKey("client-secret"), redirectURI: "https://a.example/cb",
            authorizeURL: "https://b.example/authorize")
        return await TokenEndpoint(client, transport: transport, path: ["token"]).refresh(with: APIKey("old-refresh"))
    }

    private func grant(_ body: String) async -> TokenGrant? {
        guard case .granted(let grant) = await read(200, body) else { return nil }
        return grant
    }

    @Test func `a whole answer gives both tokens, their time and the account`() async {
        let grant = await grant(
            #"{"access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":86400,"scope":"full|x1.infusionsoft.com"}"#
        )
        #expect(grant?.access == APIKey("a"))
        #expect(grant?.refresh == APIKey("r"))
        #expect(grant?.lifetime == .seconds(86_400))
        #expect(grant?.account == "x1.infusionsoft.com")
    }

    @Test(
        arguments: [
            (#""86399""#, Duration.seconds(86_399)), ("0", nil), (#""soon""#, nil), ("null", nil), ("-5", nil),
            ("1e3", nil),
            ("99999999999999", .seconds(366 * 86_400)), ("999999999999999999999999", nil),
        ] as [(String, Duration?)])
    func `the time may be text, zero, or nothing`(written: String, expected: Duration?) async {
        #expect(await grant(#"{"access_token":"a","expires_in":\#(written)}"#)?.lifetime == expected)
    }

    @Test func `a refresh token may be missing`() async {
        let grant = await grant(#"{"access_token":"a"}"#)
        #expect(grant != nil)
        #expect(grant?.refresh == nil)
        #expect(grant?.account == nil)
    }

    @Test(arguments: [
        #"{"refresh_token":"r"}"#, #"{"access_token":""}"#, #"{"access_token":7}"#, #"{"access_token":"a b"}"#,
        #"{"access_token":"a\nb"}"#, "[]", "", "<html>", "{",
    ])
    func `a success without a usable access token is unclear`(body: String) async {
        guard case .unclear = await read(200, body) else {
            Issue.record("\(body) was taken")
            return
        }
    }

    @Test(arguments: [
        (400, #"{"error":"invalid_grant","error_description":"Invalid refresh token"}"#),
        (401, #"{"error":"invalid_grant"}"#),
        (400, #"{"error":"invalid_request","error_description":"Invalid Refresh Token"}"#),
    ])
    func `only a clear word ends a connection`(status: Int, body: String) async {
        guard case .revoked = await read(status, body) else {
            Issue.record("\(body) was not taken as one")
            return
        }
    }

    @Test(arguments: [
        (500, #"{"error":"invalid_grant"}"#), (502, "<html>invalid_grant</html>"), (400, "<html>"), (400, ""),
        (429, #"{"error":"invalid_grant"}"#), (403, #"{"error":"access_denied"}"#), (404, "{}"),
        (400, #"{"error":"invalid_request","error_description":"grant_type is missing"}"#), (302, ""),
    ])
    func `everything else is an outage`(status: Int, body: String) async {
        guard case .unclear = await read(status, body) else {
            Issue.record("\(status) \(body) was taken for more")
            return
        }
    }

    @Test func `a refused client is the settings' matter`() async {
        #expect(
            await read(401, #"{"error":"invalid_client","error_description":"no"}"#)
                == .clientRefused(reason: "invalid_client: no"))
    }

    @Test func `no reason repeats a secret`() async {
        let answer = await read(400, #"{"error":"invalid_grant","error_description":"old-refresh of client-secret"}"#)
        #expect(answer == .revoked(reason: "invalid_grant: [key] of [key]"))
    }

    @Test func `credentials go into the body with a code, and into a header with a refresh token`() async {
        let transport = OneAnswer(response: APIResponse(status: 500))
        let client = OAuthClient(
            id: "id 1", secret: APIKey("s&1"), redirectURI: "https://a.example/cb",
            authorizeURL: "https://b.example/?x=1")
        let endpoint = TokenEndpoint(client, transport: transport, path: ["token"])
        _ = await endpoint.redeem(code: "c+1")
        _ = await endpoint.refresh(with: APIKey("r/1"))
        let sent = transport.sent
        #expect(sent.map(\.target) == ["/token", "/token"])
        #expect(sent.map { $0.headers["Authorization"] } == [nil, "Basic aWQgMTpzJjE="])
        #expect(sent.allSatisfy { $0.headers["Content-Type"] == "application/x-www-form-urlencoded" })
        #expect(
            sent.map { String(decoding: $0.body ?? [], as: UTF8.self) } == [
                "grant_type=authorization_code&client_id=id%201&client_secret=s%261&code=c%2B1"
                    + "&redirect_uri=https%3A%2F%2Fa.example%2Fcb",
                "grant_type=refresh_token&refresh_token=r%2F1",
            ])
        #expect(
            client.consentAddress(state: "s")
                == "https://b.example/?x=1&client_id=id%201&redirect_uri=https%3A%2F%2Fa.example%2Fcb&response_type=code"
                + "&scope=full&state=s")
    }
}
