/// A person in Keap. Names are those of v2, whichever version wrote them.
package struct Contact: Sendable {
    package private(set) var id: Int
    /// Never an empty text.
    package internal(set) var scalars: [String: String] = [:]
    package internal(set) var lists: [String: [Entry]] = [:]
    package internal(set) var customFields: [Int: JSON] = [:]
    /// Tag ids, and since when they are worn.
    package internal(set) var tags: [Int: WorldTime] = [:]
    package internal(set) var company: Int?
    package internal(set) var originAddress: String?
    package let created: WorldTime
    package internal(set) var updated: WorldTime

    /// One slot of a list: an e-mail address, a phone number, an address.
    package struct Entry: Hashable, Sendable {
        package var slot: String
        package var attributes: [String: String]
    }

    init(id: Int, at now: WorldTime) {
        self.id = id
        created = now
        updated = now
    }

    func numbered(_ id: Int) -> Contact {
        var contact = self
        contact.id = id
        return contact
    }

    package var emails: [String] { (lists["email_addresses"] ?? []).compactMap { $0.attributes["email"] } }
    package var givenName: String { scalars["given_name"] ?? "" }
    package var familyName: String { scalars["family_name"] ?? "" }

    package func attribute(_ name: String, of slot: String, in list: String) -> String? {
        lists[list]?.first { $0.slot == slot }?.attributes[name]
    }

    /// Keap asks of a new contact that it can be reached somehow.
    func isReachable(in version: APIVersion) -> Bool {
        let ways =
            version == .v1 ? ["email_addresses", "phone_numbers"] : ["email_addresses", "phone_numbers", "addresses"]
        return ways.contains { !(lists[$0] ?? []).isEmpty }
    }
}

/// Text as Keap compares it: without regard to case or to blanks around it.
func folded(_ text: some StringProtocol) -> String {
    var text = Substring(text)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.lowercased()
}
