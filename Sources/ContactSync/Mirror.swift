import Foundation
package import Keap

/// What we last wrote to Keap for one person, as Keap confirmed it. The durable state of a lane.
///
/// Kept as JSON. Keys that a newer version adds are ignored by this one; keys that are missing take their defaults.
package struct Mirror: Equatable, Sendable {
    /// The contact in Keap; nil until found or created, and again once Keap says that it is gone.
    package internal(set) var contact: ContactID?
    /// Of the contact only the id is known: it has to be read before anything is sent.
    var mustMeet = false
    /// The Zen Planner id, once confirmed in the contact's custom field.
    package internal(set) var zenPlannerID: String?
    /// The last confirmed value of each field, as sent (see `stored`). For a field that is only filled while empty: the
    /// last value that was considered.
    package internal(set) var fields: [SyncedField: String] = [:]
    /// Fields that were sent without a clear answer: Keap may hold the old value or the new one.
    package internal(set) var unclearFields: Set<SyncedField> = []
    /// Our tags that the contact wears.
    package internal(set) var tags: [TagID: TagFamily] = [:]
    /// Our tags that the contact may or may not wear, since Keap's answer was lost.
    package internal(set) var unclearTags: [TagID: TagFamily] = [:]
    /// Where we first put the phone.
    package internal(set) var phoneSlot: String?
    /// Set before a contact is created and cleared by the answer. While it is set, the contact may be there already.
    package internal(set) var creating: CreateIntent?
    /// The contact that Keap lost, until another is found or made.
    package internal(set) var lost: ContactID?
    /// The contact was deleted in Keap, and the gym wants that respected.
    package internal(set) var isLeftAlone = false
    /// Other contacts that seem to be the same person, to be merged by hand.
    package internal(set) var alsoFound: [ContactID] = []
    /// A Zen Planner id that the contact was seen to bear when it was met or read.
    package internal(set) var possessor: String?
    /// Keap showed this lane's id on the contact, though another lane came to it first.
    var isProven = false
    /// Values that a source wanted to fill in where Keap had another one already.
    package internal(set) var considered: [SyncedField: String] = [:]
    /// Values that Keap refused, each until the source has another one.
    var refused: [SyncedField: RefusedValue] = [:]
    /// Tags that were made for this contact alone, by their folded names.
    package internal(set) var personal: [String: PersonalTag] = [:]
    /// What each source keeps for itself.
    package internal(set) var memories: [String: String] = [:]
    var renewal: TagReapply?
    /// The last value of each wish that was written, or that Keap had something else for, by the target's key.
    var wishes: [String: String] = [:]
    /// Wishes that were sent without a clear answer.
    var unclearWishes: Set<String> = []
    /// Appointments of this contact that may have to change, by the key that their source gave.
    var appointments: [String: HeldAppointment] = [:]
    /// What is to be put back once the contact has been read anew or made again.
    var remembered: RememberedState?
    /// The directory's generation in which the contact was last read or made; see `TagDirectory.generation`.
    package internal(set) var generation = 0
    /// See `TagDirectory.fieldLosses`.
    var fieldLosses = 0
    /// Which parts the delivered snapshots carried; nil: not known.
    var carried: CarriedParts?
    /// What a person should know about the latest delivery.
    package internal(set) var attention: [AttentionNote] = []

    package init() {}

    static let mostNotes = 16
    static let mostAlsoFound = 16

    /// A value as the mirror remembers it. Long ones are kept as length and hash: a lane's state is bounded.
    static func stored(_ value: String) -> String {
        value.utf8.count > 256 ? digest(value) : value
    }

    static func isDigest(_ stored: String) -> Bool {
        guard stored.first == "#", let colon = stored.firstIndex(of: ":") else { return false }
        let count = Int(stored[stored.index(after: stored.startIndex)..<colon])
        return (count ?? 0) > 256 && UInt64(stored[stored.index(after: colon)...], radix: 16) != nil
    }

    static func digest(_ value: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "#\(value.utf8.count):\(String(hash, radix: 16))"
    }

    mutating func confirm(_ field: SyncedField, _ value: String) {
        fields[field] = Mirror.stored(value)
        unclearFields.remove(field)
    }

    func isConfirmed(_ field: SyncedField, _ value: String) -> Bool {
        fields[field] == Mirror.stored(value) && !unclearFields.contains(field)
    }

    mutating func consider(_ field: SyncedField, _ value: String) { considered[field] = Mirror.stored(value) }

    func isConsidered(_ field: SyncedField, _ value: String) -> Bool { considered[field] == Mirror.stored(value) }

    /// Forgets the contact, not what is known apart from it.
    mutating func startAnew() {
        var new = Mirror()
        (new.personal, new.memories, new.renewal) = (personal, memories, renewal)
        new.carried = carried
        new.appointments = appointments.unsettled
        (new.remembered, new.generation, new.fieldLosses) = (remembered, generation, fieldLosses)
        self = new
    }

    mutating func forgetContact() {
        let gone = contact
        remember(isGone: true)
        startAnew()
        lost = gone
    }

    /// Notes what the contact holds, to be put back. What an earlier try noted stays: less is known by now.
    mutating func remember(isGone: Bool) {
        if remembered == nil { remembered = RememberedState(self, isGone: isGone) }
        remembered?.isGone = isGone
    }

    static let mostAppointments = 50

    /// The ones that are longest over go first: they will not be moved any more.
    mutating func boundAppointments(keeping key: String? = nil) {
        let others = appointments.filter { $0.key != key }
        let oldestFirst = others.sorted { ($0.value.start, $0.key) < ($1.value.start, $1.key) }
        let surplus = max(0, appointments.count - Mirror.mostAppointments)
        for (key, _) in oldestFirst.prefix(surplus) { appointments[key] = nil }
    }

    mutating func alsoFound(_ ids: [ContactID]) {
        let known = Set(alsoFound + ids).subtracting(contact.map { [$0] } ?? [])
        alsoFound = Array(known.sorted().prefix(Mirror.mostAlsoFound))
    }
}

