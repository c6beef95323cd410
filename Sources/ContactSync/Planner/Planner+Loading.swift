import Connectors
package import Keap

/// Takes over what a contact has in Keap.
extension Planner {
    package mutating func read(_ contact: KeapContact, fields: [ContactField], _ directory: TagDirectory) {
        let contact = contact.filledIn(fields)
        if mirror.needsRead {
            load(contact, others: [], directory)
        } else {
            self.contact = contact
            noteMissingID(directory)
            noteOwner(directory)
            confirmWhatIsThere(directory)
        }
    }

    mutating func load(_ found: KeapContact, others: [ContactID], _ directory: TagDirectory) {
        let found = found.filledIn(meeting)
        let before = mirror
        mirror.startAnew()
        mirror.contact = found.id
        mirror.alsoFound = before.alsoFound
        mirror.alsoFound(others)
        if found.id == before.contact { mirror.appointments = before.appointments }
        contact = found
        hasRead = true
        (mirror.generation, mirror.fieldLosses) = (directory.generation, directory.fieldLosses)
        mirror.refused = found.id == before.contact ? before.refused : [:]
        mirror.tags = directory.own(of: found.tags ?? [])
        // The directory knows no personal tags, and the contact may be one that took over another's.
        for tag in found.tags ?? [] where mirror.tags[tag] == nil {
            mirror.tags[tag] = before.tags[tag] ?? before.unclearTags[tag] ?? mirror.personal[of: tag]?.family
        }
        strangeTags = Set(found.tags ?? []).subtracting(mirror.tags.keys)
        noteOwner(directory)
        mirror.phoneSlot = slotOfSamePhone(in: found)
        confirmWhatIsThere(directory)
    }

    /// The slot that has this phone already, so that it is not put into a second one.
    private func slotOfSamePhone(in contact: KeapContact) -> String? {
        guard case .value(let number)? = wanted.values[.mobilePhone] else { return nil }
        let slots = (contact.phones ?? []).filter { KeapFields.isSame(.mobilePhone, number, $0.number) }.map(\.field)
        return slots.contains(settings.slots.phone.rawValue) ? nil : slots.min()
    }

    /// Fields that Keap has right already need no call.
    private mutating func confirmWhatIsThere(_ directory: TagDirectory) {
        guard let contact else { return }
        let fields = keapFields(directory)
        for (field, value) in desiredFields(directory).values {
            guard let current = fields.current(field, in: contact) else { continue }
            if KeapFields.isSame(field, value, current) {
                mirror.confirm(field, value)
            } else if policy(for: field) == .fillEmpty, !fields.isEmpty(field, in: contact) {
                mirror.consider(field, value)
            }
        }
        for (field, digest) in mirror.remembered?.digests ?? [:] where wanted.values[field] == nil {
            if let current = fields.current(field, in: contact), Mirror.stored(current) == digest {
                mirror.fields[field] = digest
            }
        }
        if let id = wanted.sourceID, ContactMatch.isSameID(fields.custom(.sourceID, in: contact), id) {
            mirror.sourceID = id
        }
    }
}
