/// One inbound fact about a gym's people, normalised, whichever source said it.
package enum Change: Equatable, Sendable {
    case person(PersonSnapshot)
    case program(ProgramChange)
    /// Any other source's, about one contact.
    case contact(any ContactChange)

    package static func == (a: Change, b: Change) -> Bool {
        switch (a, b) {
        case (.person(let a), .person(let b)): a == b
        case (.program(let a), .program(let b)): a == b
        case (.contact(let a), .contact(let b)): a.isEqual(to: b)
        default: false
        }
    }
}

/// A person as the source knows them now.
///
/// A field that the message did not carry is `nil` and is left alone; one that it carried empty is `.empty` and, by
/// default, clears Keap's.
package struct PersonSnapshot: Equatable, Sendable {
    /// Empty where the source names none: then e-mail, first and last name say who it is.
    package var zenPlannerID: String
    package var values: [SyncedField: FieldValue]
    /// The person's status (`Student`, `Prospect`, …).
    package var status: FieldValue?
    /// `nil`: not carried. Empty: the person is in no program.
    package var programs: [ProgramMembership]?
    /// Whether `programs` is not all of them, since an entry of the list could not be read: those that it does not name
    /// are left alone.
    package var lacksPrograms = false
    /// Values of the message that could not be used and were left out.
    package var notes: [AttentionNote]

    package init(
        zenPlannerID: String, values: [SyncedField: FieldValue] = [:], status: FieldValue? = nil,
        programs: [ProgramMembership]? = nil, notes: [AttentionNote] = []
    ) {
        self.zenPlannerID = zenPlannerID
        self.values = values
        self.status = status
        self.programs = programs
        self.notes = notes
    }
}

/// The source fields that are kept in step. Address parts are one Keap list entry but separate source fields.
package enum SyncedField: String, CaseIterable, Codable, Hashable, Sendable {
    case firstName, lastName, email, mobilePhone, birthDate
    case address1, address2, city, state, zip, country
    case signupDate, prospectSource
}

package enum FieldValue: Equatable, Hashable, Sendable {
    case empty
    /// Trimmed text; dates as `yyyy-MM-dd`.
    case value(String)

    package init(_ text: String) { self = text.isEmpty ? .empty : .value(text) }
    package var text: String { if case .value(let text) = self { text } else { "" } }
}

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
