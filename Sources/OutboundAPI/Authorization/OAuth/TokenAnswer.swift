import WireFormats

/// What the token endpoint gave.
package struct TokenGrant: Equatable, Sendable {
    package var access: APIKey
    /// Nil: the one that was sent goes on to count.
    package var refresh: APIKey?
    /// Of the access token. Nil where the answer does not say.
    package var lifetime: Duration?
    /// The account that the tokens open, where the scope tells it.
    package var account: String?

    package init(access: APIKey, refresh: APIKey? = nil, lifetime: Duration? = nil, account: String? = nil) {
        self.access = access
        self.refresh = refresh
        self.lifetime = lifetime
        self.account = account
    }

    /// Taken where an answer tells none: a refusal would tell if it were shorter.
    static let usualLifetime = Duration.seconds(86_400)
}

/// What the end of a token request means.
package enum TokenAnswer: Equatable, Sendable {
    case granted(TokenGrant)
    /// A clear word that the code or refresh token counts no more.
    case revoked(reason: String)
    /// The client's own credentials are refused: the settings are wrong, whatever the tokens are.
    case clientRefused(reason: String)
    /// Nothing was asked.
    case notSent(reason: String)
    /// It may have been done: no answer, an error, or something that is no answer of a token endpoint.
    case unclear(reason: String)
}

extension TokenAnswer {
    init(_ response: APIResponse) {
        let object = JSONNode.members(of: response.body)
        if response.isSuccess, let grant = TokenGrant(object) {
            self = .granted(grant)
            return
        }
        let code = object["error"]?.text ?? ""
        let reason = [code, object["error_description"]?.text ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        switch (response.status, code) {
        case (400, "invalid_grant"), (401, "invalid_grant"): self = .revoked(reason: reason)
        // Keap has been seen to say so as well.
        case (400, "invalid_request") where reason.lowercased().contains("invalid refresh token"):
            self = .revoked(reason: reason)
        case (400...403, "invalid_client"), (400...403, "unauthorized_client"): self = .clientRefused(reason: reason)
        default:
            let what = reason.isEmpty ? "no answer of a token endpoint" : reason
            self = .unclear(reason: "the token endpoint answered \(response.status): \(what)")
        }
    }

    init(_ failure: TransportFailure) {
        switch failure {
        case .notSent(let reason): self = .notSent(reason: reason)
        case .unclear(let reason): self = .unclear(reason: reason)
        }
    }
}

extension TokenGrant {
    /// Longer ones are not believed.
    private static let longest = Duration.seconds(366 * 86_400)

    /// Nil without an access token that could stand in a header.
    fileprivate init?(_ object: [String: JSONNode]) {
        guard let access = Self.token(object["access_token"]) else { return nil }
        self.access = access
        refresh = Self.token(object["refresh_token"])
        if let seconds = object["expires_in"]?.wholeNumber, seconds > 0 {
            lifetime = min(.seconds(seconds), Self.longest)
        }
        // `full|ab103.infusionsoft.com`
        let parts = (object["scope"]?.text ?? "").split(separator: "|", maxSplits: 1)
        if parts.count == 2 { account = String(parts[1]) }
    }

    private static func token(_ value: JSONNode?) -> APIKey? {
        guard let text = value?.text, (1...2_048).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return APIKey(text)
    }
}

extension JSONNode {
    /// Of an object; none of what is no JSON. Of a name given twice, the last counts.
    fileprivate static func members(of body: [UInt8]) -> [String: JSONNode] {
        guard case .object(let members)? = try? JSONReader.read(body) else { return [:] }  // a page, or nothing
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// Also written as text.
    fileprivate var wholeNumber: Int64? {
        switch self {
        case .number(let digits), .string(let digits): Int64(digits)
        default: nil
        }
    }
}
