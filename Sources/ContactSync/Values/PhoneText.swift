import Foundation
import WireFormats

/// A phone number as it is sent: as it was written, but for what a spreadsheet or a copied mark put into it.
package enum PhoneText {
    package enum Reading: Equatable, Sendable {
        case number(String)
        case none
        /// Why it is no number, to stand after "it".
        case unreadable(String)
    }

    package static func read(_ text: String) -> Reading {
        let tidy = text.tidied
        if tidy.isEmpty { return .none }
        // As nearly all are: digits and the marks between them, with none that a spreadsheet adds.
        if tidy.utf8.allSatisfy(isCommon), tidy.utf8.contains(where: isNonzeroDigit) { return .number(tidy) }
        return readSlowly(tidy)
    }

    private static func readSlowly(_ tidy: String) -> Reading {
        if Placeholder.isOne(tidy) { return .unreadable("stands for no number") }
        if SpreadsheetText.isHashes(tidy) {
            return .unreadable(SpreadsheetText.isHashesReason)
        }
        var number = plain(tidy)
        if number.lowercased().hasPrefix("tel:") { number.removeFirst(4) }
        number = SpreadsheetText.unwrapped(number, around: tidy)
        while let last = number.last, ",;".contains(last) { number.removeLast() }
        if SpreadsheetText.isFormula(number) { return .unreadable(SpreadsheetText.isFormulaReason) }
        let plus = number.hasPrefix("+") ? "+" : ""
        let rest = String(number.dropFirst(plus.count))
        switch SpreadsheetText.scientific(rest, strictly: false) {
        case .digits(let digits)?: number = plus + digits
        case .lost?: return .unreadable(SpreadsheetText.isRoundedReason)
        case nil:
            // `1 303 555` is how numbers are written; `1,303,555` and `3035550101.0` is what a spreadsheet makes of them.
            if !rest.contains(" "), let digits = SpreadsheetText.wholeNumber(rest) { number = plus + digits }
        }
        guard number.contains(where: \.isWholeNumber) else { return .unreadable("is no number") }
        guard number.contains(where: { $0.isWholeNumber && $0 != "0" }) else {
            return .unreadable("stands for no number")
        }
        return .number(number)
    }

    /// Digits of every script, dashes and blanks of every kind as those of ASCII.
    private static func plain(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        let compatible = text.withoutMarksAndJoiners.precomposedStringWithCompatibilityMapping
        return String(
            compatible.map { character in
                if "‐‑‒–—―−".contains(character) { return "-" }
                if let digit = character.decimalDigit { return digit }
                return character.isWhitespace ? " " : character
            })
    }

    private static func isCommon(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: " "), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static func isNonzeroDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(byte) }
}

extension SpreadsheetText {
    /// `(303) 555-0101` keeps its brackets: they are part of the number.
    fileprivate static func unwrapped(_ number: String, around text: String) -> String {
        number.hasPrefix("(") ? number : unwrapped(number)
    }
}

extension Character {
    /// `3` for `٣`; nil for what is no digit, as a Roman numeral is none.
    fileprivate var decimalDigit: Character? {
        guard let scalar = unicodeScalars.first, unicodeScalars.count == 1, scalar.value >= 0x80,
            scalar.properties.numericType == .decimal, let value = wholeNumberValue
        else { return nil }
        return Character(String(value))
    }
}
