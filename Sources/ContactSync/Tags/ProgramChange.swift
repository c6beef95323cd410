package struct ProgramMembership: Equatable, Hashable, Sendable {
    /// The source's id of the program, if it gives one.
    package var id: String?
    package var name: String
    package var status: String

    package init(id: String?, name: String, status: String) {
        self.id = id
        self.name = name
        self.status = status
    }
}

/// A change to a program itself: it concerns the gym's tags, not one contact.
package enum ProgramChange: Equatable, Hashable, Sendable {
    /// At least one of `id` and `oldName` is known.
    case renamed(id: String?, oldName: String?, newName: String)
    /// At least one of `id` and `name` is known.
    case deleted(id: String?, name: String?)
}
