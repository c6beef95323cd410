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
        let parts = [SyncedField.email, .firstName, .lastName].map { folded(person.values[$0]?.text ?? "") }
        guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        let value = parts.joined(separator: "\u{1F}")
        // The queue refuses longer keys. The id alone still finds the lane, and the message is kept.
        guard value.utf8.count <= QueuePolicy().maxKeyBytes else { return nil }
        return LaneKey(kind: self.person, value: value, isExclusive: false)
    }

    /// Case and runs of blanks do not tell people apart.
    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
