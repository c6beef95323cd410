import Foundation
import WireFormats

/// The ID by which a source of record knows a person, as people, spreadsheets and programs write it.
///
/// `1205.0`, `1,205`, `'1205`, `"1205"` and full-width digits are 1205; `{7C1F…}` is the GUID inside. Leading zeros do not
/// tell two people apart: a system counts without them or pads all its ids to one length, and only a spreadsheet, which
/// takes them off, ever writes the same id both ways.
package enum SourceID {
    package enum Reading: Equatable, Sendable {
        case id(String)
        /// Nothing, or a word for nothing.
        case none
        /// What it was cannot be told any more; why, to stand after "it".
        case damaged(String)
    }

    /// The longest id that is taken, in bytes of UTF-8; Zen Planner's have 36.
    package static let longest = 255

    package static func read(_ text: String) -> Reading {
        let id = text.tidied
        // A plain one, as nearly all are: no word for nothing has a digit, and no id of zeros has another.
        if id.utf8.allSatisfy(isPlain), id.utf8.contains(where: { (0x31...0x39).contains($0) }) { return .id(id) }
        return readSlowly(id)
    }

    private static func readSlowly(_ tidied: String) -> Reading {
        var id =
            tidied.utf8.allSatisfy { $0 < 0x80 }
            ? tidied : tidied.withoutMarksAndJoiners.precomposedStringWithCompatibilityMapping
        id = unwrapped(id).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if SpreadsheetText.isHashes(tidied) || SpreadsheetText.isHashes(id) {
            return .damaged(SpreadsheetText.isHashesReason)
        }
        if id.isEmpty || Placeholder.isOne(id) { return .none }
        if id.unicodeScalars.contains("\u{FFFD}") { return .damaged("has lost a character on its way") }
        if SpreadsheetText.isFormula(id) { return .damaged(SpreadsheetText.isFormulaReason) }
        switch SpreadsheetText.scientific(id, strictly: true) {
        case .digits(let digits)?: id = digits
        case .lost?: return .damaged(SpreadsheetText.isRoundedReason)
        case nil: id = SpreadsheetText.wholeNumber(id) ?? id
        }
        return isZero(id) ? .none : .id(id)
    }

    /// The form in which ids are compared: lower case, GUIDs with dashes, numbers without leading zeros.
    package static func key(_ id: String) -> String {
        if id.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            let digits = id.utf8.drop { $0 == 0x30 }
            return digits.isEmpty ? id : String(Substring(digits))
        }
        let lower = id.utf8.allSatisfy { $0 < 0x80 } ? id.lowercased() : id.folded
        guard lower.utf8.count == 32, lower.utf8.allSatisfy(isHex) else { return lower }
        var dashed = ""
        for (place, digit) in lower.enumerated() {
            if [8, 12, 16, 20].contains(place) { dashed += "-" }
            dashed.append(digit)
        }
        return dashed
    }

    package static func isSame(_ a: String, _ b: String) -> Bool { a == b || key(a) == key(b) }

    /// `0` and the GUID of zeros are what programs write for "none". Taken for an id, they would make one person of many.
    private static func isZero(_ id: String) -> Bool { id.utf8.allSatisfy { $0 == 0x30 || $0 == UInt8(ascii: "-") } }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func unwrapped(_ text: String) -> String {
        var id = SpreadsheetText.unwrapped(text)
        if id.lowercased().hasPrefix("urn:uuid:") { id.removeFirst(9) }
        // `#1205` is how people write a number; hashes alone are a spreadsheet's.
        if id.hasPrefix("#"), id.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) { id.removeFirst() }
        while let last = id.last, ",;.".contains(last) { id.removeLast() }
        return id
    }
}
