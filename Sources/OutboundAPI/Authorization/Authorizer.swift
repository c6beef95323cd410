/// Has the credentials that open an API, and keeps them out of everything that is written down.
package protocol Authorizer: Sendable {
    /// The credentials for one request. May take a call of its own, such as the refresh of a token.
    func credentials(for request: APIRequest) async -> Credentials

    /// The API answered 401 to a request with these.
    ///
    /// - Returns: whether there are others now, so that the request may be sent once more. That costs a second permit.
    func rejected(_ credentials: Credentials) async -> Bool

    /// The text without secrets: an answer may repeat what it was asked with.
    func hidden(in text: String) -> String
}

/// What a request bears to be let in.
package struct Credentials: Equatable, Sendable {
    package var headers: [String: String]

    package init(headers: [String: String] = [:]) { self.headers = headers }
}
