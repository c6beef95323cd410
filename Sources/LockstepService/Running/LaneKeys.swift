import ContactSync
import LockstepPool

/// Which lane a change belongs to: its keys, strongest first.
enum LaneKeys {
    private static let zenPlannerID: UInt8 = 1
    private static let person: UInt8 = 3
    private static let programs: UInt8 = 9

    static func keys(of change: Change) -> [LaneKey] {
        switch change {
        case .person(let person):
            // Ids are compared without regard to case, since a GUID may be written either way.
            var keys = [LaneKey(kind: zenPlannerID, value: person.zenPlannerID.lowercased(), isExclusive: true)]
            if let name = nameKey(person) { keys.append(name) }
            return keys
        case .program:
            // One lane a gym, so that a program is not deleted before it was renamed.
            return [LaneKey(kind: programs, value: "programs", isExclusive: false)]
        }
    }

    /// E-mail, first and last name together, and only if all three are there: families share an e-mail address.
    private static func nameKey(_ person: PersonSnapshot) -> LaneKey? {
        let isWhole = [SyncedField.email, .firstName, .lastName].allSatisfy { field in
            person.values[field]?.text.contains { !$0.isWhitespace } ?? false
        }
        // The queue refuses longer keys. The id alone still finds the lane, and the message is kept.
        guard isWhole, let value = person.nameKey, value.utf8.count <= QueuePolicy().maxKeyBytes else { return nil }
        return LaneKey(kind: self.person, value: value, isExclusive: false)
    }
}
