package import Connectors
package import DurableQueue

extension Change: InboundChange {
    package var subject: String {
        switch self {
        case .person(let person): person.subject
        case .contact(let change): change.subject
        case .program(.renamed(let id, let old, let new)): "program \(old ?? id ?? "") → \(new)"
        case .program(.deleted(let id, let name)): "program \(name ?? id ?? "")"
        }
    }

    package var laneKeys: [LaneKey] { LaneKeys.keys(of: self) }

    package var identity: SubjectIdentity {
        switch self {
        case .person(let person):
            SubjectIdentity(person.values, ids: person.sourceID.isEmpty ? [] : [SubjectID(.person, person.sourceID)])
        case .contact(let change):
            SubjectIdentity(change.values, ids: change.records.map { SubjectID(.booking, $0) })
        case .program: SubjectIdentity()
        }
    }

    package var isGymWide: Bool { if case .program = self { true } else { false } }
}

extension SubjectIdentity {
    fileprivate init(_ values: [SyncedField: FieldValue], ids: [SubjectID]) {
        let name = [SyncedField.firstName, .lastName].compactMap { values[$0]?.text }.filter { !$0.isEmpty }
        self.init(ids: ids, name: name.joined(separator: " "), email: values[.email]?.text ?? "")
    }
}
