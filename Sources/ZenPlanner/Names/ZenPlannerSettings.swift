/// How one gym's Zen Planner messages are read.
///
/// Zen Planner documents "one form field per value" but not their names, so the names are a matter of configuration.
package struct ZenPlannerSettings: Equatable, Sendable {
    package private(set) var names = NameTable<MessageField>()
    package private(set) var programEntryNames = NameTable<ProgramEntryField>()
    /// How dates with slashes are meant. Settled for a whole gym: `03/04/2026` alone does not say.
    package var dateOrder = DateOrder.monthFirst

    package init() {}

    package mutating func accept(_ configured: [String], for field: MessageField) {
        names.accept(configured, for: field)
    }

    package mutating func accept(_ configured: [String], for field: ProgramEntryField) {
        programEntryNames.accept(configured, for: field)
    }
}

package enum DateOrder: String, CaseIterable, Sendable {
    case monthFirst = "MM/DD/YYYY"
    case dayFirst = "DD/MM/YYYY"
}

/// The names accepted for each field, most wanted first.
package struct NameTable<Field: NamedField>: Equatable, Sendable {
    private var accepted: [Field: [FieldName]] = [:]

    init() {
        for field in Field.allCases { accepted[field] = field.defaultNames.map(FieldName.init) }
    }

    /// Puts configured names before the default ones, which stay: messages that were understood before still are.
    mutating func accept(_ configured: [String], for field: Field) {
        let wanted = configured.map(FieldName.init)
        // If `status` comes in a field named `state`, then `state` no longer says where a person lives.
        for (other, names) in accepted where other != field && other.canMeet(field) {
            accepted[other] = names.filter { !wanted.contains($0) }
        }
        accepted[field] = wanted + self[field].filter { !wanted.contains($0) }
    }

    package subscript(field: Field) -> [FieldName] { accepted[field] ?? [] }
}
