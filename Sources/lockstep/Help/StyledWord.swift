/// A word of a page's text without its Markdown marks, to be broken into lines.
struct StyledWord: Equatable {
    /// Stretches of it that are printed alike.
    struct Part: Equatable {
        var text: String
        var isBold: Bool
    }

    var parts: [Part]

    var width: Int { parts.reduce(0) { $0 + $1.text.count } }

    func text(isStyled: Bool) -> String {
        parts.map { isStyled && $0.isBold ? "\u{1B}[1m\($0.text)\u{1B}[0m" : $0.text }.joined()
    }

    /// Reads `code`, `**bold**`, `*emphasis*` and `[links](…)`. A link to another page names its topic.
    static func words(_ markdown: String) -> [StyledWord] { split(parts(of: markdown[...])) }

    private static func parts(of markdown: Substring, isBold: Bool = false) -> [Part] {
        var parts: [Part] = []
        var rest = markdown
        var isBold = isBold
        while let mark = rest.firstIndex(where: { "`*[".contains($0) }) {
            parts.append(Part(text: String(rest[..<mark]), isBold: isBold))
            rest = rest[mark...]
            if let (code, after) = inside(rest, "`", "`") {
                parts.append(Part(text: String(code), isBold: true))
                rest = after
            } else if rest.hasPrefix("**") {
                isBold.toggle()
                rest = rest.dropFirst(2)
            } else if let (text, after) = inside(rest, "[", "]("), let end = after.firstIndex(of: ")") {
                parts += self.parts(of: text, isBold: isBold)
                if let topic = HelpTopic.linked(String(after[..<end])) {
                    parts.append(Part(text: " (", isBold: isBold))
                    parts.append(Part(text: "lockstep help \(topic.name)", isBold: true))
                    parts.append(Part(text: ")", isBold: isBold))
                }
                rest = after[after.index(after: end)...]
            } else if let (text, after) = inside(rest, "*", "*") {
                parts.append(Part(text: String(text), isBold: isBold))
                rest = after
            } else {
                parts.append(Part(text: String(rest.removeFirst()), isBold: isBold))
            }
        }
        parts.append(Part(text: String(rest), isBold: isBold))
        return parts
    }

    /// Splits text that begins with `open` into the part up to `close` and the rest. No mark stands before a blank.
    private static func inside(
        _ text: Substring, _ open: String, _ close: String
    ) -> (Substring, after: Substring)? {
        guard text.hasPrefix(open) else { return nil }
        let body = text.dropFirst(open.count)
        guard let end = body.firstRange(of: close), body.first?.isWhitespace == false else { return nil }
        return (body[..<end.lowerBound], body[end.upperBound...])
    }

    private static func split(_ parts: [Part]) -> [StyledWord] {
        var words: [StyledWord] = []
        var word: [Part] = []
        for part in parts {
            for (index, piece) in part.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
                if index > 0, !word.isEmpty {
                    words.append(StyledWord(parts: word))
                    word = []
                }
                if !piece.isEmpty { word.append(Part(text: String(piece), isBold: part.isBold)) }
            }
        }
        return word.isEmpty ? words : words + [StyledWord(parts: word)]
    }

    /// Lines of at most `width` characters. A word that is longer stands alone on its line.
    static func lines(_ words: [StyledWord], width: Int) -> [[StyledWord]] {
        var lines: [[StyledWord]] = []
        var line: [StyledWord] = []
        var length = 0
        for word in words {
            if !line.isEmpty, length + 1 + word.width > width {
                lines.append(line)
                (line, length) = ([], 0)
            }
            length += (line.isEmpty ? 0 : 1) + word.width
            line.append(word)
        }
        return line.isEmpty ? lines : lines + [line]
    }
}

extension [StyledWord] {
    var width: Int { reduce(0) { $0 + $1.width } + Swift.max(0, count - 1) }

    func text(isStyled: Bool) -> String { map { $0.text(isStyled: isStyled) }.joined(separator: " ") }
}
