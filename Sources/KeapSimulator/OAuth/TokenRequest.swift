import EmbeddedHTTP
import Foundation

/// What a client asks of the token endpoint, with the client's own credentials where Keap wants them: in the body with a
/// code, in an `Authorization: Basic` header with a refresh token.
enum TokenRequest: Equatable {
    case code(String, client: String)
    case refresh(String, client: String)

    init(_ request: SimRequest, clients: [OAuthClientSetup]) throws(OAuthRefusal) {
        guard request.method == "POST" else {
            throw OAuthRefusal(status: 405, error: "invalid_request", description: "Only POST")
        }
        guard request.query.isEmpty else { throw .request("Parameters belong into the body") }
        guard ContentType(request.header("Content-Type") ?? "")?.mediaType == "application/x-www-form-urlencoded",
            let form = try? FormBody(decoding: request.body)  // says nothing more than that it is none
        else { throw .request("The body must be a form") }
        func field(_ name: String) -> String? {
            let values = form.fields.filter { $0.name == name }.map(\.value)
            return values.count == 1 ? values[0] : nil
        }
        func known(_ id: String?, _ secret: String?) -> OAuthClientSetup? {
            clients.first { $0.id == id && $0.secret == secret }
        }
        switch field("grant_type") {
        case "authorization_code":
            guard request.header("Authorization") == nil else { throw .client }
            guard let client = known(field("client_id"), field("client_secret")) else { throw .client }
            guard field("redirect_uri") == client.redirectURI else { throw .code }
            guard let code = field("code") else { throw .request("code is missing") }
            self = .code(code, client: client.id)
        case "refresh_token":
            let (id, secret) = Self.basic(request.header("Authorization")) ?? ("", "")
            guard let client = known(id, secret) else { throw .client }
            guard let token = field("refresh_token") else { throw .request("refresh_token is missing") }
            self = .refresh(token, client: client.id)
        default: throw OAuthRefusal(error: "unsupported_grant_type", description: "The grant type is unknown")
        }
    }

    private static func basic(_ header: String?) -> (id: String, secret: String)? {
        guard let parts = header?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "basic",
            let data = Data(base64Encoded: String(parts[1])),
            let text = String(validating: data, as: UTF8.self)
        else { return nil }
        let pair = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return pair.count == 2 ? (pair[0], pair[1]) : nil
    }
}
