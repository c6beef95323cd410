/// Waiting tag edits of one direction as a graph: contacts on one side, tags on the other, an edge for each tag that a
/// contact waits for. Contacts keep the order in which they were added, tags that in which they first came up, so that
/// the same edits always give the same plan.
struct EditGraph: Sendable {
    private(set) var contacts: [ContactID] = []
    private(set) var tags: [TagID] = []
    /// The other ends of the edges, by number.
    private(set) var tagsOf: [[Int]] = []
    private(set) var contactsOf: [[Int]] = []
    private var number: [TagID: Int] = [:]

    /// A contact is added once, with all of its tags.
    mutating func add(_ contact: ContactID, _ tags: [TagID]) {
        var mine: [Int] = []
        for tag in tags.distinct {
            let tag = index(of: tag)
            mine.append(tag)
            contactsOf[tag].append(contacts.count)
        }
        contacts.append(contact)
        tagsOf.append(mine)
    }

    private mutating func index(of tag: TagID) -> Int {
        if let known = number[tag] { return known }
        number[tag] = tags.count
        tags.append(tag)
        contactsOf.append([])
        return tags.count - 1
    }
}
