import WireFormats

/// A checked search over contacts.
struct ContactFilter {
    private var tests: [@Sendable (Contact) -> Bool] = []
    /// Ids that an index gave; nil if every contact has to be tested.
    private(set) var candidates: Set<Int>?

    init(_ filter: Filter, in account: Account) throws(Refusal) {
        for clause in filter.clauses { try add(clause, of: filter, account) }
    }

    /// Ids of those who match and can be found by now, ascending.
    func matches(in account: Account, at now: WorldTime) -> [Int] {
        let newest = now.advanced(byMilliseconds: -account.quirks.searchLagInMilliseconds)
        let ids = candidates?.sorted() ?? account.contactOrder
        return ids.filter { id in
            guard let contact = account.contacts[id], contact.created <= newest else { return false }
            return tests.allSatisfy { $0(contact) }
        }
    }

    private mutating func add(_ clause: Filter.Clause, of filter: Filter, _ account: Account) throws(Refusal) {
        switch clause.field {
        case "email":
            try clause.onlyEquality()
            if clause.prefix == nil { narrow(to: account.contacts(withEmail: clause.value)) }
            tests.append { $0.emails.contains { clause.holds(for: $0, wildcard: true) } }
        case "given_name", "family_name", "middle_name", "website":
            try clause.onlyEquality()
            tests.append { clause.holds(for: $0.scalars[clause.field] ?? "", wildcard: true) }
        case "ids", "contact_ids": narrow(to: try clause.ids())
        case "contact_id":
            guard let id = Int(clause.value) else { throw .bad("contact_id is invalid", about: "filter") }
            if clause.comparison == .equal { narrow(to: [id]) }
            tests.append { clause.comparison.holds($0.id, id) }
        case "company_id":
            try clause.onlyEquality()
            tests.append { String($0.company ?? 0) == clause.value }
        case "lead_source_name":
            try clause.onlyEquality()
            let sources = (account.records[.leadSource] ?? [:]).values.filter {
                clause.holds(for: $0.name, wildcard: true)
            }
            let ids = Set(sources.map { String($0.id) })
            tests.append { $0.scalars["leadsource_id"].map(ids.contains) == true }
        case "start_update_time":
            let instant = try clause.instant()
            tests.append { $0.updated >= instant }
        case "end_update_time":
            let instant = try clause.instant()
            tests.append { $0.updated <= instant }
        case "phone_number":
            try clause.onlyEquality()
            let fields = filter.clauses.first { $0.field == "phone_fields" }?.value
            guard let slots = fields?.split(separator: ",").map(String.init), !slots.isEmpty else {
                throw .bad("phone_fields is required with phone_number", about: "filter")
            }
            tests.append { contact in
                slots.contains { contact.attribute("number", of: $0, in: "phone_numbers") == clause.value }
            }
        case "phone_fields": try clause.onlyEquality()
        case "city", "state":
            try clause.onlyEquality()
            let attribute = clause.field == "city" ? "locality" : "region"
            tests.append {
                clause.holds(for: $0.attribute(attribute, of: "BILLING", in: "addresses") ?? "", wildcard: true)
            }
        default:
            if let (slot, attribute) = ContactFilter.addressFields[clause.field] {
                try clause.onlyEquality()
                tests.append {
                    clause.holds(for: $0.attribute(attribute, of: slot, in: "addresses") ?? "", wildcard: false)
                }
            } else {
                try add(custom: clause, account)
            }
        }
    }

    private mutating func add(custom clause: Filter.Clause, _ account: Account) throws(Refusal) {
        let name = clause.field.lowercased()
        guard let field = account.fields.values.first(where: { $0.name.lowercased() == name }) else {
            throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
        }
        let id = field.id
        if CustomFieldType.numeric.contains(field.type) {
            guard let number = Double(clause.value) else {
                throw .bad("\(clause.field) is not a number", about: "filter")
            }
            tests.append { contact in
                contact.customFields[id].flatMap { $0.double ?? $0.text.flatMap(Double.init) }
                    .map { clause.comparison.holds($0, number) } ?? false
            }
        } else if CustomFieldType.dates.contains(field.type) {
            guard let instant = WorldTime(strict: clause.value) else {
                throw .bad(
                    "\(clause.field) must be a full ISO 8601 date-time with milliseconds and zone", about: "filter")
            }
            tests.append { contact in
                guard let text = contact.customFields[id]?.text, let day = CivilDay(String(text.prefix(10))) else {
                    return false
                }
                let moment = WorldTime(strict: text) ?? WorldTime(milliseconds: day.daysSince1970 * 86_400_000)
                return clause.comparison.holds(moment, instant)
            }
        } else if CustomFieldType.multiple.contains(field.type) {
            try clause.onlyEquality()
            tests.append { contact in
                guard let content = contact.customFields[id] else { return false }
                return (content.items ?? [content]).contains { clause.holds(for: Contact.plain($0), wildcard: false) }
            }
        } else {
            try clause.onlyEquality()
            let wildcard = !CustomFieldType.plain.contains(field.type)
            if !wildcard || clause.prefix == nil {
                narrow(to: account.contacts(withContent: clause.value, inField: id))
            }
            tests.append { contact in
                contact.customFields[id].map { clause.holds(for: Contact.plain($0), wildcard: wildcard) } ?? false
            }
        }
    }

    private mutating func narrow(to ids: Set<Int>) {
        candidates = candidates?.intersection(ids) ?? ids
    }

    private static let addressFields: [String: (slot: String, attribute: String)] = Dictionary(
        uniqueKeysWithValues: ["BILLING", "SHIPPING", "OTHER"].flatMap { slot in
            ["line1", "locality", "region", "postal_code", "country_code"].map { attribute in
                ("\(slot.lowercased())_address_\(attribute)", (slot, attribute))
            }
        })
}
