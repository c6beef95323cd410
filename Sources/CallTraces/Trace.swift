import EmbeddedHTTP

/// A stretch of time in the life of some gyms: who was there at its beginning, and which messages came when.
package struct Trace: Sendable {
    package struct Gym: Sendable {
        package var id: String
        /// In step with Keap when the trace begins.
        package var members: [Member] = []
        /// In Keap when the trace begins, but never heard of.
        package var strangers = 0
    }

    package enum Content: Sendable {
        case member(Member)
        /// From a file of people that is imported.
        case imported(Member)
        case programDeleted(Member.Program)
    }

    package struct Message: Sendable {
        /// Since the beginning of the trace.
        package var at: Duration
        package var gym: Int
        package var content: Content
    }

    package var name: String
    package var summary: String
    package var gyms: [Gym]
    /// The name of the OAuth client behind which all the gyms are; nil: each has a key of its own.
    package var client: String?
    /// When the trace begins, after midnight UTC.
    package var begins = Duration.zero
    package var messages: [Message]

    package init(_ name: String, _ summary: String, gyms: [Gym], client: String? = nil, messages: [Message]) {
        self.name = name
        self.summary = summary
        self.gyms = gyms
        self.client = client
        self.messages = messages
    }
}

extension Trace.Content {
    package var member: Member? {
        switch self {
        case .member(let member), .imported(let member): member
        case .programDeleted: nil
        }
    }

    package var isImport: Bool { if case .imported = self { true } else { false } }

    var form: [UInt8] {
        switch self {
        case .member(let member), .imported(let member): member.form
        case .programDeleted(let program):
            FormBody.encoded([
                ("event", "program.deleted"), ("programId", program.id), ("name", program.name),
            ])
        }
    }
}
