/// What a person, or another thing that changes are about, is known by somewhere.
package struct SubjectID: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, CaseIterable, Sendable {
        /// The source of record's id of a person: Zen Planner's.
        case person
        /// Keap's id of a contact.
        case contact
        /// OnceHub's id of a booking.
        case booking
        /// A job of ours.
        case job
        /// A lane of ours.
        case lane
    }

    package var kind: Kind
    package var value: String

    package init(_ kind: Kind, _ value: String) { (self.kind, self.value) = (kind, value) }

    /// Reads what `description` writes, such as `person:7`. Nil without a kind in front.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty else { return nil }
        self.init(kind, String(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(value)" }
}

/// Who or what a change is about, as far as the change says.
package struct SubjectIdentity: Equatable, Sendable {
    /// The strongest first.
    package var ids: [SubjectID]
    package var name: String
    package var email: String

    package init(ids: [SubjectID] = [], name: String = "", email: String = "") {
        (self.ids, self.name, self.email) = (ids, name, email)
    }
}
