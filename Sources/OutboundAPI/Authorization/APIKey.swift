import Foundation

/// A secret that opens an API for as long as it is not revoked. Everything that prints it prints `[key]`.
package struct APIKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: String

    package init(_ secret: String) { self.secret = secret }

    package var description: String { "[key]" }
    package var debugDescription: String { "[key]" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package var authorization: String { "Bearer \(secret)" }

    /// The secret itself: for what sends it in another form, or keeps it.
    package var text: String { secret }

    /// The text without the key: an answer may repeat what it was asked with.
    package func hidden(in text: String) -> String {
        secret.isEmpty ? text : text.replacingOccurrences(of: secret, with: description)
    }
}
