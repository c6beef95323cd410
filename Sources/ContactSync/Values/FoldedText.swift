import Foundation
import WireFormats

extension String {
    /// The text as it is compared: by Unicode's case folding and compatibility forms, with one apostrophe and one dash,
    /// without marks that cannot be seen, and with one blank for each run.
    ///
    /// `Straße` is `STRASSE`, `O’Brien` is `O'Brien`, `Kids &amp; Teens` is `Kids & Teens`, and a half-width name is the
    /// full-width one. What is sent to Keap stays as it was written.
    package var folded: String {
        let text = withoutMarkupEscapes
        return text.utf8.allSatisfy { $0 < 0x80 } ? text.foldedASCII : text.foldedSlowly
    }

    /// Nearly every text, and no look-up of a character's properties.
    private var foldedASCII: String {
        var (bytes, isAfterBlank) = ([UInt8](), false)
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            switch byte {
            case 0x20, 0x09...0x0D:
                isAfterBlank = !bytes.isEmpty
            default:
                if isAfterBlank { bytes.append(0x20) }
                isAfterBlank = false
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
                case UInt8(ascii: "`"): bytes.append(UInt8(ascii: "'"))
                default: bytes.append(byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same for any text.
    var foldedSlowly: String {
        // An acute accent that stands alone decomposes into a blank and a mark, so apostrophes come first.
        let compatible = withPlainMarks.precomposedStringWithCompatibilityMapping
        // Twice lower-cased: the capital sharp s has a small letter but no pair of capitals.
        let cased = compatible.lowercased().uppercased().lowercased().precomposedStringWithCompatibilityMapping
        var kept = String.UnicodeScalarView()
        for scalar in cased.withPlainMarks.unicodeScalars where !scalar.isIgnoredInComparison {
            // The dot that the Turkish capital İ leaves behind: all four letters are one.
            if scalar.value == 0x307, kept.last == "i" { continue }
            kept.append(scalar)
        }
        return String(kept).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Apostrophes and dashes of every kind as those of ASCII.
    private var withPlainMarks: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0x60, 0xB4, 0x2B9, 0x2BB...0x2BD, 0x2C8, 0x2018...0x201B, 0x2032, 0x2035, 0xA78C, 0xFF07,
                        0xFF40:
                        "'"
                    case 0x2010...0x2015, 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D: "-"
                    default: scalar
                    }
                }))
    }
}

extension Unicode.Scalar {
    fileprivate var isIgnoredInComparison: Bool {
        isInvisibleMark || isJoiner || value == 0x34F || (0xFE00...0xFE0F).contains(value)
            || (0xE0100...0xE01EF).contains(value)
    }
}

/// A name without what people leave out when they type it: accents, apostrophes, dashes and blanks.
///
/// Two names that agree in this only are two people until a person has looked: `Jose` may be José, or his cousin.
struct LooseName: Equatable {
    private let spellings: Set<String>

    init(_ text: String) {
        let folded = text.folded
        spellings = Set([Self.bare(folded), Self.bare(Self.spelledOut(folded))]).subtracting([""])
    }

    func agrees(with other: LooseName) -> Bool { !spellings.isDisjoint(with: other.spellings) }

    private static func bare(_ folded: String) -> String {
        var kept = ""
        for scalar in folded.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "ø": kept += "o"
            case "ł": kept += "l"
            case "đ", "ð": kept += "d"
            case "ı": kept += "i"
            case "æ": kept += "ae"
            case "œ": kept += "oe"
            case "þ": kept += "th"
            case _ where scalar.properties.isAlphabetic && scalar.properties.generalCategory != .nonspacingMark:
                kept.unicodeScalars.append(scalar)
            case _ where scalar.properties.numericType != nil: kept.unicodeScalars.append(scalar)
            default: break
            }
        }
        return kept
    }

    /// Writes German and Scandinavian letters as names without them do.
    private static func spelledOut(_ folded: String) -> String {
        var text = ""
        for scalar in folded.precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "ä": text += "ae"
            case "ö", "ø": text += "oe"
            case "ü": text += "ue"
            case "å": text += "aa"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
