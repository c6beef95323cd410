/// The endpoints of v2 that put one tag on many contacts, or take it off.
extension Account {
    func wearersOfTag(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"), allowed: ["given_name", "family_name", "email", "applied_time"])
        var found = wearers(of: tag.id).sorted().compactMap { contacts[$0] }
        func appliedTime(_ contact: Contact) -> WorldTime { contact.tags[tag.id] ?? contact.created }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "given_name", "family_name", "email":
                try clause.onlyEquality()
                found = found.filter { contact in
                    let texts = clause.field == "email" ? contact.emails : [contact.scalars[clause.field] ?? ""]
                    if clause.value == "NONE" { return texts.allSatisfy(\.isEmpty) }
                    return texts.contains { clause.holds(for: $0, wildcard: false) }
                }
            case "since_applied_time":
                let instant = try clause.instant()
                found = found.filter { appliedTime($0) >= instant }
            case "until_applied_time":
                let instant = try clause.instant()
                found = found.filter { appliedTime($0) <= instant }
            default: throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
            }
        }
        if let ordering {
            found.sort { a, b in
                let (a, b) = ordering.isDescending ? (b, a) : (a, b)
                return switch ordering.field {
                case "given_name": (a.givenName, a.id) < (b.givenName, b.id)
                case "family_name": (a.familyName, a.id) < (b.familyName, b.id)
                case "email": (a.emails.first ?? "", a.id) < (b.emails.first ?? "", b.id)
                default: (appliedTime(a), a.id) < (appliedTime(b), b.id)
                }
            }
        }
        return paging.answer(found, as: "contacts", request: act.request, quirks: quirks) { contact in
            [
                "id": .string(String(contact.id)), "email": .optional(contact.emails.first),
                "given_name": .optional(contact.scalars["given_name"]),
                "family_name": .optional(contact.scalars["family_name"]),
                "applied_time": .string(appliedTime(contact).iso8601),
            ]
        }
    }

    /// The whole request succeeds; each contact's result stands inside.
    mutating func applyTag(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        var results: [JSON.Member] = []
        for text in try contactIDs(act) {
            results.append(
                JSON.Member(name: text, value: .string(outcome(ofApplying: tag.id, to: Int(text) ?? 0, act))))
        }
        return SimAnswer(status: 200, ["results": .object(results)])
    }

    /// Says nothing of contacts that are unknown or never wore the tag.
    mutating func removeTag(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        for text in try contactIDs(act) { remove(tag.id, from: Int(text) ?? 0, by: act) }
        return SimAnswer(status: 204)
    }

    mutating func outcome(ofApplying tag: Int, to contact: Int, _ act: Act) -> String {
        guard contacts[contact] != nil else { return "CONTACT_NOT_FOUND" }
        guard tags[tag] != nil else { return "TAG_ID_NOT_FOUND" }
        return apply(tag, to: contact, by: act) ? "SUCCESS" : "DUPLICATE"
    }

    private func contactIDs(_ act: Act) throws(Refusal) -> [String] {
        let json = try act.json(allowing: ["contact_ids"], quirks: quirks)
        guard let items = json["contact_ids"]?.items, !items.isEmpty else {
            throw .bad("contact_ids is required", about: "contact_ids")
        }
        try checkSize(items.count)
        var seen: Set<String> = []
        var texts: [String] = []
        for item in items {
            guard let text = item.text else { throw .bad("contact_ids must be a list of text", about: "contact_ids") }
            if seen.insert(text).inserted { texts.append(text) }
        }
        return texts
    }

    func checkSize(_ count: Int) throws(Refusal) {
        if let most = quirks.mostItemsPerTagCall, count > most {
            throw .bad("At most \(most) items may be given at once")
        }
    }
}
