import KeapSimulator

/// What a run of a trace came to.
package struct TraceResult: Sendable {
    package var messages = 0
    package var calls = 0
    package var naiveCalls = 0
    package var least: LeastCalls
    /// From the first message until Keap held everything.
    package var delivered = Duration.zero
    /// Requests that were over any limit, as a strict Keap counts.
    package var overruns = 0
    /// Two requests that named one contact at once, contacts made twice, tags worn that exclude each other.
    package var violations = 0
    package var duplicates = 0
    package var disorders: [String] = []
    /// People whose tags in Keap are not what the trace says.
    package var wrong: [String] = []
    package var deadLetters = 0
    /// Of what the limits released while work waited, the share that was used; in the window that bound.
    package var utilisation: Utilisation?
    /// From each message until its last tag was on, by gym; only messages that change tags.
    package var waits: [[Duration]] = []
    package var endpoints: [String: Int] = [:]

    package struct Utilisation: Equatable, Sendable {
        package var window: String
        package var share: Double
    }

    package var isRight: Bool {
        wrong.isEmpty && disorders.isEmpty && overruns == 0 && violations == 0 && duplicates == 0 && deadLetters == 0
    }
}

extension TraceResult.Utilisation {
    /// - Parameters:
    ///   - arrivals: in milliseconds, oldest first.
    ///   - busy: whole minutes in which work waited all the time, as their numbers.
    init?(arrivals: [Int64], busy: Set<Int64>, limits: SimulatedLimits) {
        guard !busy.isEmpty else { return nil }
        let used = Double(arrivals.count { busy.contains($0 / 60_000) })
        let minutes = Double(busy.count)
        let released: [(String, Double?)] = [
            ("second", limits.perSecond.map { Double($0) * 60 * minutes }),
            ("minute", limits.perMinute.map { Double($0) * minutes }),
            ("day", limits.perDay.map { Double($0) * max(minutes / 1_440, minutes > 1_380 ? 1 : 0) }),
        ]
        let shares = released.compactMap { name, calls in calls.map { (name, used / $0) } }
        // A window that lasts longer than the work cannot have bound it; of the others the fullest did.
        guard let fullest = shares.filter({ $0.1 <= 1.000_1 }).max(by: { $0.1 < $1.1 }) else { return nil }
        self.init(window: fullest.0, share: fullest.1)
    }
}
