import Foundation
import Synchronization

/// What a gym's people should be looked at for, though their changes were delivered: a missing last name, a field that was
/// cut, two Keap contacts that seem to be one person. Kept per lane; an entry goes when a delivery finds nothing any more.
final class Attention: Sendable {
    struct Entry: Codable, Equatable, Sendable {
        var lane: String
        var person: String
        var notes: [String]
        var job: String
        var at: Int64
    }

    /// The oldest go when there are more.
    static let most = 1_000

    private let entries: Mutex<[String: Entry]>

    init(saved: [UInt8]?) {
        // A list that cannot be read is only a list of hints: the next deliveries write it anew.
        let known = saved.flatMap { try? JSONDecoder().decode([Entry].self, from: Data($0)) } ?? []
        entries = Mutex(Dictionary(known.map { ($0.lane, $0) }) { $1 })
    }

    /// Returns the bytes to save if anything changed.
    func note(_ entry: Entry) -> [UInt8]? {
        entries.withLock { entries in
            guard entries[entry.lane]?.notes ?? [] != entry.notes else { return nil }
            entries[entry.lane] = entry.notes.isEmpty ? nil : entry
            if entries.count > Self.most, let oldest = entries.values.min(by: { $0.at < $1.at }) {
                entries[oldest.lane] = nil
            }
            return Self.bytes(entries)
        }
    }

    var all: [Entry] { entries.withLock { $0.values.sorted { $0.at < $1.at } } }

    private static func bytes(_ entries: [String: Entry]) -> [UInt8] {
        let sorted = entries.values.sorted { $0.at < $1.at }
        return (try? JSONEncoder().encode(sorted)).map { Array($0) } ?? []  // text and numbers always encode
    }
}
