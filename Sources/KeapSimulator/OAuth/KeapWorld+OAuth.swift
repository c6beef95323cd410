import EmbeddedHTTP

/// Paths beside the API: where owners let apps in, and where apps get their tokens.
enum OAuthRoute {
    case consent, token

    init?(_ request: SimRequest) {
        switch request.path {
        case ["app", "oauth", "authorize"]: self = .consent
        case ["token"]: self = .token
        default: return nil
        }
    }
}

/// These requests count in no limit and show in no audit of calls; faults meet them as they meet calls.
extension KeapWorld {
    mutating func answer(_ request: SimRequest, at route: OAuthRoute, now: WorldTime) -> SimAnswer {
        guard !oauth.options.clients.isEmpty else { return SimAnswer(status: 404) }
        guard case .token = route else { return oauth.consent(request, at: now, using: &generator) }
        let subject = FaultBook.Subject(
            account: oauth.account(of: request), method: request.method, path: "/token", mentions: Mentions(),
            hasEmail: { _ in false })
        guard let fault = faults.meet(subject, at: now, using: &generator) else {
            return oauth.token(request, at: now, using: &generator)
        }
        let real =
            fault.action.isDone ? oauth.token(request, at: now, using: &generator) : SimAnswer(status: 0)
        return fault.action.answer(instead: real) { status in
            OAuthRefusal(status: status, error: "server_error", description: "Simulated failure").answer
        }
    }
}

extension KeapWorld {
    /// Ends all tokens of an account, as its owner does who takes the app off.
    package mutating func revokeTokens(of account: String) { oauth.revoke(account) }
    /// Ends its access tokens before their time.
    package mutating func expireAccess(of account: String) { oauth.expireAccess(of: account) }
    /// How often its tokens were refreshed.
    package func refreshes(of account: String) -> Int { oauth.tallies[account]?.refreshes ?? 0 }
    /// How many of its codes and tokens were refused.
    package func refusedGrants(of account: String) -> Int { oauth.tallies[account]?.refused ?? 0 }
    /// Whether a refresh token would be taken.
    package func takes(refresh token: String, at now: WorldTime) -> Bool { oauth.grants.takes(refresh: token, at: now) }
}

/// `/_simulator/oauth`: what apps asked for, and what owners do.
extension KeapWorld {
    mutating func steerOAuth(_ request: SimRequest, _ path: [String]) throws(Refusal) -> SimAnswer {
        switch (request.method, path.first ?? "") {
        case ("GET", ""):
            let accounts = oauth.tallies.sorted { $0.key < $1.key }.map { name, tally in
                [
                    "account": .string(name), "codes": .integer(tally.codes), "refreshes": .integer(tally.refreshes),
                    "refused": .integer(tally.refused),
                ] as JSON
            }
            return SimAnswer(status: 200, ["accounts": .array(accounts)])
        case ("POST", "revoke"): oauth.revoke(try account(request))
        case ("POST", "expire"): oauth.expireAccess(of: try account(request))
        default: throw Refusal(status: 404, message: "The simulator's control plane has no such path or method")
        }
        return SimAnswer(status: 204)
    }

    private func account(_ request: SimRequest) throws(Refusal) -> String {
        guard let given = try body(request)["account"]?.text else { throw .bad("account is required") }
        return try name(given)
    }
}
