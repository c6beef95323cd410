package import OutboundAPI

/// What a gateway has done so far, and what it is doing.
package struct GatewayCounters: Equatable, Sendable {
    /// Endpoints that were called.
    package var endpoints: [APIEndpoint: EndpointCounters] = [:]
    package var merging = MergeCounters()
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

/// What tag edits of single contacts cost, and what merging them while they waited saved.
package struct MergeCounters: Equatable, Sendable {
    /// Edits that have ended. Without merging, each would have been a call.
    package var edits = 0
    /// Calls made for them, those among them that halved a refused one.
    package var calls = 0
    /// Calls that carried edits of several contacts.
    package var mergedCalls = 0
    /// Tags of contacts that the calls carried.
    package var edges = 0

    package init() {}

    mutating func count<Ticket>(_ load: TagBatch<Ticket>) {
        calls += 1
        edges += load.edges.count
        if load.tickets.count > 1 { mergedCalls += 1 }
    }
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
        case .cancelled, .stale: .cancelled
        case .partly(let failure): failure.kind
        }
    }
}
