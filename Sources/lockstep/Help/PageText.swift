/// A page as a terminal shows it: headings at the margin, text below them indented and broken into lines.
struct PageText {
    private static let indent = "  "

    var markdown: String
    /// Of a line. Code keeps its own lines, so that it can be copied.
    var width = 80
    /// Whether headings and code are bold; not in a file or a pipe.
    var isStyled: Bool

    var text: String {
        var lines: [String] = []
        var previous: MarkdownBlock?
        for block in MarkdownBlock.read(markdown) {
            if let previous, !Self.isOneList(previous, block) { lines.append("") }
            lines += self.lines(of: block)
            previous = block
        }
        return lines.joined(separator: "\n")
    }

    private func lines(of block: MarkdownBlock) -> [String] {
        let room = width - Self.indent.count
        switch block {
        case .heading(_, let text):
            let plain = StyledWord.words(text).text(isStyled: false)
            return [isStyled ? "\u{1B}[1m\(plain)\u{1B}[0m" : plain]
        case .paragraph(let text): return wrapped(text, room).map { Self.indent + $0 }
        case .item(let text):
            return wrapped(text, room - 2).enumerated().map { Self.indent + ($0 == 0 ? "- " : "  ") + $1 }
        case .code(let code): return code.map { $0.isEmpty ? "" : Self.indent + "  " + $0 }
        case .table(let rows):
            return PageTable(rows).lines(width: room, isStyled: isStyled).map { Self.indent + $0 }
        }
    }

    private func wrapped(_ text: String, _ width: Int) -> [String] {
        StyledWord.lines(StyledWord.words(text), width: width).map { $0.text(isStyled: isStyled) }
    }

    private static func isOneList(_ first: MarkdownBlock, _ second: MarkdownBlock) -> Bool {
        if case .item = first, case .item = second { return true }
        return false
    }
}
