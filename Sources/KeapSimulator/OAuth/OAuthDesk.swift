import EmbeddedHTTP
import SeededRandom

/// Gives codes and tokens to apps, and remembers what it gave.
struct OAuthDesk: Sendable {
    /// What an account's apps asked for.
    struct Tally: Hashable, Sendable {
        var codes = 0
        var refreshes = 0
        /// Tokens and codes that were used before, over, or never given.
        var refused = 0
    }

    private(set) var options: OAuthOptions
    private(set) var grants: OAuthGrants
    /// By app name; those of no account under an empty one.
    private(set) var tallies: [String: Tally] = [:]

    init(_ options: OAuthOptions) {
        self.options = options
        grants = OAuthGrants(options)
    }

    mutating func consent(
        _ request: SimRequest, at now: WorldTime, using generator: inout SeededGenerator
    ) -> SimAnswer {
        do throws(OAuthRefusal) {
            let page = try ConsentPage(request, clients: options.clients)
            guard request.method == "POST" else { return page.page }
            let form = (try? FormBody(decoding: request.body))?.fields ?? []  // a body that is none presses nothing
            if form.contains(where: { $0.name == "decision" && $0.value == "deny" }) { return page.denial }
            guard let account = page.account(in: form) else { return page.page }
            let grant = OAuthGrants.Grant(client: page.client.id, account: account)
            return page.redirect(code: grants.code(for: grant, at: now, using: &generator), account: account)
        } catch {
            return ConsentPage.html(error.status, "<p>\(error.description)</p>")
        }
    }

    /// Whose token or code a request bears, so that a fault can be one account's.
    func account(of request: SimRequest) -> String {
        switch try? TokenRequest(request, clients: options.clients) {
        case .code(let code, _)?: grants.owner(ofCode: code)?.account ?? ""
        case .refresh(let token, _)?: grants.owner(ofRefresh: token)?.account ?? ""
        case nil: ""
        }
    }

    mutating func token(_ request: SimRequest, at now: WorldTime, using generator: inout SeededGenerator) -> SimAnswer {
        let account = account(of: request)
        do throws(OAuthRefusal) {
            switch try TokenRequest(request, clients: options.clients) {
            case .code(let code, let client):
                guard let pair = grants.redeem(code, of: client, at: now, using: &generator) else { throw .code }
                tallies[account, default: Tally()].codes += 1
                return answer(pair)
            case .refresh(let token, let client):
                guard let pair = grants.refresh(token, of: client, at: now, using: &generator) else {
                    throw .refreshToken
                }
                tallies[account, default: Tally()].refreshes += 1
                return answer(pair)
            }
        } catch {
            tallies[account, default: Tally()].refused += 1
            return error.answer
        }
    }

    mutating func revoke(_ account: String) { grants.revoke(account) }
    mutating func expireAccess(of account: String) { grants.expireAccess(of: account) }

    private func answer(_ pair: OAuthGrants.Pair) -> SimAnswer {
        SimAnswer(
            status: 200,
            [
                "access_token": .string(pair.access), "refresh_token": .string(pair.refresh), "token_type": "bearer",
                "expires_in": .integer(options.accessLife / 1_000), "scope": .string("full|\(pair.grant.account)"),
            ])
    }
}
