/// A person as operators know them: name and e-mail address, as far as a change carries them.
package struct PersonName: Sendable {
    private let values: [SyncedField: FieldValue]

    package init(_ values: [SyncedField: FieldValue]) { self.values = values }

    /// For example `Ana Ruiz, ana@example.org (Zen Planner ID 7)`.
    package func described(as record: String?) -> String {
        let name = [SyncedField.firstName, .lastName].compactMap { text($0) }.joined(separator: " ")
        let known = [name.isEmpty ? nil : name, text(.email)].compactMap { $0 }.joined(separator: ", ")
        guard let record else { return known.isEmpty ? "a person without a name" : known }
        return known.isEmpty ? record : "\(known) (\(record))"
    }

    private func text(_ field: SyncedField) -> String? {
        guard case .value(let text)? = values[field] else { return nil }
        return text.limited(to: 100)
    }
}
