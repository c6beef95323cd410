/// Sends one key with every request. There is no other where it is refused.
package struct KeyAuthorizer: Authorizer {
    private let key: APIKey

    package init(_ key: APIKey) { self.key = key }

    package func credentials(for request: APIRequest) async -> Credentials {
        Credentials(headers: ["Authorization": key.authorization])
    }

    package func rejected(_ credentials: Credentials) async -> Rejection { .final }

    package func hidden(in text: String) -> String { key.hidden(in: text) }
}

/// Adds nothing: for an API that lets everyone in, or a transport that knows its credentials.
package struct NoAuthorizer: Authorizer {
    package init() {}
    package func credentials(for request: APIRequest) async -> Credentials { Credentials() }
    package func rejected(_ credentials: Credentials) async -> Rejection { .final }
    package func hidden(in text: String) -> String { text }
}
