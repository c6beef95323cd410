import Connectors
import Foundation
package import Keap

extension Mirror {
    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String
    }

    /// - Throws: `Unreadable` if the bytes are not a mirror. No bytes at all are a mirror that knows nothing.
    package init(bytes: [UInt8]) throws(Unreadable) {
        guard !bytes.isEmpty else {
            self.init()
            return
        }
        do {
            self = try JSONDecoder().decode(Mirror.self, from: Data(bytes))
        } catch {
            throw Unreadable(description: "what was remembered of this contact cannot be read: \(error)")
        }
    }

    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Text, numbers and lists of them: encoding cannot fail.
        return Array(try! encoder.encode(self))
    }
}

extension Mirror: Codable {
    private enum Key: String, CodingKey {
        case sourceID = "zenPlannerID"
        case version, contact, fields, unclearFields, tags, unclearTags, phoneSlot, creating, lost
        case isLeftAlone, alsoFound, attention
        // Since version 2
        case needsRead = "mustMeet"
        case ownerID = "possessor"
        case considered, personal, memories, renewal, wishes, unclearWishes, appointments
        case refused
        case isProven
        case remembered, generation, fieldLosses
        case carried
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        contact = try values.decodeIfPresent(ContactID.self, forKey: .contact)
        needsRead = try values.decodeIfPresent(Bool.self, forKey: .needsRead) ?? false
        sourceID = try values.decodeIfPresent(String.self, forKey: .sourceID)
        fields = Mirror.fields(try values.decodeIfPresent([String: String].self, forKey: .fields))
        let unclear = try values.decodeIfPresent([String].self, forKey: .unclearFields) ?? []
        unclearFields = Set(unclear.compactMap(SyncedField.init))
        tags = Mirror.tags(try values.decodeIfPresent([String: TagFamily].self, forKey: .tags))
        unclearTags = Mirror.tags(try values.decodeIfPresent([String: TagFamily].self, forKey: .unclearTags))
        phoneSlot = try values.decodeIfPresent(String.self, forKey: .phoneSlot)
        creating = try values.decodeIfPresent(CreateIntent.self, forKey: .creating)
        lost = try values.decodeIfPresent(ContactID.self, forKey: .lost)
        isLeftAlone = try values.decodeIfPresent(Bool.self, forKey: .isLeftAlone) ?? false
        alsoFound = try values.decodeIfPresent([ContactID].self, forKey: .alsoFound) ?? []
        attention = try values.decodeIfPresent([AttentionNote].self, forKey: .attention) ?? []
        ownerID = try values.decodeIfPresent(String.self, forKey: .ownerID)
        considered = Mirror.fields(try values.decodeIfPresent([String: String].self, forKey: .considered))
        personal = try values.decodeIfPresent([String: PersonalTag].self, forKey: .personal) ?? [:]
        memories = try values.decodeIfPresent([String: String].self, forKey: .memories) ?? [:]
        renewal = try values.decodeIfPresent(TagReapply.self, forKey: .renewal)
        wishes = try values.decodeIfPresent([String: String].self, forKey: .wishes) ?? [:]
        unclearWishes = Set(try values.decodeIfPresent([String].self, forKey: .unclearWishes) ?? [])
        appointments = try values.decodeIfPresent([String: HeldAppointment].self, forKey: .appointments) ?? [:]
        let refused = try values.decodeIfPresent([String: RefusedValue].self, forKey: .refused) ?? [:]
        for (name, value) in refused {
            if let field = SyncedField(rawValue: name) { self.refused[field] = value }
        }
        isProven = try values.decodeIfPresent(Bool.self, forKey: .isProven) ?? false
        remembered = try values.decodeIfPresent(RememberedState.self, forKey: .remembered)
        generation = try values.decodeIfPresent(Int.self, forKey: .generation) ?? 0
        fieldLosses = try values.decodeIfPresent(Int.self, forKey: .fieldLosses) ?? 0
        carried = try values.decodeIfPresent(CarriedParts.self, forKey: .carried)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(2, forKey: .version)
        try values.encodeIfPresent(contact, forKey: .contact)
        if needsRead { try values.encode(true, forKey: .needsRead) }
        try values.encodeIfPresent(sourceID, forKey: .sourceID)
        try values.encode(text(fields), forKey: .fields)
        if !unclearFields.isEmpty { try values.encode(unclearFields.map(\.rawValue).sorted(), forKey: .unclearFields) }
        try values.encode(text(tags), forKey: .tags)
        if !unclearTags.isEmpty { try values.encode(text(unclearTags), forKey: .unclearTags) }
        try values.encodeIfPresent(phoneSlot, forKey: .phoneSlot)
        try values.encodeIfPresent(creating, forKey: .creating)
        try values.encodeIfPresent(lost, forKey: .lost)
        if isLeftAlone { try values.encode(true, forKey: .isLeftAlone) }
        if !alsoFound.isEmpty { try values.encode(alsoFound, forKey: .alsoFound) }
        if !attention.isEmpty { try values.encode(attention, forKey: .attention) }
        try values.encodeIfPresent(ownerID, forKey: .ownerID)
        if !considered.isEmpty { try values.encode(text(considered), forKey: .considered) }
        if !personal.isEmpty { try values.encode(personal, forKey: .personal) }
        if !memories.isEmpty { try values.encode(memories, forKey: .memories) }
        try values.encodeIfPresent(renewal, forKey: .renewal)
        try values.encodeIfPresent(carried, forKey: .carried)
        if !wishes.isEmpty { try values.encode(wishes, forKey: .wishes) }
        if !unclearWishes.isEmpty { try values.encode(unclearWishes.sorted(), forKey: .unclearWishes) }
        if !appointments.isEmpty { try values.encode(appointments, forKey: .appointments) }
        if !refused.isEmpty {
            let named = refused.map { ($0.key.rawValue, $0.value) }
            try values.encode(Dictionary(uniqueKeysWithValues: named), forKey: .refused)
        }
        if isProven { try values.encode(true, forKey: .isProven) }
        try values.encodeIfPresent(remembered, forKey: .remembered)
        if generation != 0 { try values.encode(generation, forKey: .generation) }
        if fieldLosses != 0 { try values.encode(fieldLosses, forKey: .fieldLosses) }
    }

