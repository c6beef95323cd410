package import Connectors

/// A person as the source knows them now.
///
/// A field that the message did not carry is `nil` and is left alone; one that it carried empty is `.empty` and, by
/// default, clears Keap's.
package struct PersonSnapshot: Equatable, Sendable {
    /// Empty where the source names none: then e-mail, first and last name say who it is.
    package var sourceID: String
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
        sourceID: String, values: [SyncedField: FieldValue] = [:], status: FieldValue? = nil,
        programs: [ProgramMembership]? = nil, notes: [AttentionNote] = []
    ) {
        self.sourceID = sourceID
        self.values = values
        self.status = status
        self.programs = programs
        self.notes = notes
    }
}
