import ConfigurationReading
import Synchronization

/// Gyms that may not call on Keap, each with the reason in a sentence: their changes wait.
final class GymHolds: Sendable {
    private let reasons = Mutex<[String: String]>([:])

    subscript(gym: GymID) -> String? { self[gym.description] }
    subscript(gym: String) -> String? { reasons.withLock { $0[gym] } }

    /// Whether it is news.
    func hold(_ gym: GymID, because reason: String) -> Bool {
        reasons.withLock { $0.updateValue(reason, forKey: gym.description) == nil }
    }
}

/// A gym on hold asked for a call.
struct GymHeld: Error, CustomStringConvertible {
    var description: String
}
