import Connectors
import ContactSync
import Foundation

/// What is to be read anew from Keap and put right, as a job keeps it.
struct ResyncOrder: Codable, Equatable, Sendable {
    enum Scope: String, Codable, Sendable {
        /// The contact of the job's own lane.
        case lane
        case gym, tag
    }

    var scope: Scope
    /// For operators: whose contact.
    var subject: String
    /// Keap's id of a tag.
    var tag: String?

    var message: StoredMessage {
        // Text always encodes.
        let body = (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
        return StoredMessage(.resync, body: body)
    }

    /// Nil for any other message.
    init?(_ message: StoredMessage) {
        guard message.tag == .resync,
            let order = try? JSONDecoder().decode(ResyncOrder.self, from: Data(message.body))
        else { return nil }
        self = order
    }

    init(_ scope: Scope, subject: String, tag: String? = nil) {
        (self.scope, self.subject, self.tag) = (scope, subject, tag)
    }
}

/// To a contact it is a `Resync`.
extension ResyncOrder: ContactChange {
    var records: [String] { [] }
    var values: [SyncedField: FieldValue] { [:] }
    var nameMatch: NameMatch { .parts }

    func wanted(after mirror: Mirror) -> DesiredContact { Resync(subject: subject).wanted(after: mirror) }
}

extension MessageTag {
    /// An order of an operator's.
    static let resync = MessageTag(rawValue: 4)
}
