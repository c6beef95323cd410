import Keap

/// A value that Keap refused: it is not sent again until it is another one.
struct RefusedValue: Equatable, Sendable, Codable {
    /// See `Mirror.stored`.
    var value: String
    /// In Keap's words.
    var why: String

    static let longestReason = 150

    init(_ value: String, why: String) {
        self.value = Mirror.stored(value)
        self.why = why.limited(to: Self.longestReason)
    }
}
