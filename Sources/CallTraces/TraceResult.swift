import KeapSimulator

/// The result of running a trace: calls, times, and promises that were broken.
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
    /// Of the messages that change tags. Nil for gyms that share a budget, since they take turns.
    package var punctuality: Punctuality?
    package var endpoints: [String: Int] = [:]

    package struct Utilisation: Equatable, Sendable {
        package var window: String
        package var share: Double
        /// Of what can be used without ever exceeding the window, wherever between start and end a call is counted.
        package var shareOfSafe: Double
    }

    /// Calls for what was looked for or made once for all: the gym's category, tags and custom fields.
    var sharedCalls: Int {
        endpoints.reduce(0) { sum, endpoint in
            let path = endpoint.key.drop { $0 != "/" }
            let isShared =
                path.hasPrefix("/v2/contacts/model") || path.hasPrefix("/v2/tags/categories") || path == "/v2/tags"
            return isShared ? sum + endpoint.value : sum
        }
    }

    package var isRight: Bool {
        wrong.isEmpty && disorders.isEmpty && overruns == 0 && violations == 0 && duplicates == 0 && deadLetters == 0
    }
}

extension TraceResult.Utilisation {
    /// - Parameters:
    ///   - arrivals: in milliseconds, oldest first.
    ///   - busy: whole minutes in which work waited all the time, as their numbers.
    ///   - latency: the mean of the calls, `t`. Of a limit of `n` in a window of `W` nothing that is safe can use more than
    ///     `n / (W + t)`: any window meets the calls that start in it or up to `t` before.
    init?(arrivals: [Int64], busy: Set<Int64>, limits: SimulatedLimits, latency: Duration) {
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
        let t = Double(latency.components.seconds) + Double(latency.components.attoseconds) * 1e-18
        // A day is used up to the last call, however long each lasts.
        let widths = ["second": 1.0, "minute": 60.0]
        self.init(
            window: fullest.0, share: fullest.1,
            shareOfSafe: fullest.1 * (widths[fullest.0].map { ($0 + t) / $0 } ?? 1))
    }
}
