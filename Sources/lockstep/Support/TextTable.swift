/// Columns as wide as their widest cell, two blanks apart, and no blanks at the end of a line. A column that is empty
/// in every row is left out.
struct TextTable {
    enum Alignment { case left, right }

    var header: [String]
    var alignment: [Alignment]
    var rows: [[String]]
    /// How cells look, by their header and text; nil: plain.
    var style: (String, String) -> TextStyle? = { _, _ in nil }

    var lines: [String] {
        let columns = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.enumerated().map { place, row in
            let cells = columns.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                let style = place == 0 ? nil : style(header[column], row[column])
                let cell = style?.applied(to: row[column], true) ?? row[column]
                return alignment[column] == .left ? cell + blanks : blanks + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)])
        }
    }
}
