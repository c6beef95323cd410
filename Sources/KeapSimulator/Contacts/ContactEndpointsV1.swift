/// v1's contacts. Lists are written slot by slot here: what a body does not name stays.
extension Account {
    func listContactsV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try PagingV1(act.request)
        let order = act.request.parameter("order") ?? "id"
        guard ["id", "date_created", "last_updated", "name", "firstName", "email"].contains(order) else {
            throw .bad("order is invalid")
        }
        let direction = act.request.parameter("order_direction") ?? "ASCENDING"
        guard ["ASCENDING", "DESCENDING"].contains(direction) else { throw .bad("order_direction is invalid") }
        let (since, until) = (try instant("since", act), try instant("until", act))
        let optional = try optionalProperties(act)

        var ids = contactOrder
        if let email = act.request.parameter("email") { ids = contacts(withEmail: email).sorted() }
        let newest = act.now.advanced(byMilliseconds: -quirks.searchLagInMilliseconds)
        let matching = ids.compactMap { contacts[$0] }.filter { contact in
            guard contact.created <= newest else { return false }
            for (name, text) in [("given_name", contact.givenName), ("family_name", contact.familyName)] {
                if let wanted = act.request.parameter(name), folded(wanted) != folded(text) { return false }
            }
            return since.map { contact.updated >= $0 } ?? true && until.map { contact.updated <= $0 } ?? true
        }
        func isBefore(_ a: Contact, _ b: Contact) -> Bool {
            switch order {
            case "date_created": (a.created, a.id) < (b.created, b.id)
            case "last_updated": (a.updated, a.id) < (b.updated, b.id)
            case "name": (a.familyName, a.givenName, a.id) < (b.familyName, b.givenName, b.id)
            case "firstName": (a.givenName, a.id) < (b.givenName, b.id)
            case "email": (a.emails.first ?? "", a.id) < (b.emails.first ?? "", b.id)
            default: a.id < b.id
            }
        }
        let sorted = matching.sorted { direction == "ASCENDING" ? isBefore($0, $1) : isBefore($1, $0) }
        return paging.answer(sorted, as: "contacts", request: act.request, quirks: quirks) {
            $0.jsonInV1(optional: optional)
        }
    }

    func getContactV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let optional = try optionalProperties(act)
        return SimAnswer(status: 200, try contact(act.ids.contact ?? 0).jsonInV1(optional: optional))
    }

    mutating func createContactV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let draft = try draft(act, .v1)
        guard draft.duplicates == nil else { throw .bad("Unrecognized property: duplicate_option") }
        return SimAnswer(status: 201, try newContact(draft, act, .v1).jsonInV1(optional: []))
    }

    mutating func upsertContactV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let draft = try draft(act, .v1)
        guard let option = draft.duplicates else { throw .bad("duplicate_option is required") }
        guard let existing = twin(of: draft, option) else {
            return SimAnswer(status: 201, try newContact(draft, act, .v1).jsonInV1(optional: []))
        }
        var contact = existing
        _ = try contact.write(draft, mask: nil, lists: .mergesBySlot, quirks: quirks)
        return SimAnswer(status: 200, try settled(contact, since: existing, act).jsonInV1(optional: []))
    }

    mutating func updateContactV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let existing = try contact(act.ids.contact ?? 0)
        let names = ContactSchema.scalars.compactMap(\.nameInV1) + ContactSchema.lists.map(\.name)
        let mask = try act.mask(
            allowing: Set(names).union(["company", "custom_fields", "notes", "opt_in_reason", "origin"]))
        let maskInV2 = mask.map { mask in
            Set(mask.map { name in ContactSchema.scalars.first { $0.nameInV1 == name }?.name ?? name })
        }
        var contact = existing
        _ = try contact.write(try draft(act, .v1), mask: maskInV2, lists: .mergesBySlot, quirks: quirks)
        return SimAnswer(status: 200, try settled(contact, since: existing, act).jsonInV1(optional: []))
    }

    private func optionalProperties(_ act: Act) throws(Refusal) -> Set<String> {
        Set(act.list("optional_properties") ?? [])
    }

    private func instant(_ name: String, _ act: Act) throws(Refusal) -> WorldTime? {
        guard let text = act.request.parameter(name) else { return nil }
        guard let instant = WorldTime(strict: text) else { throw .bad("\(name) is invalid") }
        return instant
    }
}
