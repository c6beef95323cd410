package import Connectors

/// The fields of a new contact as Keap would get them.
package struct SentPreview: Equatable, Sendable {
    /// A field's name, and its value as it is sent.
    package var fields: [(name: String, value: String)] = []
    package var tags: [String] = []
    /// Values that are not sent, or not as they came.
    package var notes: [AttentionNote] = []

    package init(of person: PersonSnapshot, settings: SyncSettings) {
        let desired = DesiredFields(
            of: person.values, known: [:], phoneSlot: settings.slots.phone.rawValue, settings: settings,
            policy: settings.policy)
        for field in SyncedField.allCases {
            if let value = desired.values[field], !value.isEmpty { fields.append((field.rawValue, value)) }
        }
        if let status = person.status?.text, !status.isEmpty { tags.append(settings.statusTag.name(status: status)) }
        tags += (person.programs ?? []).map { settings.programTag.name(program: $0.name, status: $0.status) }
        notes = person.notes + desired.notes
    }

    package static func == (a: SentPreview, b: SentPreview) -> Bool {
        a.fields.elementsEqual(b.fields, by: ==) && a.tags == b.tags && a.notes == b.notes
    }
}
