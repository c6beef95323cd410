import Connectors
import Keap

/// The fields' share of a plan: one read where a list must be sent whole, one update that carries everything.
extension Planner {
    /// Too long an id could not be searched for again; it is left out and noted.
    var sendableID: String? {
        guard let id = wanted.sourceID, !id.isEmpty, id.fits(SourceID.longest) else { return nil }
        return id
    }

    /// The policy for a field of this contact. The source of record wins wherever it knows the contact; a new
    /// contact has nothing yet that another source could harm.
    func policy(for field: SyncedField) -> FieldPolicy {
        if wanted.sourceID != nil || wanted.isOfRecord { return settings.policy(for: field) }
        if mirror.sourceID != nil || mirror.ownerID != nil { return .ignore }
        if mirror.contact == nil { return .overwrite }
        return wanted.policy ?? settings.policy(for: field)
    }

    var phoneSlot: String { mirror.phoneSlot ?? settings.slots.phone.rawValue }

    func keapFields(_ directory: TagDirectory) -> KeapFields {
        KeapFields(slots: settings.slots, phoneSlot: phoneSlot, customFields: directory.customFields)
    }

    /// The fields to write, by what the mirror knows or what was read of the contact.
    func desiredFields(_ directory: TagDirectory? = nil) -> DesiredFields {
        var known = mirror.fields
        if let directory {
            // What was just read is newer than what we remember.
            known.merge(keapFields(directory).address(in: contact)) { _, read in read }
        }
        var desired = DesiredFields(
            of: wanted.values, known: known, phoneSlot: phoneSlot, settings: settings, policy: policy)
        desired.leaveOut(mirror.refused)
        return desired
    }

    /// The fields that Keap does not have as they should be, with what it is to hold.
    func pendingFields(_ directory: TagDirectory) -> [SyncedField: String] {
        desiredFields(directory).values.filter { field, value in
            if mirror.isConfirmed(field, value) { return false }
            if let trial, !trial.current.contains(field) { return false }
            guard policy(for: field) == .fillEmpty else { return true }
            // What is there by our own hand need not be looked at for a source that only fills gaps.
            let isOurs = wanted.sourceID == nil && !(mirror.fields[field] ?? "").isEmpty
            return !isOurs && !mirror.isConsidered(field, value)
        }
    }

    var mustWriteID: Bool { sendableID.map { !ContactMatch.isSameID(mirror.sourceID, $0) } ?? false }

    mutating func fieldStep(_ id: ContactID, _ directory: TagDirectory) -> PlanStep? {
        let needs = needs(of: pendingWishes, directory)
        if !needs.isEmpty { return .resolve(needs) }
        settleWishes(directory)
        var pending = pendingFields(directory)
        let wishes = readyWishes(directory)
        while trial != nil, pending.isEmpty, !mustWriteID, wishes.isEmpty {
            trialGoesOn(isSent: false)
            pending = pendingFields(directory)
        }
        guard !pending.isEmpty || mustWriteID || !wishes.isEmpty else { return nil }
        let writesCustomField = mustWriteID || pending.keys.contains { KeapFields.property(of: $0) == .customFields }
        if writesCustomField, !directory.isConnected(for: settings) { return .connect }
        let unread = unread(pending, wishes)
        if !unread.isEmpty { return .read(id, fields: unread) }
        var body = keapFields(directory).body(
            writing: pending, sourceID: mustWriteID ? sendableID : nil, onto: contact, optInReason: nil)
        sentWishes = wishes.map(\.wish)
        (sentFields, sentID) = (pending, mustWriteID)
        for (wish, content) in wishes { content.write(wish, into: &body, onto: contact) }
        return .update(id, body)
    }

    /// A contact that is not known to have this person's id may have got another's since it was found. It is read before
    /// anything is written to it, in the read that its custom fields need anyway.
    mutating func takeoverStep(_ id: ContactID, _ directory: TagDirectory) -> PlanStep? {
        guard mustWriteID, contact == nil else { return nil }
        guard directory.isConnected(for: settings) else { return .connect }
        return .read(id, fields: unread(pendingFields(directory), readyWishes(directory)))
    }

    /// The properties that must be read before these can be written.
    private func unread(
        _ pending: [SyncedField: String], _ wishes: [(wish: FieldRequest, content: FieldRequestContent)]
    ) -> [ContactField] {
        var unread = Set(pending.keys.filter(mustBeRead).map(KeapFields.property))
        if mustWriteID { unread.insert(.customFields) }
        for (wish, _) in wishes where wish.target.isInList || wish.rule == .fillEmpty {
            unread.insert(wish.target.field)
        }
        if let contact { unread = unread.filter { !contact.has($0) } }
        return ContactField.allCases.filter { unread.contains($0) }
    }

    /// Lists hold foreign entries too; and only Keap can say whether a field is still empty.
    private func mustBeRead(_ field: SyncedField) -> Bool {
        KeapFields.isList(KeapFields.property(of: field)) || policy(for: field) == .fillEmpty
    }

    /// Notes for the gym's people about this delivery, also when nothing had to be sent.
    func attention(_ directory: TagDirectory) -> [AttentionNote] {
        // A resync says nothing new of the values that the latest message left out.
        var all = notes + (source.isResync ? attentionBefore.filter { !notes.contains($0) } : [])
        all += desiredFields(directory).notes
        // What the gym does not want from its source is not missed either.
        all += wanted.notes.filter { note in
            note.field.flatMap(SyncedField.init).map { policy(for: $0) != .ignore } ?? true
        }
        all += wishNotes(directory)
        if wanted.sourceID != nil, sendableID == nil {
            all.append(
                AttentionNote(
                    "The Zen Planner id is too long to be kept in Keap.", field: "personId", value: wanted.sourceID)
            )
        }
        if wanted.values[.lastName] == .empty || (wanted.values[.lastName] == nil && mirror.fields[.lastName] == nil) {
            all.append(AttentionNote("The last name is missing: that is how duplicates are born.", field: "lastName"))
        }
        if isNamesakeKnown || isNamesakeThere {
            all.append(
                AttentionNote(
                    "Another person with a Zen Planner ID of their own has this name and e-mail address; they are two "
                        + "contacts in Keap. If they are one person, merge them in Zen Planner and in Keap.",
                    field: SyncedField.email.rawValue, value: wanted.text(.email)))
        }
        if !mirror.alsoFound.isEmpty {
            let ids = mirror.alsoFound.map(\.text).joined(separator: ", ")
            all.append("Keap has more contacts that seem to be this person, to be merged by hand: \(ids).")
        }
        return Array(all.prefix(Mirror.mostNotes))
    }
}
