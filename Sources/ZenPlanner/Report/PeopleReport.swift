package import Connectors
package import ContactSync
import EmbeddedHTTP
import WireFormats

/// A Zen Planner people report: its rows as messages, like those that a web hook brings.
///
/// Column names are read like the fields of a message, by the same table. A title above the header is passed over.
package struct PeopleReport: Sendable {
    package struct Person: Equatable, Sendable {
        package var line: Int
        /// A form with one field for each column that means something, to be read by ``ZenPlannerReader`` as a row of a
        /// report.
        package var form: [UInt8]
        package var snapshot: PersonSnapshot
    }

    package struct Flaw: Equatable, Sendable {
        package var line: Int
        package var sentence: String
        /// The row's cells, as far as it could be taken apart.
        package var cells: [String] = []
    }

    package private(set) var people: [Person] = []
    /// Rows that cannot be imported as they are.
    package private(set) var flaws: [Flaw] = []
    /// Rows that are about no person, and what they are.
    package private(set) var skipped: [Flaw] = []
    /// Values that were left out or read with a doubt, of rows that are imported.
    package private(set) var damage: [(line: Int, note: AttentionNote)] = []
    /// Columns of the file, as it names them.
    package private(set) var header: [String] = []
    /// Columns that mean something.
    package private(set) var used: [String] = []
    package private(set) var ignored: [String] = []
    /// The order of dates with slashes in this file, if one of them decides it.
    package private(set) var dateOrder: DateOrder?
    /// The separator and encoding that were assumed, in words.
    package private(set) var separator = "comma"
    package private(set) var encoding = "UTF-8"
    /// Lines with a cell in neither UTF-8 nor Windows-1252.
    package private(set) var brokenCells: [(line: Int, column: String)] = []

    private static let furthestHeader = 20

    /// - Throws: a sentence, if the file as a whole cannot be read.
    package init(_ bytes: [UInt8], settings: ZenPlannerSettings) throws(ReportProblem) {
        let (text, mark) = try ReportText.text(bytes)
        let columns = ReportColumns(settings)
        let separator = Self.separator(of: text, columns)
        let rows = try readRows(text, separator, columns)
        guard let body = rows.body else {
            let first = rows.all.first { !$0.isBlank && $0.problem == nil }
            guard let first else {
                let problem = rows.all.first { $0.problem != nil }
                throw ReportProblem(
                    problem.map { "line \($0.line): \($0.problem?.description ?? "")" } ?? "the file is empty")
            }
            throw ReportProblem(
                "no row names columns that are known, such as First Name, Last Name, Email or Status; the first row is: "
                    + listed(first.fields.map { shortened($0.tidied) }))
        }
        used = header.filter(columns.isKnown)
        ignored = header.filter { !$0.isEmpty && !columns.isKnown($0) }
        self.separator = Self.names[separator] ?? "\"\(Character(Unicode.Scalar(separator)))\""
        encoding = Self.encoding(of: rows.all, mark)

        dateOrder = try Self.dateOrder(of: body, header, columns)
        var settings = settings
        settings.dateOrder = dateOrder ?? settings.dateOrder
        let reader = ZenPlannerReader(settings: settings)
        for row in body { add(row, columns, reader, settings.dateOrder) }
    }

    // MARK: Rows

    private mutating func readRows(
        _ text: [UInt8], _ separator: UInt8, _ columns: ReportColumns
    ) throws(ReportProblem) -> (all: [SeparatedValues.Row], body: ArraySlice<SeparatedValues.Row>?) {
        var values = SeparatedValues(text, separator: separator)
        var rows: [SeparatedValues.Row] = []
        var start: Int?
        while let row = values.next() {
            if start == nil, row.problem == nil, columns.isHeader(row.fields), rows.count < Self.furthestHeader {
                header = row.fields.map(\.tidied)
                start = rows.count + 1
            } else if start != nil, swallowsRows(row, separator) {
                // The rows inside are read again, one by one.
                values.resume(after: row)
                flaws.append(
                    Flaw(
                        line: row.line,
                        sentence: "a quote opens a field that takes in the rows below it; the quote is one too many",
                        cells: []))
                continue
            }
            rows.append(row)
        }
        return (rows, start.map { rows[$0...] })
    }

    /// Whether a field holds a line that is a row by itself: a stray quote made one field of both.
    private func swallowsRows(_ row: SeparatedValues.Row, _ separator: UInt8) -> Bool {
        guard header.count >= 3 else { return false }
        return row.fields.contains { field in
            guard field.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return false }
            return field.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
                .contains { line in line.count(where: { $0 == separator }) >= header.count - 2 }
        }
    }

    private mutating func add(
        _ row: SeparatedValues.Row, _ columns: ReportColumns, _ reader: ZenPlannerReader, _ order: DateOrder
    ) {
        if let problem = row.problem {
            flaws.append(Flaw(line: row.line, sentence: problem.description))
            return
        }
        if let kind = ReportRowKind.describe(row.fields, header: header, isKnown: columns.isKnown) {
            skipped.append(Flaw(line: row.line, sentence: kind, cells: row.fields))
            return
        }
        guard row.fields.dropFirst(header.count).allSatisfy(\.tidied.isEmpty) else {
            flaws.append(
                Flaw(
                    line: row.line, sentence: "\(row.fields.count) fields, where the header has \(header.count)",
                    cells: row.fields))
            return
        }
        for (place, encoding) in row.encodings.sorted(by: { $0.key < $1.key })
        where encoding == .broken && place < header.count {
            brokenCells.append((row.line, header[place]))
        }
        var fields: [(name: String, value: String)] = []
        for (name, text) in zip(header, row.fields) where columns.isKnown(name) {
            fields.append((name, columns.mended(text, of: name, order)))
        }
        // Of two columns of one name, the one that is filled.
        let filled = Set(fields.filter { !$0.value.tidied.isEmpty }.map { FieldName($0.name) })
        var seen: Set<FieldName> = []
        fields.removeAll { field in
            let name = FieldName(field.name)
            return field.value.tidied.isEmpty && (filled.contains(name) || !seen.insert(name).inserted)
        }
        let form = FormBody.encoded(fields)
        switch reader.read(report: form) {
        case .change(.person(let person), _):
            people.append(Person(line: row.line, form: form, snapshot: person))
            damage += person.notes.map { (row.line, $0) }
        case .change: break
        case .unplaced(let reason, _): flaws.append(Flaw(line: row.line, sentence: reason, cells: row.fields))
        }
    }

    // MARK: Format

    /// The one by which a row near the top names the most fields. Counting marks would find those inside the cells.
    private static func separator(of text: [UInt8], _ columns: ReportColumns) -> UInt8 {
        if let said = SeparatedValues.declared(in: text) { return said.separator }
        var best = (separator: SeparatedValues.separators[0], known: 0)
        for separator in SeparatedValues.separators {
            var values = SeparatedValues(text, separator: separator)
            var known = 0
            for _ in 0..<furthestHeader {
                guard let row = values.next() else { break }
                known = max(known, columns.known(in: row.fields))
            }
            if known > best.known { best = (separator, known) }
        }
        return best.separator
    }

    private static let names: [UInt8: String] = [
        UInt8(ascii: ","): "comma", UInt8(ascii: ";"): "semicolon", UInt8(ascii: "\t"): "tab", UInt8(ascii: "|"): "bar",
    ]

    private static func encoding(of rows: [SeparatedValues.Row], _ mark: ReportText.Mark) -> String {
        if mark == .utf16 { return "UTF-16" }
        let old = rows.reduce(0) { $0 + $1.encodings.values.count { $0 == .windows1252 } }
        guard old > 0 else { return "UTF-8" }
        let hasUTF8 =
            mark == .utf8
            || rows.contains { row in
                row.fields.enumerated().contains { place, field in
                    row.encodings[place] == nil && !field.utf8.allSatisfy { $0 < 0x80 }
                }
            }
        return hasUTF8 ? "UTF-8, with \(old) cells in Windows-1252" : "Windows-1252"
    }

    /// `03/04/2026` does not say which is the month, but another row of the same file may.
    private static func dateOrder(
        of rows: ArraySlice<SeparatedValues.Row>, _ names: [String], _ columns: ReportColumns
    ) throws(ReportProblem) -> DateOrder? {
        let places = names.indices.filter { columns.isDate(names[$0]) }
        var found: (order: DateOrder, line: Int)?
        for row in rows {
            for place in places where place < row.fields.count {
                let text = row.fields[place].tidied
                let orders = DateOrder.allCases.filter { CalendarDay(text, order: $0) != nil }
                guard orders.count == 1 else { continue }
                if let found, found.order != orders[0] {
                    throw ReportProblem(
                        "dates contradict each other: line \(found.line) is \(found.order.rawValue), line \(row.line) "
                            + "(\(quoted(text))) is \(orders[0].rawValue)")
                }
                found = (orders[0], found?.line ?? row.line)
            }
        }
        return found?.order
    }
}
