/// Tags that a caller wants put on, or taken off, one contact.
struct TagEdit: Equatable, Sendable {
    let direction: TagDirection
    let contact: ContactID
    /// Each once.
    let tags: [TagID]
    /// Whether it shares no call with other contacts' edits.
    var isUnbatchable = false

    init(_ direction: TagDirection, _ contact: ContactID, _ tags: [TagID]) {
        self.direction = direction
        self.contact = contact
        self.tags = tags.distinct
    }
}

/// One tag of one contact: the smallest thing that a tag call does.
struct TagEdge: Hashable, Sendable {
    let contact: ContactID
    let tag: TagID
}

/// What one tag call does.
enum TagCall: Equatable, Sendable {
    /// v1: many tags of one contact.
    case contact(ContactID, [TagID])
    /// v2: one tag of many contacts.
    case tag(TagID, [ContactID])

    var edges: [TagEdge] {
        switch self {
        case .contact(let contact, let tags): tags.map { TagEdge(contact: contact, tag: $0) }
        case .tag(let tag, let contacts): contacts.map { TagEdge(contact: $0, tag: tag) }
        }
    }

    func names(_ contact: ContactID) -> Bool {
        switch self {
        case .contact(let one, _): one == contact
        case .tag(_, let contacts): contacts.contains(contact)
        }
    }
}
