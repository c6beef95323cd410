/// A tag call on its way, and the tickets whose edges it carries.
struct TagBatch<Ticket: Hashable & Sendable>: Sendable {
    let direction: TagDirection
    let call: TagCall
    let tickets: [ContactID: Ticket]

    var edges: [TagEdge] { call.edges }

    var contacts: [ContactID] {
        switch call {
        case .contact(let contact, _): [contact]
        case .tag(_, let contacts): contacts
        }
    }
}

/// What became of one edge of a call.
enum EdgeOutcome: Equatable, Sendable {
    /// Keap's answer; a removal that is done is `.applied` too.
    case answered(TagAnswer)
    case failed(KeapFailure)
    /// Nothing was done, for no contact's fault: the edge waits again, where it waited before.
    case again
    /// A call of many contacts says nothing clear of this one: it is asked for again, in a call of its contact.
    case alone

    var isAnswer: Bool {
        if case .answered = self { true } else { false }
    }

    var isUnclear: Bool {
        if case .failed(.unclear) = self { true } else { false }
    }
}
