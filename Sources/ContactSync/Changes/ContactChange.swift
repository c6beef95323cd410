/// A change of one contact by a source that the planner knows nothing about.
package protocol ContactChange: Sendable {
    /// - Parameter mirror: what the lane knows before the change. Asked again at each try, and must answer alike.
    func wanted(after mirror: Mirror) -> DesiredContact

    /// For people who look after it: which record of the source this is.
    var subject: String { get }

    /// Ids of the source's records that are this contact's, strongest first: their changes share a lane.
    var records: [String] { get }
    /// With `nameMatch`, what tells the contact where no id does.
    var values: [SyncedField: FieldValue] { get }
    var nameMatch: NameMatch { get }

    func isEqual(to other: any ContactChange) -> Bool
}

extension ContactChange where Self: Equatable {
    package func isEqual(to other: any ContactChange) -> Bool { other as? Self == self }
}

/// One source's memory in the mirror between its changes; only the source can read it.
package struct SourceMemory: Equatable, Sendable {
    package var source: String
    package var text: String
    /// What is to be remembered from the first try on, so that a change of which only a part is done is known of even if
    /// it ends as a dead letter. Nil: nothing.
    package var underway: String?
    /// Families of personal tags that the source still speaks of. Those of others are left as they are and forgotten,
    /// since a lane's state is bounded.
    package var families: Set<TagFamily>

    package init(source: String, text: String, underway: String? = nil, families: Set<TagFamily>) {
        self.source = source
        self.text = text
        self.underway = underway
        self.families = families
    }
}

/// How a contact of the right e-mail address is told by its name.
package enum NameMatch: String, CaseIterable, Sendable {
    /// First and last name, each.
    case parts
    /// Both run together: the source has one text, and where it was split is a guess.
    case whole
    /// One of that name if there is one, else any contact of that address. Families share one, so a gym must ask for it.
    case anyName
}
