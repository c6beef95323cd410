package import DurableQueue
package import Keap
import WireFormats

/// Which lane a change of Keap's contacts belongs to: its keys, strongest first.
///
/// The kinds are written to disk, and those of another destination's lanes must be others.
package enum LaneKeys {
    private static let sourceID: UInt8 = 1
    /// A record that another source has of a contact: a booking.
    private static let record: UInt8 = 2
    private static let person: UInt8 = 3
    /// E-mail and the names run together, for names that could be split in more than one place.
    private static let wholeName: UInt8 = 4
    /// The address alone, where a gym takes that for enough.
    private static let address: UInt8 = 5
    /// A contact in Keap, once it is known.
    private static let contact: UInt8 = 6
    /// A name that another person, with an id of their own, came with later than the lane that it leads to. It leads to
    /// that other person's lane.
    private static let sharedName: UInt8 = 7
    private static let programs: UInt8 = 9
    private static let resync: UInt8 = 10

    package static func keys(of change: Change) -> [LaneKey] {
        switch change {
        case .person(let person):
            let id = key(ofPerson: person.sourceID)
            // The name only if it is whole: families share an e-mail address, and the id is enough.
            let isWhole = [SyncedField.email, .firstName, .lastName].allSatisfy { field in
                person.values[field]?.text.contains { !$0.isWhitespace } ?? false
            }
            return (person.sourceID.isEmpty ? [] : [id]) + (isWhole ? names(NameKey(person.values)) : [])
        case .contact(let change):
            let records = change.records.map(key(ofRecord:))
            let name = NameKey(change.values)
            let isEnough = change.nameMatch == .anyName
            return records + names(name) + some([(address, isEnough ? name?.email : nil)])
        case .program:
            // One lane a gym, so that a program is not deleted before it was renamed.
            return [LaneKey(kind: programs, value: "programs", isExclusive: false)]
        }
    }

    /// By the source ID.
    package static func key(ofPerson id: String) -> LaneKey {
        LaneKey(kind: sourceID, value: short(SourceID.key(id)), isExclusive: true)
    }

    package static func key(ofRecord id: String) -> LaneKey {
        LaneKey(kind: record, value: short(id), isExclusive: false)
    }

    /// One lane a gym for resyncs of more than one contact.
    package static let resyncs = LaneKey(kind: resync, value: "resync", isExclusive: false)

    package static func key(of contact: ContactID) -> LaneKey {
        LaneKey(kind: self.contact, value: short(contact.text), isExclusive: false)
    }

    package static func key(of name: NameKey) -> LaneKey {
        LaneKey(kind: person, value: short(name.text), isExclusive: false)
    }

    package static func key(ofShared name: NameKey) -> LaneKey {
        LaneKey(kind: sharedName, value: short(name.text), isExclusive: false)
    }

    private static func names(_ name: NameKey?) -> [LaneKey] { some([(person, name?.text), (wholeName, name?.whole)]) }

    private static func some(_ keys: [(kind: UInt8, value: String?)]) -> [LaneKey] {
        keys.compactMap { kind, value in value.map { LaneKey(kind: kind, value: short($0), isExclusive: false) } }
    }

    private static let longest = QueuePolicy().maxKeyBytes

    /// The queue refuses long keys. A long value is known by its beginning and its digest, so that it leads to its lane
    /// as any other does.
    private static func short(_ value: String) -> String {
        guard value.utf8.count > longest else { return value }
        let bytes = Array(value.utf8)
        return String(decoding: bytes.prefix(256), as: UTF8.self) + "…" + SHA256.digest(bytes).hexadecimal
    }
}
