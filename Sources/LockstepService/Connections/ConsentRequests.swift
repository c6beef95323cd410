import Clocks
import ConfigurationReading

/// Owners' consents that were asked for, each known by a text that cannot be guessed, for ten minutes and one answer.
struct ConsentRequests {
    enum Outcome: Equatable, Sendable {
        case waiting
        /// Its answer came, and is looked at.
        case taken
        case connected(account: String)
        /// Why not, in a sentence.
        case refused(String)
    }

    private struct Entry {
        var gym: GymID
        var until: Instant
        var outcome = Outcome.waiting
    }

    static let life = Duration.seconds(600)

    private var entries: [String: Entry] = [:]

    /// An earlier one of the gym's that still waits counts no more.
    mutating func begin(_ state: String, for gym: GymID, at now: Instant) {
        entries = entries.filter { now < $0.value.until && !($0.value.gym == gym && $0.value.outcome == .waiting) }
        entries[state] = Entry(gym: gym, until: now.advanced(by: Self.life))
    }

    /// The gym whose consent an answer is. Nil for a state that was not given, is over, or had its answer.
    mutating func take(_ state: String, at now: Instant) -> GymID? {
        guard let entry = entries[state], entry.outcome == .waiting, now < entry.until else { return nil }
        entries[state]?.outcome = .taken
        return entry.gym
    }

    mutating func end(_ state: String, _ outcome: Outcome) { entries[state]?.outcome = outcome }

    /// Nil for one that is over, or was never given.
    func outcome(of state: String, for gym: GymID, at now: Instant) -> Outcome? {
        guard let entry = entries[state], entry.gym == gym, now < entry.until else { return nil }
        return entry.outcome
    }
}
