import Foundation
import WireFormats

/// Reads numbers, and texts that look like numbers, as spreadsheets write them.
package enum SpreadsheetText {
    package static let isHashesReason = "is what a spreadsheet writes for a number that does not fit its column"
    package static let isRoundedReason = "was rounded by a spreadsheet, so its last digits are lost"
    package static let isFormulaReason = "is a spreadsheet's formula"

    package enum Scientific: Equatable, Sendable {
        /// All of its digits are there.
        case digits(String)
        /// It was rounded.
        case lost
    }

    /// `1.3035550101E+10`; nil if it is nothing of that form.
    ///
    /// - Parameter strictly: only as spreadsheets write it, with a capital E and a plus: `1e3` may be an id.
    package static func scientific(_ text: String, strictly: Bool) -> Scientific? {
        let halves = text.split(whereSeparator: { $0 == "E" || (!strictly && $0 == "e") })
        guard halves.count == 2, text.first.map(isDigit) == true else { return nil }
        var exponent = halves[1]
        if exponent.first == "+" { exponent.removeFirst() } else if strictly { return nil }
        let mantissa = halves[0].split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
        guard (1...2).contains(mantissa.count), mantissa.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }),
            !exponent.isEmpty, exponent.allSatisfy(isDigit), let power = Int(exponent)
        else { return nil }
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        guard fraction.count >= power, fraction.dropFirst(power).allSatisfy({ $0 == "0" }) else { return .lost }
        return .digits(String(mantissa[0]) + String(fraction.prefix(power)))
    }

    /// `1205.0`, `1,205`, `1 205`, `1205,00`: the digits of the whole number; nil if it is none, or plain digits.
    package static func wholeNumber(_ text: String) -> String? {
        guard text.first.map(isDigit) == true, text.contains(where: { !isDigit($0) }) else { return nil }
        var whole = Substring(text)
        if let point = text.lastIndex(where: { $0 == "." }),
            text[text.index(after: point)...].allSatisfy({ $0 == "0" }),
            point != text.indices.last,
            text[..<point].allSatisfy({ isDigit($0) || $0 == "," || $0 == " " || $0 == "'" })
        {
            whole = text[..<point]
        }
        if whole.allSatisfy(isDigit) { return String(whole) }
        for mark in [",", " ", "'", "."] as [Character] {
            let groups = whole.split(separator: mark, omittingEmptySubsequences: false)
            // One group after a point may be a fraction as well.
            guard groups.count > (mark == "." ? 2 : 1), groups.allSatisfy({ $0.allSatisfy(isDigit) }),
                (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 })
            else { continue }
            return groups.joined()
        }
        let halves = whole.split(separator: ",", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].allSatisfy(isDigit), !halves[1].isEmpty, halves[1].allSatisfy({ $0 == "0" })
        else { return nil }
        return String(halves[0])
    }

    /// `#######`: a number that was wider than its column.
    package static func isHashes(_ text: String) -> Bool { text.utf8.count >= 2 && text.utf8.allSatisfy { $0 == 0x23 } }

    /// `=A1&B1`. One around a plain value is taken off by `unwrapped`.
    package static func isFormula(_ text: String) -> Bool { text.hasPrefix("=") }

    /// Without quotes and brackets around it, the apostrophe that marks a text, or `="…"`.
    package static func unwrapped(_ text: String) -> String {
        var inner = text
        for _ in 0..<4 {
            let before = inner
            if inner.hasPrefix("="), isPlainFormula(inner.dropFirst()) { inner.removeFirst() }
            if let first = inner.first, let last = inner.last, inner.count >= 2, closing[first] == last {
                inner = String(inner.dropFirst().dropLast())
            } else if let first = inner.first, "'’‘`".contains(first) {
                inner.removeFirst()
            }
            inner = inner.tidied
            if inner == before { break }
        }
        return inner
    }

    /// A text in quotes, or a number that has no operation but its sign.
    private static func isPlainFormula(_ text: Substring) -> Bool {
        if text.count >= 2, text.first == "\"", text.last == "\"" { return !text.dropFirst().dropLast().contains("\"") }
        let number = text.drop { $0 == "+" }
        return !number.isEmpty && number.allSatisfy { isDigit($0) || $0 == "." }
    }

    private static let closing: [Character: Character] = [
        "\"": "\"", "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»", "{": "}", "<": ">", "(": ")", "[": "]", "`": "`",
    ]

    static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
