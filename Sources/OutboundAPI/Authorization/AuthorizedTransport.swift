/// A transport whose requests have an authorizer's credentials, and whose errors repeat none.
package struct AuthorizedTransport: Sendable {
    private let transport: any HTTPTransport
    private let authorizer: any Authorizer

    package init(_ transport: any HTTPTransport, _ authorizer: any Authorizer) {
        self.transport = transport
        self.authorizer = authorizer
    }

    /// - Parameter credentials: what a request bore that was answered.
    package func send(
        _ request: APIRequest, deadline: Duration
    ) async throws(TransportFailure) -> (response: APIResponse, credentials: Credentials) {
        let credentials = try await authorizer.credentials(for: request)
        var authorized = request
        authorized.headers.merge(credentials.headers) { _, credential in credential }
        var response = try await transport.send(authorized, deadline: deadline)
        if !response.isSuccess {
            response.body = Array(authorizer.hidden(in: String(decoding: response.body, as: UTF8.self)).utf8)
        }
        return (response, credentials)
    }

    /// What can be done about credentials that a request was refused with.
    package func rejected(_ refused: Credentials) async -> Rejection { await authorizer.rejected(refused) }

    package func abandon() { transport.abandon() }
}
