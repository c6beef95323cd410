import ContactSync
import Keap
import LockstepPool

/// Which lane a change belongs to: its keys, strongest first.
enum LaneKeys {
    private static let zenPlannerID: UInt8 = 1
    /// A record that another source has of a contact: a booking.
    private static let record: UInt8 = 2
    private static let person: UInt8 = 3
    /// E-mail and the names run together, for names that could be split in more than one place.
    private static let wholeName: UInt8 = 4
    /// The address alone, where a gym takes that for enough.
    private static let address: UInt8 = 5
    /// A contact in Keap, once it is known.
    private static let contact: UInt8 = 6
    private static let programs: UInt8 = 9

    static func keys(of change: Change) -> [LaneKey] {
        switch change {
        case .person(let person):
            // Ids are compared without regard to case, since a GUID may be written either way.
            let id = LaneKey(kind: zenPlannerID, value: person.zenPlannerID.lowercased(), isExclusive: true)
            // The name only if it is whole: families share an e-mail address, and the id is enough.
            let isWhole = [SyncedField.email, .firstName, .lastName].allSatisfy { field in
                person.values[field]?.text.contains { !$0.isWhitespace } ?? false
            }
            return (person.zenPlannerID.isEmpty ? [] : [id]) + (isWhole ? names(NameKey(person.values)) : [])
        case .contact(let change):
            let records = change.records.map { LaneKey(kind: record, value: $0, isExclusive: false) }
            let name = NameKey(change.values)
            let isEnough = change.nameMatch == .anyName
            return fitting(records) + names(name) + fitting(isEnough ? [(address, name?.email)] : [])
        case .program:
            // One lane a gym, so that a program is not deleted before it was renamed.
            return [LaneKey(kind: programs, value: "programs", isExclusive: false)]
        }
    }

    static func key(of contact: ContactID) -> LaneKey? { fitting([(self.contact, contact.text)]).first }

    static func key(of name: NameKey) -> LaneKey? { fitting([(person, name.text)]).first }

    private static func names(_ name: NameKey?) -> [LaneKey] {
        fitting([(person, name?.text), (wholeName, name?.whole)])
    }

    private static func fitting(_ keys: [(kind: UInt8, value: String?)]) -> [LaneKey] {
        fitting(keys.compactMap { kind, value in value.map { LaneKey(kind: kind, value: $0, isExclusive: false) } })
    }

    /// The queue refuses longer keys. The others still find the lane, and the message is kept.
    private static func fitting(_ keys: [LaneKey]) -> [LaneKey] {
        keys.filter { $0.value.utf8.count <= QueuePolicy().maxKeyBytes }
    }
}
