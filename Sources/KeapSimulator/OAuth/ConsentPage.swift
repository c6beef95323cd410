import EmbeddedHTTP
import WireFormats

/// The page on which an account's owner lets an app in, and where it sends their browser.
///
/// `GET` shows it; `POST` with `account=APP-NAME` (and `decision=deny`, to refuse) is a press of its button.
struct ConsentPage {
    let client: OAuthClientSetup
    let state: String?

    /// - Throws: what a browser is shown instead: nothing is sent to an address that the app did not register.
    init(_ request: SimRequest, clients: [OAuthClientSetup]) throws(OAuthRefusal) {
        guard let client = clients.first(where: { $0.id == request.parameter("client_id") }) else {
            throw .request("There is no app with this client_id")
        }
        guard request.parameter("redirect_uri") == client.redirectURI else {
            throw .request("The redirect_uri is not the one that the app registered")
        }
        guard request.parameter("response_type") == "code" else { throw .request("response_type must be code") }
        if let scope = request.parameter("scope"), scope != "full" { throw .request("The only scope is full") }
        self.client = client
        state = request.parameter("state")
    }

    /// What was pressed. Nil for an account that is not among the client's.
    func account(in form: [(name: String, value: String)]) -> String? {
        let named = form.first { $0.name == "account" }?.value
        guard let named else { return client.accounts.count == 1 ? client.accounts[0] : nil }
        return client.accounts.first { $0 == named || $0 == named + ".infusionsoft.com" }
    }

    func redirect(code: String, account: String) -> SimAnswer {
        redirect([("scope", "full|\(account)"), ("code", code)])
    }

    var denial: SimAnswer { redirect([("error", "access_denied")]) }

    private func redirect(_ fields: [(name: String, value: String)]) -> SimAnswer {
        let all = fields + (state.map { [("state", $0)] } ?? [])
        let query = String(decoding: FormBody.encoded(all), as: UTF8.self)
        let address = client.redirectURI + (client.redirectURI.contains("?") ? "&" : "?") + query
        return SimAnswer(status: 302, headers: [("Location", address)])
    }

    var page: SimAnswer {
        let choices = client.accounts.map { "<option>\(Self.escaped($0))</option>" }.joined()
        return Self.html(
            200,
            """
            <h1>Allow access?</h1>
            <form method="post"><p>\(Self.escaped(client.id)) asks to read and change
            <select name="account">\(choices)</select></p>
            <button name="decision" value="allow">Allow</button>
            <button name="decision" value="deny">Deny</button></form>
            """)
    }

    static func html(_ status: Int, _ body: String) -> SimAnswer {
        SimAnswer(
            status: status, headers: [("Content-Type", "text/html; charset=utf-8")],
            body: Array("<!doctype html><title>Keap</title>\(body)".utf8))
    }

    private static func escaped(_ text: String) -> String {
        text.withMarkupEscapes ?? text
    }
}
