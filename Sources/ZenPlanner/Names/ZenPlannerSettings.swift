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
