/// The endpoints of v2's contacts.
extension Account {
    func listContacts(_ act: Act) throws(Refusal) -> SimAnswer {
        let fields = try fields(act)
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"), allowed: ["id", "create_time", "email", "update_time"])
        let filter = try ContactFilter(Filter(act.request.parameter("filter")), in: self)
        let ids = sorted(filter.matches(in: self, at: act.now), by: ordering)
        return paging.answer(ids, as: "contacts", request: act.request, quirks: quirks) { id in
            contacts[id]?.json(fields: fields) ?? .null
        }
    }

    func getContact(_ act: Act) throws(Refusal) -> SimAnswer {
        let fields = try fields(act)
        return SimAnswer(status: 200, try contact(act.ids.contact ?? 0).json(fields: fields))
    }

    mutating func createContact(_ act: Act) throws(Refusal) -> SimAnswer {
        let fields = try fields(act)
        var option: DuplicateOption?
        if let text = act.request.parameter("duplicate_option") {
            guard let known = DuplicateOption(rawValue: text) else {
                throw .bad("duplicate_option is invalid", about: "duplicate_option")
            }
            option = known
        }
        let draft = try draft(act, .v2)
        if let existing = option.flatMap({ twin(of: draft, $0) }) {
            var contact = existing
            if quirks.upsertedLists == .wiped {
                contact.lists = [:]
                contact.customFields = [:]
            }
            _ = try contact.write(
                draft, mask: nil, lists: quirks.upsertedLists == .merged ? .mergesBySlot : .replaces, quirks: quirks)
            let written = try settled(contact, since: existing, act)
            return SimAnswer(status: 200, written.json(fields: fields))
        }
        let contact = try newContact(draft, act, .v2)
        return SimAnswer(status: 201, contact.json(fields: fields))
    }

    mutating func updateContact(_ act: Act) throws(Refusal) -> SimAnswer {
        let fields = try fields(act)
        let existing = try contact(act.ids.contact ?? 0)
        let mask = try act.mask(allowing: ContactSchema.readable)
        if mask?.contains("tag_ids") == true {
            throw .bad("Tags can't be added or removed through this object", about: "update_mask")
        }
        var contact = existing
        let writes = try contact.write(try draft(act, .v2), mask: mask, lists: .replaces, quirks: quirks)
        change(contact, writes: writes, by: act)
        return SimAnswer(status: 200, try self.contact(contact.id).json(fields: fields))
    }

    mutating func deleteContact(_ act: Act) throws(Refusal) -> SimAnswer {
        let contact = try contact(act.ids.contact ?? 0)
        erase(contact.id, .deleted, by: act)
        return SimAnswer(status: 204)
    }

    /// Merges two contacts: the duplicate is deleted, and the other gets the values that it lacks.
    mutating func mergeContacts(_ act: Act) throws(Refusal) -> SimAnswer {
        let fields = try fields(act)
        let json = try act.json(allowing: ["contact_id", "duplicate_contact_id"], quirks: quirks)
        guard let id = json["contact_id"]?.id, let other = json["duplicate_contact_id"]?.id else {
            throw .bad("contact_id and duplicate_contact_id are required")
        }
        guard id != other else { throw .bad("A contact cannot be merged with itself") }
        let old = try contact(id)
        let duplicate = try contact(other)
        var survivor = old
        survivor.scalars.merge(duplicate.scalars) { mine, _ in mine }
        survivor.customFields.merge(duplicate.customFields) { mine, _ in mine }
        for (name, entries) in duplicate.lists {
            let mine = survivor.lists[name] ?? []
            survivor.lists[name] = mine + entries.filter { entry in !mine.contains { $0.slot == entry.slot } }
        }
        survivor.company = survivor.company ?? duplicate.company
        erase(other, .mergedInto(id), by: act)
        change(survivor, writes: survivor.changes(since: old), by: act)
        for tag in duplicate.tags.keys.sorted() { _ = apply(tag, to: id, by: act) }
        return SimAnswer(status: 200, try contact(id).json(fields: fields))
    }
}

/// Rules that both versions share.
extension Account {
    func draft(_ act: Act, _ version: APIVersion) throws(Refusal) -> ContactDraft {
        try ContactDraftReader(
            version: version, quirks: quirks, fields: fields, users: Set(users.keys),
            leadSources: Set((records[.leadSource] ?? [:]).keys)
        ).draft(from: try act.json())
    }

    mutating func newContact(_ draft: ContactDraft, _ act: Act, _ version: APIVersion) throws(Refusal) -> Contact {
        var contact = Contact(id: 0, at: act.now)
        _ = try contact.write(draft, mask: nil, lists: .replaces, quirks: quirks)
        guard contact.isReachable(in: version) else {
            throw .bad(
                version == .v1
                    ? "Contact must contain at least one item in email_addresses or phone_numbers"
                    : "Contact must contain at least one item in email_addresses, phone_numbers, or addresses")
        }
        // The id is taken last, so that a refused body wastes none.
        contact = contact.numbered(newContactID())
        insert(contact, by: act)
        return contact
    }

    /// The oldest contact that Keap takes for the one in the draft.
    func twin(of draft: ContactDraft, _ option: DuplicateOption) -> Contact? {
        let emails = (draft.lists["email_addresses"] ?? []).compactMap { $0.attributes["email"] }
        func text(_ name: String) -> String {
            guard case .text(let text) = draft.scalars[name] else { return "" }
            return text
        }
        let candidates = emails.reduce(into: Set<Int>()) { $0.formUnion(contacts(withEmail: $1)) }
        return candidates.sorted().compactMap { contacts[$0] }.first { contact in
            let isSameName =
                folded(contact.givenName) == folded(text("given_name"))
                && folded(contact.familyName) == folded(text("family_name"))
            switch option {
            case .email: return true
            case .emailAndName: return isSameName
            // The company *record* counts; a body without one never matches.
            case .emailAndNameAndCompany:
                guard let company = draft.company ?? nil else { return false }
                return isSameName && contact.company == company
            }
        }
    }

    mutating func settled(_ contact: Contact, since old: Contact, _ act: Act) throws(Refusal) -> Contact {
        change(contact, writes: contact.changes(since: old), by: act)
        return try self.contact(contact.id)
    }

    private func fields(_ act: Act) throws(Refusal) -> [String] {
        guard let names = act.list("fields") else { return ContactSchema.readByDefault }
        for name in names where !ContactSchema.readable.contains(name) {
            throw .bad("fields names an unknown property: \(name)", about: "fields")
        }
        return names
    }

    private func sorted(_ ids: [Int], by ordering: Ordering?) -> [Int] {
        guard let ordering else { return ids }
        func isBefore(_ a: Int, _ b: Int) -> Bool {
            guard let a = contacts[a], let b = contacts[b] else { return a < b }
            switch ordering.field {
            case "email": return (a.emails.first ?? "", a.id) < (b.emails.first ?? "", b.id)
            case "create_time": return (a.created, a.id) < (b.created, b.id)
            case "update_time": return (a.updated, a.id) < (b.updated, b.id)
            default: return a.id < b.id
            }
        }
        return ids.sorted { ordering.isDescending ? isBefore($1, $0) : isBefore($0, $1) }
    }
}
