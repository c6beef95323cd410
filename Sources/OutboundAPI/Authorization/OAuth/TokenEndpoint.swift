import Foundation

/// An app as it is registered with the API's owner.
package struct OAuthClient: Equatable, Sendable {
    package var id: String
    package var secret: APIKey
    /// Where owners' browsers are sent after their consent.
    package var redirectURI: String
    /// The consent page.
    package var authorizeURL: String

    package init(id: String, secret: APIKey, redirectURI: String, authorizeURL: String) {
        self.id = id
        self.secret = secret
        self.redirectURI = redirectURI
        self.authorizeURL = authorizeURL
    }

    /// The consent page for one request, which `state` tells from others.
    package func consentAddress(state: String) -> String {
        let items = [
            QueryItem("client_id", id), QueryItem("redirect_uri", redirectURI), QueryItem("response_type", "code"),
            QueryItem("scope", "full"), QueryItem("state", state),
        ]
        return authorizeURL + (authorizeURL.contains("?") ? "&" : "?") + items.map(\.encoded).joined(separator: "&")
    }
}

/// Asks an API's token endpoint. Credentials go in the body with a code and in a header with a refresh token, as Keap
/// wants them, and never into an address.
package struct TokenEndpoint: Sendable {
    private let client: OAuthClient
    private let transport: any HTTPTransport
    private let path: [String]

    /// Longer than any answer was seen to take: giving up one that comes late would lose the tokens in it.
    package static let patience = Duration.seconds(120)

    private static let endpoint = APIEndpoint("token", isSlow: true)

    /// - Parameter path: of the endpoint, below the transport's base.
    package init(_ client: OAuthClient, transport: any HTTPTransport, path: [String]) {
        self.client = client
        self.transport = transport
        self.path = path
    }

    package func redeem(code: String) async -> TokenAnswer {
        await ask(
            [
                ("grant_type", "authorization_code"), ("client_id", client.id), ("client_secret", client.secret.text),
                ("code", code), ("redirect_uri", client.redirectURI),
            ], hiding: [client.secret, APIKey(code)])
    }

    package func refresh(with token: APIKey) async -> TokenAnswer {
        let pair = Data("\(client.id):\(client.secret.text)".utf8).base64EncodedString()
        return await ask(
            [("grant_type", "refresh_token"), ("refresh_token", token.text)], authorization: "Basic \(pair)",
            hiding: [client.secret, token, APIKey(pair)])
    }

    package func abandon() { transport.abandon() }

    /// - Parameter secrets: an answer may repeat what it was asked with.
    private func ask(
        _ form: [(String, String)], authorization: String? = nil, hiding secrets: [APIKey]
    ) async -> TokenAnswer {
        let body = form.map { QueryItem($0, $1).encoded }.joined(separator: "&")
        var request = APIRequest(Self.endpoint, .post, path, body: Array(body.utf8))
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Authorization"] = authorization
        do throws(TransportFailure) {
            let answer = TokenAnswer(try await transport.send(request, deadline: Self.patience))
            return answer.mapReason { reason in secrets.reduce(reason) { $1.hidden(in: $0) } }
        } catch {
            return TokenAnswer(error)
        }
    }
}

extension TokenAnswer {
    private static let longestReason = 300

    fileprivate func mapReason(_ change: (String) -> String) -> TokenAnswer {
        func changed(_ reason: String) -> String { String(change(reason).prefix(Self.longestReason)) }
        return switch self {
        case .granted: self
        case .notSent(let reason): .notSent(reason: changed(reason))
        case .revoked(let reason): .revoked(reason: changed(reason))
        case .clientRefused(let reason): .clientRefused(reason: changed(reason))
        case .unclear(let reason): .unclear(reason: changed(reason))
        }
    }
}
