/// Two contacts that should be one.
package struct Duplicate: Hashable, Sendable {
    package var contacts: [Int]
    package var reason: String
    package var request: Int
    package var at: WorldTime
}

extension Account {
    /// Two contacts that are one person: the same content in an identifying field, or the same e-mail address and name
    /// where no identifying field tells them apart. (A family shares an address; it may even share a name.)
    mutating func noteDuplicates(of contact: Contact, by act: Act) {
        let identifying = fields.values.filter { identifyingFields.contains($0.label) }.map(\.id).sorted()
        func identity(_ contact: Contact) -> [String?] {
            identifying.map { contact.customFields[$0].map { folded(Contact.plain($0)) } }
        }
        var twins: [Int: String] = [:]
        for field in identifying {
            guard let content = contact.customFields[field] else { continue }
            for id in contacts(withContent: Contact.plain(content), inField: field) where id != contact.id {
                twins[id] = "the same " + (fields[field]?.label ?? "custom field")
            }
        }
        for id in contact.emails.reduce(into: Set<Int>(), { $0.formUnion(contacts(withEmail: $1)) })
        where id != contact.id && twins[id] == nil {
            guard let other = contacts[id], folded(other.givenName) == folded(contact.givenName),
                folded(other.familyName) == folded(contact.familyName)
            else { continue }
            let areToldApart = zip(identity(other), identity(contact)).contains { $0 != nil && $1 != nil && $0 != $1 }
            if !areToldApart { twins[id] = "the same e-mail address and name" }
        }
        for (id, reason) in twins.sorted(by: { $0.key < $1.key }) where duplicates.count < Account.mostDuplicates {
            let pair = [id, contact.id].sorted()
            if duplicates.contains(where: { $0.contacts == pair }) { continue }
            duplicates.append(Duplicate(contacts: pair, reason: reason, request: act.number, at: act.now))
        }
    }

    // Enough to see what goes wrong; a client that makes more has been found out.
    private static let mostDuplicates = 1_000
}
