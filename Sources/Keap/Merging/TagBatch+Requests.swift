import OutboundAPI

/// A tag call as Keap hears it, and its answers as the edges hear them.
extension TagBatch {
    func request() throws(KeapFailure) -> APIRequest {
        switch (direction, call) {
        case (.apply, .contact(let contact, let tags)): try .apply(tags, to: contact)
        case (.remove, .contact(let contact, let tags)): try .remove(tags, from: contact)
        case (.apply, .tag(let tag, let contacts)): try .apply(tag, to: contacts)
        case (.remove, .tag(let tag, let contacts)): try .remove(tag, from: contacts)
        }
    }

    /// What a success says of each edge.
    func read(_ response: APIResponse) throws(KeapFailure) -> [TagEdge: EdgeOutcome] {
        try response.confirm()
        // A removal has no items: its success covers all.
        guard direction == .apply else { return all(.answered(.applied)) }
        let json = JSONValue(json: response.body)
        guard TagAnswer.names(json, anyOf: ids) else {
            throw .unclear(reason: "Keap's answer (\(response.status)) names nothing of what was asked.")
        }
        var outcomes: [TagEdge: EdgeOutcome] = [:]
        switch call {
        case .contact(let contact, let tags):
            for (tag, answer) in TagAnswer.read(json, for: tags) {
                outcomes[TagEdge(contact: contact, tag: tag)] = .answered(answer)
            }
        case .tag(let tag, let contacts):
            for (contact, answer) in TagAnswer.read(json, for: contacts) {
                // The words of this call's items are not documented; those of a contact's own call are.
                let outcome: EdgeOutcome = if case .refused = answer { .alone } else { .answered(answer) }
                outcomes[TagEdge(contact: contact, tag: tag)] = outcome
            }
        }
        return outcomes
    }

    /// What an answer to an apply speaks of.
    private var ids: [String] {
        switch call {
        case .contact(_, let tags): tags.map(\.text)
        case .tag(_, let contacts): contacts.map(\.text)
        }
    }

    func all(_ outcome: EdgeOutcome) -> [TagEdge: EdgeOutcome] {
        Dictionary(uniqueKeysWithValues: edges.map { ($0, outcome) })
    }

    /// The same call for some of its contacts.
    func part(_ contacts: ArraySlice<ContactID>) -> TagBatch {
        guard case .tag(let tag, _) = call else { preconditionFailure("only a call of many contacts has parts") }
        let named = Set(contacts)
        return TagBatch(
            direction: direction, call: .tag(tag, Array(contacts)), tickets: tickets.filter { named.contains($0.key) })
    }
}
