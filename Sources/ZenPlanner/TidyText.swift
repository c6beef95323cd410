extension StringProtocol {
    /// Without blanks around it; a line break or another control character inside becomes one blank.
    var tidied: String {
        split { $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
            .map { $0.trimmed }
            .filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
            return prefix(0)
        }
        return self[first...last]
    }
}

extension Character {
    /// Also true of the marks without width that spreadsheets and web pages leave around a copied text.
    fileprivate var isBlank: Bool { isWhitespace || self == "\u{FEFF}" || self == "\u{200B}" }
}

/// For a sentence: in quotation marks, and short, since it may be anything that somebody sent.
func quoted(_ text: String) -> String { "\"\(shortened(text.tidied))\"" }

func shortened(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(59) + "…"
}

/// For a sentence: some names, with a limit on how many.
func listed(_ names: [String]) -> String {
    let shown = names.prefix(40).joined(separator: ", ")
    return names.count <= 40 ? shown : shown + " and \(names.count - 40) more"
}
