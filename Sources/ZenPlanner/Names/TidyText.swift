import WireFormats

/// For a sentence: in quotation marks, short, and with the marks shown that cannot be seen, since it may be anything.
func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

func shortened(_ text: String) -> String {
    if text.utf8.count <= 60, text.isPrintableASCII, text.utf8.first != 0x20, text.utf8.last != 0x20 { return text }
    return shortenedSlowly(text)
}

/// The same for any text.
func shortenedSlowly(_ text: String) -> String {
    // Cut first: what was sent may be a megabyte.
    let shown = String(String(text.unicodeScalars.prefix(400)).tidiedOfLines.withMarksShown)
    return shown.count <= 60 ? shown : shown.prefix(59) + "…"
}

extension String {
    /// Without line breaks, and without blanks at its ends; marks that cannot be seen stay.
    fileprivate var tidiedOfLines: String {
        unicodeScalars.split { $0.isControlOrLineEnd }
            .map { String($0).trimmedOfBlanks }
            .filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private var trimmedOfBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else {
            return ""
        }
        return String(self[first...last])
    }
}

/// For a sentence: some names, with a limit on how many.
func listed(_ names: [String]) -> String {
    let shown = names.prefix(40).joined(separator: ", ")
    return names.count <= 40 ? shown : shown + " and \(names.count - 40) more"
}
