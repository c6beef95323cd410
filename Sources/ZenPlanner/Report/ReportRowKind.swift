import WireFormats

/// Rows of a report that are about no person, such as sums and footers.
enum ReportRowKind {
    /// Nil for a row that may be a person's; else what it is.
    static func describe(_ row: [String], header: [String], isKnown: (String) -> Bool) -> String? {
        let cells = row.map(\.tidied)
        let filled = cells.filter { !$0.isEmpty }
        guard let first = filled.first else { return "empty" }
        if isHeader(cells, header, isKnown) { return "the header again" }
        if filled.allSatisfy({ $0.allSatisfy { "-=_*.#~+–—|: ".contains($0) } && $0.count > 1 }) {
            return "a line of marks"
        }
        // An address tells a person called Total from a sum.
        guard !filled.contains(where: { $0.contains("@") }) else { return nil }
        if isSum(first) { return "a total" }
        if filled.count <= 2, isFooter(filled.joined(separator: " ")) { return "a page's header or footer" }
        // With no other cell filled, a sentence in the first is no name.
        return filled.count == 1 && cells.first == first && header.count > 2 && isRemark(first) ? "a line of text" : nil
    }

    private static func isHeader(_ cells: [String], _ header: [String], _ isKnown: (String) -> Bool) -> Bool {
        let pairs = zip(cells, header).filter { isKnown($0.1) && !$0.0.isEmpty }
        return pairs.count >= 2 && pairs.allSatisfy { FieldName($0.0) == FieldName($0.1) }
    }

    private static func isSum(_ text: String) -> Bool {
        let words = text.lowercased().split { !$0.isLetter }.map(String.init)
        let rest = words.drop { ["grand", "report", "sub", "overall", "page", "group", "running"].contains($0) }
        guard let word = rest.first else { return false }
        guard ["total", "totals", "subtotal", "subtotals", "sum", "count", "average", "summe", "gesamt"].contains(word)
        else { return false }
        // `Total`, `Total: 45`, `Count of people`; not `Total Fitness Ruiz`.
        let others: Set = ["of", "people", "persons", "rows", "records", "members", "students", "count", "for", "all"]
        return rest.dropFirst().allSatisfy(others.contains)
    }

    private static func isRemark(_ text: String) -> Bool {
        let words = text.lowercased().split(whereSeparator: \.isWhitespace)
        return words.count > 2 || text.contains("©") || text.contains("://") || text.lowercased().hasPrefix("www.")
    }

    private static func isFooter(_ text: String) -> Bool {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        guard let first = words.first else { return false }
        func isNumber(_ word: String) -> Bool { word.allSatisfy { $0.isASCII && $0.isNumber } }
        switch first {
        case "page", "seite": return words.count > 1 && isNumber(words[1])
        case "printed", "generated", "exported", "created", "run":
            return words.contains("on") || words.contains("by") || words.contains(where: isNumber)
        case "report": return words.contains("generated") || words.contains("run") || words.contains("date")
        case "end": return words.dropFirst().first == "of"
        case "continued": return true
        default:
            return isNumber(first) && words.count <= 3
                && ["people", "persons", "rows", "records", "members", "results", "students"].contains(words.last)
        }
    }
}
