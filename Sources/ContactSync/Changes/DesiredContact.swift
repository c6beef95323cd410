package import Connectors

/// What a change asks of its contact, whichever source made it: who they are, what their fields are to hold, and which
/// tags they are to have.
///
/// The planner knows no source. Each makes its changes into one of these, with what the mirror remembers.
package struct DesiredContact: Equatable, Sendable {
    /// For the one source whose ids are kept in Keap. Nil: e-mail and name tell who it is.
    package var sourceID: String?
    /// Whether the source is the one of record, whose values count also in a change that names no id.
    package var isOfRecord = false
    /// Whether what the contact last held by our hand is to be put back.
    package var isResync = false
    /// How much of the wanted name a contact must match, where no id decides.
    package var nameMatch = NameMatch.parts
    package var values: [SyncedField: FieldValue] = [:]
    /// For every field of a contact that Keap has already. Nil: as the gym's settings say, field by field.
    package var policy: FieldPolicy?
    /// Why Keap may mail a new contact. Nil: the gym's own reason.
    package var optInReason: String?
    package var tags: [TagRequest] = []
    /// Values for fields of Keap's beside those above.
    package var wishes: [FieldRequest] = []
    package var appointments: [AppointmentRequest] = []
    /// Personal tags that the contact may have from before the memory was lost.
    package var forgottenTags: [NamedTag] = []
    /// In which zone, and in which order of days, the wishes' dates are meant.
    package var reading = ValueReading.utc
    /// Why nothing can be asked for until a person has done something, in a sentence. Nil: it can.
    package var impossible: String?
    /// The source's notes for the gym's people.
    package var notes: [AttentionNote] = []
    /// The source's new memory of this contact once the change is done. Nil: as before.
    package var memory: SourceMemory?

    package init(sourceID: String? = nil, values: [SyncedField: FieldValue] = [:]) {
        self.sourceID = sourceID
        self.values = values
    }

    func text(_ field: SyncedField) -> String { values[field]?.text ?? "" }
}
