import Connectors
import ContactSync
import Foundation
import Synchronization

/// What a gym's people should be looked at for, though their changes were delivered: a missing last name, a value that was
/// left out, two Keap contacts that seem to be one person.
///
/// Each subject (a lane, mostly) has one entry, kept on disk under a key of its own, so that a note costs the same whatever
/// else is listed. An entry goes when a delivery finds nothing any more.
final class Attention: Sendable {
    struct Entry: Codable, Equatable, Sendable {
        /// The lane that it came from, or what else it is about.
        var lane: String
        var person: String
        var notes: [AttentionNote]
        var job: String
        /// Milliseconds since 1970.
        var at: Int64
    }

    /// An entry to be kept under its lane's key; no bytes: to be forgotten.
    struct Save: Equatable, Sendable {
        var lane: String
        var bytes: [UInt8]
    }

    /// Entries of one gym. The oldest go when there are more, and are counted.
    static let most = 1_000

    private struct State {
        var entries: [String: Entry] = [:]
        var dropped = 0
        var unsaved = 0
    }

    private let state: Mutex<State>

    /// - Parameter saved: the bytes of each entry. What cannot be read is left out: the next deliveries write it anew.
    init(saved: [[UInt8]] = []) {
        let known = saved.compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0)) }
        state = Mutex(State(entries: Dictionary(known.map { ($0.lane, $0) }) { $1 }))
    }

    /// The entries of the one list that versions before 1.0 kept.
    static func entries(ofList bytes: [UInt8]) -> [Entry] {
        (try? JSONDecoder().decode([Entry].self, from: Data(bytes))) ?? []  // a list of hints, not worth a failed start
    }

    /// Returns what to save if anything changed: the entry, and one that made room for it.
    func note(_ entry: Entry) -> [Save] {
        state.withLock { state in
            guard state.entries[entry.lane]?.notes ?? [] != entry.notes else { return [] }
            state.entries[entry.lane] = entry.notes.isEmpty ? nil : entry
            var saves = [Save(lane: entry.lane, bytes: entry.notes.isEmpty ? [] : Self.bytes(entry))]
            if state.entries.count > Self.most, let oldest = state.entries.values.min(by: { $0.at < $1.at }) {
                state.entries[oldest.lane] = nil
                state.dropped += 1
                saves.append(Save(lane: oldest.lane, bytes: []))
            }
            return saves
        }
    }

    func noteUnsaved() { state.withLock { $0.unsaved += 1 } }

    /// The oldest first.
    var all: [Entry] {
        state.withLock { Array($0.entries.values) }.sorted { ($0.at, $0.lane) < ($1.at, $1.lane) }
    }

    var count: Int { state.withLock(\.entries.count) }
    /// Entries that went to make room since the start.
    var dropped: Int { state.withLock(\.dropped) }
    /// Entries that the journal did not take since the start; they are listed until the service ends.
    var unsaved: Int { state.withLock(\.unsaved) }

    private static func bytes(_ entry: Entry) -> [UInt8] {
        (try? JSONEncoder().encode(entry)).map { Array($0) } ?? []  // text and numbers always encode
    }
}
