import Foundation
package import OutboundAPI

/// Sends an API key as the user of HTTP Basic, with an empty password.
package struct BasicAuthorizer: Authorizer {
    private let key: APIKey
    private let encoded: APIKey

    package init(_ key: APIKey) {
        self.key = key
        encoded = APIKey(Data("\(key.text):".utf8).base64EncodedString())
    }

    package func credentials(for request: APIRequest) async -> Credentials {
        Credentials(headers: ["Authorization": "Basic \(encoded.text)"])
    }

    package func rejected(_ credentials: Credentials) async -> Rejection { .final }

    /// Without the key, also as the header has it.
    package func hidden(in text: String) -> String { encoded.hidden(in: key.hidden(in: text)) }
}