/// What was about to be created, and by which job.
package struct CreateIntent: Equatable, Sendable, Codable {
    package var job: UInt64
    package var email: String
    package var firstName: String
    package var lastName: String

    package init(job: UInt64, email: String, firstName: String, lastName: String) {
        self.job = job
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
    }
}

/// A tag that is meant for one contact.
package struct PersonalTag: Equatable, Sendable, Codable {
    /// Nil: Keap was, or was about to be, asked for it, and no answer was noted.
    var tag: TagID?
    var family: TagFamily
}

extension [String: PersonalTag] {
    subscript(of tag: TagID) -> PersonalTag? { values.first { $0.tag == tag } }
}

/// Tags that a job has taken off in order to apply them again.
struct TagReapply: Equatable, Sendable, Codable {
    var job: UInt64
    var tags: [TagID]
}

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
        case version, contact, zenPlannerID, fields, unclearFields, tags, unclearTags, phoneSlot, creating, lost
        case isLeftAlone, alsoFound, attention
        // Since version 2
        case mustMeet, possessor, considered, personal, memories, renewal, wishes, unclearWishes, appointments
        case refused
        case isProven
        case remembered, generation, fieldLosses
        case carried
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        contact = try values.decodeIfPresent(ContactID.self, forKey: .contact)
        mustMeet = try values.decodeIfPresent(Bool.self, forKey: .mustMeet) ?? false
        zenPlannerID = try values.decodeIfPresent(String.self, forKey: .zenPlannerID)
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
        possessor = try values.decodeIfPresent(String.self, forKey: .possessor)
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
        if mustMeet { try values.encode(true, forKey: .mustMeet) }
        try values.encodeIfPresent(zenPlannerID, forKey: .zenPlannerID)
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
        try values.encodeIfPresent(possessor, forKey: .possessor)
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
