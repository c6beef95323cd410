import Keap

/// The fields' share of a plan: one read where a list must be sent whole, one update that carries everything.
extension Planner {
    /// Too long an id could not be searched for again; it is left out and noted.
    var isIDSendable: Bool { person.zenPlannerID.fits(longestZenPlannerID) }

    var phoneSlot: String { mirror.phoneSlot ?? settings.slots.phone.rawValue }

    func keapFields(_ directory: TagDirectory) -> KeapFields {
        KeapFields(slots: settings.slots, phoneSlot: phoneSlot, customFields: directory.customFields)
    }

    /// As far as the mirror knows, or with what was read of the contact.
    func desiredFields(_ directory: TagDirectory? = nil) -> DesiredFields {
        var known = mirror.fields
        if let directory {
            // What was just read is newer than what we remember.
            known.merge(keapFields(directory).address(in: contact)) { _, read in read }
        }
        return DesiredFields(of: person, known: known, phoneSlot: phoneSlot, settings: settings)
    }

    /// The fields that Keap does not have as they should be, with what it is to hold.
    func pendingFields(_ directory: TagDirectory) -> [SyncedField: String] {
        desiredFields(directory).values.filter { !mirror.isConfirmed($0.key, $0.value) }
    }

    private var mustWriteID: Bool { isIDSendable && !ContactMatch.isSameID(mirror.zenPlannerID, person.zenPlannerID) }

    func fieldStep(_ id: ContactID, _ directory: TagDirectory) -> PlanStep? {
        let pending = pendingFields(directory)
        guard !pending.isEmpty || mustWriteID else { return nil }
        let writesCustomField = mustWriteID || pending.keys.contains { KeapFields.property(of: $0) == .customFields }
        if writesCustomField, !directory.isConnected(for: settings) { return .connect }
        var unread = Set(pending.keys.filter(mustBeRead).map(KeapFields.property))
        if mustWriteID { unread.insert(.customFields) }
        if let contact { unread = unread.filter { !contact.has($0) } }
        if !unread.isEmpty {
            return .read(id, fields: ContactField.allCases.filter { unread.contains($0) })
        }
        let body = keapFields(directory).body(
            writing: pending, zenPlannerID: mustWriteID ? person.zenPlannerID : nil, onto: contact, optInReason: nil)
        return .update(id, body)
    }

    /// Lists hold foreign entries too; and only Keap can say whether a field is still empty.
    private func mustBeRead(_ field: SyncedField) -> Bool {
        KeapFields.isList(KeapFields.property(of: field)) || settings.policy(for: field) == .fillEmpty
    }

    /// What a person should know about this delivery, also when nothing had to be sent.
    func attention(_ directory: TagDirectory) -> [String] {
        var all = notes
        all += desiredFields(directory).notes
        if !isIDSendable { all.append("The Zen Planner id is too long to be kept in Keap.") }
        if person.values[.lastName] == .empty || (person.values[.lastName] == nil && mirror.fields[.lastName] == nil) {
            all.append("The last name is missing: that is how duplicates are born.")
        }
        if !mirror.alsoFound.isEmpty {
            let ids = mirror.alsoFound.map(\.text).joined(separator: ", ")
            all.append("Keap has more contacts that seem to be this person, to be merged by hand: \(ids).")
        }
        return Array(all.prefix(Mirror.mostNotes)).map { $0.limited(to: 300) }
    }
}
