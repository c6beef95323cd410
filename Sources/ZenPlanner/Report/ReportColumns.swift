import ContactSync
import WireFormats

/// The fields that columns stand for, by the gym's table of names.
struct ReportColumns {
    private let fields: [FieldName: MessageField]

    init(_ settings: ZenPlannerSettings) {
        var fields: [FieldName: MessageField] = [:]
        for field in ZenPlannerSettings.personFields where field != .event {
            for name in settings.names[field] { fields[name] = field }
        }
        self.fields = fields
    }

    func isKnown(_ column: String) -> Bool { fields[FieldName(column)] != nil }

    /// How many fields a row names, if it were a header.
    func known(in row: [String]) -> Int { Set(row.compactMap { fields[FieldName($0.tidied)] }).count }

    /// A title such as `Status` alone is none.
    func isHeader(_ row: [String]) -> Bool { known(in: row) >= 2 }

    func isDate(_ column: String) -> Bool {
        fields[FieldName(column)].map { [.birthDate, .signupDate].contains($0) } ?? false
    }

    /// A date written out in full, so that it means the same when the gym's setting is changed.
    func mended(_ text: String, of column: String, _ order: DateOrder) -> String {
        isDate(column) ? CalendarDay(text.tidied, order: order)?.description ?? text : text
    }
}
