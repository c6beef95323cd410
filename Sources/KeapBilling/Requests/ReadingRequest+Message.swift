package import Connectors
import Foundation

/// How requests of the service's own are kept. Hints are kept as Keap sent them.
extension ReadingRequest {
    private struct Content: Codable {
        var history: HistoryPage?
    }

    /// Nil for a hint.
    package var message: StoredMessage? {
        let content: Content
        switch self {
        case .changes(_, isPoll: false): return nil
        case .changes: content = Content()
        case .history(let page): content = Content(history: page)
        }
        // Text and numbers always encode.
        let body = (try? JSONEncoder().encode(content)).map { Array($0) } ?? []
        return StoredMessage(.billingRequest, body: body)
    }

    /// Nil for any other message.
    package init?(own message: StoredMessage) {
        guard message.tag == .billingRequest,
            let content = try? JSONDecoder().decode(Content.self, from: Data(message.body))
        else { return nil }
        self = content.history.map { .history($0) } ?? .poll
    }
}

extension MessageTag {
    /// A call at Keap's web hook.
    package static let keapHook = MessageTag(rawValue: 5)
    /// A poll, or a page of the past.
    package static let billingRequest = MessageTag(rawValue: 7)
}
