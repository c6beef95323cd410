import Keap

/// Which of the contacts that Keap found is the person, if any.
struct ContactMatch: Equatable {
    var contact: KeapContact?
    /// Others that are the person just as well.
    var others: [ContactID] = []
    /// Someone else of this e-mail and name is there, with a source ID of their own. Keap would take them for the
    /// same if asked to avoid duplicates.
    var isNamesakeThere = false
    /// Contacts of this address whose names differ in accents, apostrophes or blanks only. A person must say whether
    /// they are the same one.
    var nearMisses: [ContactID] = []
    /// The name alone was to decide, and contacts with different source IDs have it.
    var isAmbiguous = false

    /// Contacts that have the person's source ID.
    static func byID(_ id: String, among contacts: [KeapContact], field: CustomFieldID?) -> ContactMatch {
        oldest(of: contacts.filter { isSameID(sourceID(of: $0, field: field), id) })
    }

    /// Contacts of the same e-mail address, first and last name. Never the address alone: families share one.
    static func byName(of wanted: DesiredContact, among contacts: [KeapContact], field: CustomFieldID?) -> ContactMatch
    {
        let email = wanted.text(.email).folded
        let name = [wanted.text(.firstName), wanted.text(.lastName)].map(\.folded)
        guard !email.isEmpty, !name.allSatisfy(\.isEmpty) else { return ContactMatch() }
        let there = contacts.filter { contact in (contact.emails ?? []).contains { $0.email.folded == email } }
        var same = there.filter { contact in
            let its = [contact.givenName ?? "", contact.familyName ?? ""].map(\.folded)
            return wanted.nameMatch == .parts
                ? its == name : its.joined(separator: " ").folded == name.joined(separator: " ").folded
        }
        if same.isEmpty, wanted.nameMatch == .anyName { same = there }
        let whole = LooseName(name.joined(separator: " "))
        let near = there.filter { contact in
            guard !same.contains(contact) else { return false }
            let its = "\(contact.givenName ?? "") \(contact.familyName ?? "")"
            return LooseName(its).agrees(with: whole) && isFree(contact, for: wanted, field: field)
        }
        let free = same.filter { isFree($0, for: wanted, field: field) }
        var match = oldest(of: free)
        match.isNamesakeThere = free.count < same.count
        match.nearMisses = near.map(\.id).sorted()
        if wanted.isOfRecord, wanted.sourceID == nil {
            let ids = Set(same.map { SourceID.key(sourceID(of: $0, field: field)) }).subtracting([""])
            match.isAmbiguous = ids.count > 1
        }
        return match
    }

    /// Whether no other source ID has the contact.
    private static func isFree(_ contact: KeapContact, for wanted: DesiredContact, field: CustomFieldID?) -> Bool {
        guard let id = wanted.sourceID else { return true }
        let other = sourceID(of: contact, field: field)
        return other.isEmpty || isSameID(other, id)
    }

    private static func oldest(of contacts: [KeapContact]) -> ContactMatch {
        let sorted = contacts.sorted { $0.id < $1.id }
        return ContactMatch(contact: sorted.first, others: sorted.dropFirst().map(\.id))
    }

    static func isSameID(_ a: String?, _ b: String) -> Bool { a.map { SourceID.isSame($0, b) } ?? false }

    static func sourceID(of contact: KeapContact, field: CustomFieldID?) -> String {
        guard let field else { return "" }
        return (contact.customFields ?? []).first { $0.id == field }?.content.text ?? ""
    }
}

extension JSONValue {
    /// A custom field's content as text; what has no text is empty.
    var text: String {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: ""
        }
    }
}
