/// The part of Markdown that the pages use, as blocks in their order.
enum MarkdownBlock: Equatable {
    case heading(level: Int, String)
    case paragraph(String)
    case item(String)
    /// As it stands between the fences.
    case code([String])
    /// The header first.
    case table([[String]])

    static func read(_ text: String) -> [MarkdownBlock] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        var blocks: [MarkdownBlock] = []
        while let line = lines.popFirst() {
            if line.isEmpty { continue }
            if line.hasPrefix("```") {
                let code = lines.prefix { $0 != "```" }
                lines = lines.dropFirst(code.count + 1)
                blocks.append(.code(Array(code)))
            } else if line.hasPrefix("#") {
                let level = line.prefix { $0 == "#" }.count
                blocks.append(.heading(level: level, String(line.dropFirst(level + 1))))
            } else if line.hasPrefix("|") {
                let rows = lines.prefix { $0.hasPrefix("|") }
                lines = lines.dropFirst(rows.count)
                // The second line only separates the header.
                blocks.append(.table(([line] + rows.dropFirst()).map(cells)))
            } else {
                let rest = lines.prefix { line in
                    !line.isEmpty && !["#", "|", "```", "- "].contains { line.hasPrefix($0) }
                }
                lines = lines.dropFirst(rest.count)
                let whole = ([line] + rest).map { $0.trimmingPrefix(while: \.isWhitespace) }.joined(separator: " ")
                blocks.append(whole.hasPrefix("- ") ? .item(String(whole.dropFirst(2))) : .paragraph(whole))
            }
        }
        return blocks
    }

    private static func cells(_ line: String) -> [String] {
        line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map { cell in
            String(cell.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
    }
}
