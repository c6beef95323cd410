package import EmbeddedHTTP

/// The result of a call at a source's web hook.
package enum Reception: Sendable {
    /// Not taken, and why.
    case refused(HTTPResponse)
    /// Taken note of, though it is nothing that changes anything: sent again, it would be the same.
    case ignored(event: String, reason: String)
    /// Nothing to store: a question of the sender's, answered.
    case answered(HTTPResponse)
    case received(Received)

    /// What metrics count it as.
    package enum Outcome: String, CaseIterable, Sendable { case refused, ignored, unplaced, placed }

    package var outcome: Outcome {
        switch self {
        case .refused: .refused
        case .ignored, .answered: .ignored
        case .received(let received): if case .unplaced = received.decoded { .unplaced } else { .placed }
        }
    }
}

/// A message that is to be stored.
package struct Received: Sendable {
    package var message: StoredMessage
    package var decoded: DecodedMessage
    /// The sender's own name of it, by which a second sending is known. Nil: each counts.
    package var event: String?
    package var unknownFields: [UnknownField]
    /// The answer once a new job is on disk.
    package var status: Int
    /// Of the answer, also for one that was accepted before.
    package var headers: HTTPHeaders

    package init(
        _ message: StoredMessage, _ decoded: DecodedMessage, event: String? = nil,
        unknownFields: [UnknownField] = [], status: Int = 202, headers: HTTPHeaders = [:]
    ) {
        (self.status, self.headers) = (status, headers)
        self.message = message
        self.decoded = decoded
        self.event = event
        self.unknownFields = unknownFields
    }
}

/// The meaning of a message under the present settings.
package enum DecodedMessage: Sendable {
    case change(any InboundChange)
    /// Well formed, but nothing says what it means. `reason` tells a person what to mend, in sentences.
    case unplaced(reason: String)
}

/// A field that a message carried and that nothing is known of.
package struct UnknownField: Hashable, Sendable {
    /// The same for spellings that count as one name.
    package var key: String
    package var name: String
    /// For the gym's people: where it could be mapped.
    package var advice: String

    package init(key: String, name: String, advice: String) {
        self.key = key
        self.name = name
        self.advice = advice
    }
}
