/// Words and marks that people and programs write where there is no value.
///
/// They are no value, and no wish to clear one either: most come from a column that a report fills in every row.
package enum Placeholder {
    /// Where a text stands, which decides what may be meant by it.
    package enum Place: Sendable {
        /// `Null` is a family of that name; `null` is not.
        case name
        /// `None` and `Unknown` may be answers to a question.
        case answer
        case other
    }

    package static func isOne(_ text: String, as place: Place = .other) -> Bool {
        // The longest is "not applicable".
        guard !text.isEmpty, text.utf8.count <= 40 else { return false }
        // Between letters or digits, as nearly every text is, it is no mark, and has none at its ends.
        if let first = text.utf8.first, let last = text.utf8.last, first.isLetterOrDigit, last.isLetterOrDigit {
            return isWord(text.folded, written: text, as: place)
        }
        return isOneSlowly(text, as: place)
    }

    /// The same for any text that is not too long.
    static func isOneSlowly(_ text: String, as place: Place) -> Bool {
        if text.allSatisfy({ "-–—―_.?*/\\~:,;…·'’".contains($0) }) { return true }
        return isWord(text.folded.trimmingMarks, written: text, as: place)
    }

    private static func isWord(_ word: String, written text: String, as place: Place) -> Bool {
        switch place {
        case .answer: return always.contains(word)
        case .name: return text != "Null" && nameless.contains(word)
        case .other: return always.contains(word) || words.contains(word)
        }
    }

    private static let always: Set = [
        "n/a", "n.a", "n. a", "n\\a", "null", "nil", "undefined", "nan", "#n/a", "#name?", "#ref!", "#value!",
        "#div/0!",
        "#null!", "#num!", "not available", "not applicable", "no data",
    ]

    /// Nil and Nan are first names.
    private static let nameless: Set = always.subtracting(["nil", "nan"]).union(["none", "unknown"])

    private static let words: Set = [
        "none", "na", "unknown", "unbekannt", "missing", "empty", "blank", "tbd", "tba", "not set", "not provided",
        "not specified", "no value", "void",
    ]
}

extension String {
    /// Without brackets around it, and without the dot at its end.
    fileprivate var trimmingMarks: String {
        var text = self[...]
        while let first = text.first, "([<{\"'".contains(first) { text.removeFirst() }
        while let last = text.last, ")]>}\"'.".contains(last) { text.removeLast() }
        return String(text)
    }
}

extension UInt8 {
    /// Of ASCII.
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
