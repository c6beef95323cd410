/// What a gateway has done so far, and what it is doing.
package struct GatewayCounters: Equatable, Sendable {
    /// Endpoints that were called.
    package var endpoints: [KeapEndpoint: EndpointCounters] = [:]
    package var inFlight = 0
    package var waiting = 0
    package var circuit = CircuitReport.closed

    package var calls: Int { endpoints.values.reduce(0) { $0 + $1.calls } }
}

package struct EndpointCounters: Equatable, Sendable {
    /// Requests handed to the transport, whatever became of them.
    package var calls = 0
    /// Those answered with 429.
    package var throttled = 0
    package var failures: [FailureKind: Int] = [:]
    /// From handing over to the end, all calls together.
    package var latency = Duration.zero

    package init() {}
}

package enum CircuitReport: Equatable, Sendable {
    case closed
    /// Calls wait; now and then one tries. `reason` is what the last one met.
    case open(reason: String, openFor: Duration, isCredential: Bool)
}

package enum FailureKind: String, CaseIterable, Sendable {
    case refused, gone, unavailable, unclear, unauthorized
    /// Before it was sent: no call was spent.
    case cancelled
}

extension KeapFailure {
    package var kind: FailureKind {
        switch self {
        case .refused: .refused
        case .gone: .gone
        case .unavailable: .unavailable
        case .unclear: .unclear
        case .unauthorized: .unauthorized
        case .cancelled: .cancelled
        }
    }
}
