import Foundation

/// A benchmark's figures: columns for people, or one JSON object for programs.
struct ResultTable {
    enum Value {
        case text(String)
        case number(Double, digits: Int)
        /// In per cent.
        case share(Double)
        case missing
    }

    private let columns: [String]
    private var rows: [[Value]] = []
    private var notes: [String] = []

    init(_ columns: [String]) { self.columns = columns }

    mutating func add(_ row: [Value]) {
        precondition(row.count == columns.count, "a row has as many values as there are columns")
        rows.append(row)
    }

    /// A sentence above the table.
    mutating func note(_ sentence: String) { notes.append(sentence) }

    func show(_ options: BenchmarkOptions) {
        print(options.asJSON ? json(options) : text)
    }

    private var text: String {
        let cells = [columns] + rows.map { $0.map(\.text) }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { row in
            row.enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + blanks : blanks + cell
            }.joined(separator: "  ")
        }
        return (notes + lines).joined(separator: "\n")
    }

    private func json(_ options: BenchmarkOptions) -> String {
        let objects = rows.map { row in
            Dictionary(uniqueKeysWithValues: zip(columns, row.map(\.object)).map { ($0, $1) })
        }
        let object: [String: Any] = ["benchmark": options.name, "notes": notes, "results": objects]
        // Texts and finite numbers, in lists and objects.
        let data = try! JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}

extension ResultTable.Value {
    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .number(let number, let digits): String(format: "%.\(digits)f", number)
        case .share(let share): String(format: "%.0f%%", share * 100)
        case .missing: "-"
        }
    }

    fileprivate var object: Any {
        switch self {
        case .text(let text): text
        case .number(let number, _): number.isFinite ? number as Any : NSNull()
        case .share(let share): share.isFinite ? share as Any : NSNull()
        case .missing: NSNull()
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
