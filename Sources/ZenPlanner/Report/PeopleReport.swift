import ContactSync
import LockstepHTTP

/// A Zen Planner people report: its rows as messages, like those that a web hook brings.
///
/// Column names are read like the fields of a message, by the same table. A title above the header is passed over.
package struct PeopleReport: Sendable {
    package struct Person: Equatable, Sendable {
        package var line: Int
        /// A form with one field for each column, to be read by ``ZenPlannerReader`` as a row of a report.
        package var form: [UInt8]
    }

    package struct Flaw: Equatable, Sendable {
        package var line: Int
        package var sentence: String
    }

    package private(set) var people: [Person] = []
    /// Rows that cannot be imported as they are.
    package private(set) var flaws: [Flaw] = []
    /// Columns that mean something, as the file names them.
    package private(set) var used: [String] = []
    package private(set) var ignored: [String] = []
    /// How dates with slashes are meant in this file, if any says so itself.
    package private(set) var dateOrder: DateOrder?

    private static let furthestHeader = 20

    /// - Throws: a sentence, if the file as a whole cannot be read.
    package init(_ bytes: [UInt8], settings: ZenPlannerSettings) throws(ReportProblem) {
        var values = SeparatedValues(try ReportText.utf8(bytes))
        var rows: [SeparatedValues.Row] = []
        while let row = values.next() { if !row.isBlank { rows.append(row) } }
        if let problem = values.problem { throw ReportProblem(problem.description) }
        guard !rows.isEmpty else { throw ReportProblem("the file is empty") }

        let columns = Columns(settings)
        guard let header = rows.prefix(Self.furthestHeader).firstIndex(where: { columns.isHeader($0.fields) }) else {
            throw ReportProblem(
                "no row names columns that are known, such as First Name, Last Name, Email or Status; the first row is: "
                    + listed(rows[0].fields.map { shortened($0.tidied) }))
        }
        let names = rows[header].fields.map(\.tidied)
        used = names.filter(columns.isKnown)
        ignored = names.filter { !$0.isEmpty && !columns.isKnown($0) }

        let body = rows[(header + 1)...]
        dateOrder = try Self.dateOrder(of: body, names, columns)
        var settings = settings
        settings.dateOrder = dateOrder ?? settings.dateOrder
        let reader = ZenPlannerReader(settings: settings)
        for row in body { add(row, names, columns, reader, settings.dateOrder) }
    }

    private mutating func add(
        _ row: SeparatedValues.Row, _ names: [String], _ columns: Columns, _ reader: ZenPlannerReader,
        _ order: DateOrder
    ) {
        guard row.fields.dropFirst(names.count).allSatisfy(\.tidied.isEmpty) else {
            flaws.append(
                Flaw(line: row.line, sentence: "\(row.fields.count) fields, where the header has \(names.count)"))
            return
        }
        var fields: [(name: String, value: String)] = []
        for (name, text) in zip(names, row.fields) where !name.isEmpty {
            fields.append((name, columns.mended(text, of: name, order)))
        }
        let form = FormBody.encoded(fields)
        switch reader.read(report: form) {
        case .change: people.append(Person(line: row.line, form: form))
        case .unplaced(let reason, _): flaws.append(Flaw(line: row.line, sentence: reason))
        }
    }

    /// `03/04/2026` does not say which is the month, but another row of the same file may.
    private static func dateOrder(
        of rows: ArraySlice<SeparatedValues.Row>, _ names: [String], _ columns: Columns
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

/// What columns mean, by the table of a gym.
private struct Columns {
    private let fields: [FieldName: MessageField]

    init(_ settings: ZenPlannerSettings) {
        var fields: [FieldName: MessageField] = [:]
        let known: [MessageField] = SyncedField.allCases.map(\.messageField) + [.personId, .status, .programs]
        for field in known {
            for name in settings.names[field] { fields[name] = field }
        }
        self.fields = fields
    }

    func isKnown(_ column: String) -> Bool { fields[FieldName(column)] != nil }

    /// A title such as `Status` alone is none.
    func isHeader(_ row: [String]) -> Bool { Set(row.compactMap { fields[FieldName($0.tidied)] }).count >= 2 }

    func isDate(_ column: String) -> Bool {
        fields[FieldName(column)].map { [.birthDate, .signupDate].contains($0) } ?? false
    }

    func mended(_ text: String, of column: String, _ order: DateOrder) -> String {
        switch fields[FieldName(column)] {
        // Written out in full, so that it means the same when the gym's setting is changed.
        case .birthDate, .signupDate: CalendarDay(text.tidied, order: order)?.description ?? text
        // What a spreadsheet makes of a number.
        case .mobilePhone where text.hasSuffix(".0") && text.dropLast(2).allSatisfy(\.isNumber):
            String(text.dropLast(2))
        default: text
        }
    }
}
