package import Clocks

/// What calls of one endpoint came to.
package struct EndpointCounters: Equatable, Sendable {
    /// Requests handed to the transport, whatever became of them.
    package var calls = 0
    /// Those answered with 429.
    package var throttled = 0
    package var failures: [FailureKind: Int] = [:]
    /// From handing over to the end, all calls together.
    package var latency = Duration.zero

    package init() {}

    mutating func count(_ meaning: CallMeaning, took latency: Duration) {
        calls += 1
        self.latency += latency
        switch meaning {
        case .success, .unsent: break
        case .throttled: throttled += 1
        case .refused(let kind), .doubtful(let kind, _): failures[kind, default: 0] += 1
        case .unauthorized: failures[.unauthorized, default: 0] += 1
        }
    }
}

package enum CircuitReport: Equatable, Sendable {
    case closed
    /// Calls wait; now and then one tries. `reason` is what the last one met.
    case open(reason: String, openFor: Duration, isCredential: Bool)
}

extension CircuitBreaker {
    package func report(at now: Instant) -> CircuitReport {
        guard let outage else { return .closed }
        return .open(
            reason: outage.reason, openFor: outage.since.duration(to: now), isCredential: outage.cause == .credential)
    }
}
