package import Connectors
import Foundation
package import Keap

/// The values and tags that Keap confirmed for one person. The durable state of a lane.
///
/// Kept as JSON. Keys that a newer version adds are ignored by this one; keys that are missing take their defaults.
package struct Mirror: Equatable, Sendable {
    /// The contact in Keap; nil until found or created, and again once Keap says that it is gone.
    package internal(set) var contact: ContactID?
    /// Whether only the contact's id is known, so that it has to be read before anything is sent.
    var needsRead = false
    /// The source ID, once confirmed in the contact's custom field.
    package internal(set) var sourceID: String?
    /// The last confirmed value of each field, as sent (see `stored`). For a field that is only filled while empty: the
    /// last value that was considered.
    package internal(set) var fields: [SyncedField: String] = [:]
    /// Fields that were sent without a clear answer: Keap may hold the old value or the new one.
    package internal(set) var unclearFields: Set<SyncedField> = []
    /// Our tags that the contact has.
    package internal(set) var tags: [TagID: TagFamily] = [:]
    /// Our tags that the contact may or may not have, since Keap's answer was lost.
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
    /// A source ID that the contact was seen to have when it was met or read.
    package internal(set) var ownerID: String?
    /// Keap showed this lane's id on the contact, though another lane came to it first.
    var isProven = false
    /// Values that a source wanted to fill in where Keap had another one already.
    package internal(set) var considered: [SyncedField: String] = [:]
    /// Values that Keap refused, each until the source has another one.
    var refused: [SyncedField: RefusedValue] = [:]
    /// Tags that were made for this contact alone, by their folded names.
    package internal(set) var personal: [String: PersonalTag] = [:]
    /// Each source's own memory of the contact.
    package internal(set) var memories: [String: String] = [:]
    var renewal: TagReapply?
    /// The last value of each wish that was written, or that Keap had something else for, by the target's key.
    var wishes: [String: String] = [:]
    /// Wishes that were sent without a clear answer.
    var unclearWishes: Set<String> = []
    /// Appointments of this contact that may have to change, by the key that their source gave.
    var appointments: [String: HeldAppointment] = [:]
    /// Values and tags to be put back once the contact has been read anew or made again.
    var remembered: RememberedState?
    /// The directory's generation in which the contact was last read or made; see `TagDirectory.generation`.
    package internal(set) var generation = 0
    /// See `TagDirectory.fieldLosses`.
    var fieldLosses = 0
    /// Which parts the delivered snapshots carried; nil: not known.
    var carried: CarriedParts?
    /// Notes for the gym's people about the latest delivery.
    package internal(set) var attention: [AttentionNote] = []

    package init() {}

    static let mostNotes = 16
    static let mostAlsoFound = 16

    /// A value as the mirror remembers it. Long ones are kept as length and hash: a lane's state is bounded.
    static func stored(_ value: String) -> String {
        value.utf8.count > String.longestUndigested ? value.digest : value
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