    private static func fields(_ text: [String: String]?) -> [SyncedField: String] {
        var fields: [SyncedField: String] = [:]
        for (name, value) in text ?? [:] {
            if let field = SyncedField(rawValue: name) { fields[field] = value }
        }
        return fields
    }

    private static func tags(_ text: [String: TagFamily]?) -> [TagID: TagFamily] {
        Dictionary(uniqueKeysWithValues: (text ?? [:]).map { (TagID($0), $1) })
    }

    private func text(_ tags: [TagID: TagFamily]) -> [String: TagFamily] {
        Dictionary(uniqueKeysWithValues: tags.map { ($0.text, $1) })
    }

    private func text(_ fields: [SyncedField: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.rawValue, $1) })
    }
}

extension Mirror {
    /// The contact that a lane's state is about, and the source ID that it was written for.
    package static func subject(of state: [UInt8]) -> (contact: ContactID, sourceID: String?)? {
        guard let mirror = try? Mirror(bytes: state), let contact = mirror.contact else { return nil }
        return (contact, mirror.sourceID)
    }

    /// The person that a lane's state is about, as operators know them; nil if it tells none.
    package static func person(of state: [UInt8]) -> String? {
        guard let mirror = try? Mirror(bytes: state) else { return nil }  // unreadable: as good as none
        let record = mirror.sourceID.map { "Zen Planner ID \($0)" } ?? mirror.contact.map { "contact \($0)" }
        guard record != nil || !mirror.fields.isEmpty else { return nil }
        return PersonName(mirror.fields.mapValues { .value($0) }).described(as: record)
    }
}
