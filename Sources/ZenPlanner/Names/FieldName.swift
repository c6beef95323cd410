import Foundation
import WireFormats

/// A field's name as far as it matters: case, blanks, `_` and `-` do not, nor marks that cannot be seen, so `First Name` is
/// `firstName`.
package struct FieldName: Hashable, Sendable {
    let folded: String

    package init(_ name: String) {
        folded = Self.foldedASCII(name) ?? Self.foldedSlowly(name)
    }

    /// Nil if the name has any other character. Nearly all have none, and are short enough to need no memory.
    private static func foldedASCII(_ name: String) -> String? {
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(unsafeUninitializedCapacity: name.utf8.count) { folded in
            var count = 0
            for byte in name.utf8 {
                switch byte {
                case 0x20, 0x09...0x0D, UInt8(ascii: "_"), UInt8(ascii: "-"): continue
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): folded[count] = byte | 0x20
                default: folded[count] = byte
                }
                count += 1
            }
            return count
        }
    }

    /// The same for any name.
    static func foldedSlowly(_ name: String) -> String {
        name.withoutMarksAndJoiners.precomposedStringWithCompatibilityMapping.lowercased()
            .filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
    }

    /// The name of a member of an object, as it would be called outside of it.
    func member(_ name: String) -> FieldName { FieldName(folded + name) }

    /// True of a name that says nothing, such as `--`.
    package var isBlank: Bool { folded.isEmpty }
}
