/// A table of a page, in columns that wrap, or as a list of its rows where columns would be too narrow.
struct PageTable {
    private static let gap = 2
    /// A column of running text that is narrower breaks after every other word.
    private static let narrowest = 20

    /// The header first; each row has as many cells.
    private let rows: [[[StyledWord]]]
    private let columns: Range<Int>

    init(_ rows: [[String]]) {
        self.rows = rows.map { $0.map(StyledWord.words) }
        columns = 0..<(rows.first?.count ?? 0)
    }

    func lines(width: Int, isStyled: Bool) -> [String] {
        guard let widths = widths(within: width) else { return list(width: width, isStyled: isStyled) }
        return rows.flatMap { row in
            let cells = columns.map { StyledWord.lines(row[$0], width: widths[$0]) }
            return (0..<(cells.map(\.count).max() ?? 0)).map { line in
                var text = ""
                var missing = 0
                for column in columns {
                    if line < cells[column].count {
                        text += String(repeating: " ", count: missing) + cells[column][line].text(isStyled: isStyled)
                        missing = widths[column] + Self.gap - cells[column][line].width
                    } else {
                        missing += widths[column] + Self.gap
                    }
                }
                return text
            }
        }
    }

    /// Nil: the last column would be too narrow. The others wrap beyond their even share, or a third; the last gets the rest.
    private func widths(within width: Int) -> [Int]? {
        let room = width - Self.gap * (columns.count - 1)
        var widths = columns.map { column in rows.map { $0[column].width }.max() ?? 0 }
        guard let last = columns.last, widths.reduce(0, +) > room else { return widths }
        for column in columns.dropLast() {
            let longest = rows.flatMap { $0[column] }.map(\.width).max() ?? 0
            widths[column] = min(widths[column], max(longest, room / max(3, columns.count)))
        }
        widths[last] = room - widths.dropLast().reduce(0, +)
        let longest = rows.flatMap { $0[last] }.map(\.width).max() ?? 0
        return widths[last] < max(Self.narrowest, longest) ? nil : widths
    }

    /// Each row's first cell as a line, the others below it, behind their headers where there are several.
    private func list(width: Int, isStyled: Bool) -> [String] {
        rows.dropFirst().flatMap { row in
            StyledWord.lines(row[0], width: width).map { $0.text(isStyled: isStyled) }
                + columns.dropFirst().filter { !row[$0].isEmpty }.flatMap { column in
                    var words = row[column]
                    if columns.count > 2, let header = rows[0][column].last {
                        words = rows[0][column].dropLast() + [StyledWord(parts: header.parts + [.colon])] + words
                    }
                    return StyledWord.lines(words, width: width - 4).map { "    " + $0.text(isStyled: isStyled) }
                }
        }
    }
}

extension StyledWord.Part {
    fileprivate static let colon = Self(text: ":", isBold: false)
}
