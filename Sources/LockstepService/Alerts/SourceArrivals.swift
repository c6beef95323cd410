import ConfigurationReading
import Synchronization

/// When each source of each gym was last heard: a message with its token or signature.
final class SourceArrivals: Sendable {
    struct Key: Hashable, Comparable, Sendable {
        var gym: GymID
        /// The source's name in paths.
        var source: String

        static func < (a: Key, b: Key) -> Bool { (a.gym.description, a.source) < (b.gym.description, b.source) }
    }

    private let times = Mutex<[Key: Int64]>([:])

    /// - Parameter now: milliseconds since 1970.
    func note(_ gym: GymID, _ source: String, at now: Int64) {
        times.withLock { $0[Key(gym: gym, source: source)] = now }
    }

    var last: [Key: Int64] { times.withLock { $0 } }
}
