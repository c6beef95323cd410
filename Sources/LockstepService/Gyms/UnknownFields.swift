import Connectors
import Synchronization

/// Names of fields that one gym's messages carried and nothing is known of, so that each is listed once.
final class UnknownFields: Sendable {
    /// Names that are made up must not push people's notes off the list.
    static let most = 50

    private let seen = Mutex<Set<String>>([])

    /// Returns the fields that are the first of their key since the start.
    func new(of fields: [UnknownField]) -> [UnknownField] {
        guard !fields.isEmpty else { return [] }
        return seen.withLock { seen in fields.filter { seen.count < Self.most && seen.insert($0.key).inserted } }
    }
}
