/// A gym's short name in paths, metrics and commands: lower-case letters, digits, `-`, `_` and `.`, at most 63, the first
/// a letter or a digit.
package struct GymID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package static let longest = 63

    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), let first = text.utf8.first, Self.isLetterOrDigit(first),
            text.utf8.allSatisfy({ Self.isLetterOrDigit($0) || "-_.".utf8.contains($0) })
        else { return nil }
        description = text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
