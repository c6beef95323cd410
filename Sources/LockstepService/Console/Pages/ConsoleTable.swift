/// A table that a screen reader can read and a narrow screen can show: each row becomes a card there.
struct ConsoleTable: Sendable {
    struct Column: Sendable {
        var title: String
        var isNumber = false

        static func text(_ title: String) -> Column { Column(title: title) }
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    struct Row: Sendable {
        /// Of no other row, so that a change of the list keeps the rest in place.
        var key: String
        /// The first names the row.
        var cells: [HTML]
    }

    var caption: String
    /// Whether the caption is for screen readers alone, since a heading says the same.
    var hidesCaption = true
    var columns: [Column]
    var rows: [Row]
    /// Said in the place of a table without rows.
    var empty: String

    var html: HTML {
        if rows.isEmpty { return .tag(.p, .class("empty"), text: empty) }
        return .tag(.div, .class("table")) {
            // The roles say what the narrow layout would otherwise take from the elements.
            HTML.tag(.table, .role("table")) {
                HTML.tag(.caption, hidesCaption ? .class("unseen") : nil, text: caption)
                HTML.tag(.thead, .role("rowgroup")) {
                    HTML.tag(.tr, .role("row")) {
                        for column in columns {
                            HTML.tag(
                                .th, .scope(.col), .role("columnheader"), column.isNumber ? .class("number") : nil,
                                text: column.title)
                        }
                    }
                }
                HTML.tag(.tbody, .role("rowgroup")) { for row in rows { shown(row) } }
            }
        }
    }

    private func shown(_ row: Row) -> HTML {
        .tag(.tr, .role("row"), .dataKey(row.key)) {
            for (column, cell) in zip(columns, row.cells).enumerated() {
                let isFirst = column == 0
                HTML.tag(
                    isFirst ? .th : .td, isFirst ? .scope(.row) : nil, .role(isFirst ? "rowheader" : "cell"),
                    cell.0.isNumber ? .class("number") : nil, .dataLabel(cell.0.title)
                ) { cell.1 }
            }
        }
    }
}
