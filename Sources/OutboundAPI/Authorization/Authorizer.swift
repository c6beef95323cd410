/// Has the credentials that open an API, and keeps them out of everything that is written down.
package protocol Authorizer: Sendable {
    /// The credentials for one request. May wait for a call of its own, such as the refresh of a token.
    ///
    /// - Throws: `.notSent` while there are none.
    func credentials(for request: APIRequest) async throws(TransportFailure) -> Credentials

    /// The API answered 401 to a request with these.
    func rejected(_ credentials: Credentials) async -> Rejection

    /// The text without secrets: an answer may repeat what it was asked with.
    func hidden(in text: String) -> String
}

/// What can be done about credentials that were refused.
package enum Rejection: Equatable, Sendable {
    /// There are others now, so the request may be sent once more. That costs a second permit.
    case others
    /// There are none for the moment, and it is known why: it says nothing about the API.
    case waiting
    /// There are no others.
    case final
}

/// The headers that let a request in.
package struct Credentials: Equatable, Sendable {
    package var headers: [String: String]

    package init(headers: [String: String] = [:]) { self.headers = headers }
}
