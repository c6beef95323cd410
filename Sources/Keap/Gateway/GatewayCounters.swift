package import OutboundAPI

/// What a gateway has done so far, and what it is doing.
package struct GatewayCounters: Equatable, Sendable {
    /// Endpoints that were called.
    package var endpoints: [APIEndpoint: EndpointCounters] = [:]
    package var merging = MergeCounters()
    package var inFlight = 0
    package var waiting = 0
    /// The account's circuit breaker.
    package var circuit = CircuitReport.closed
    /// Those of endpoints whose calls alone fail.
    package var failingEndpoints: [APIEndpoint: CircuitReport] = [:]

    package var calls: Int { endpoints.values.reduce(0) { $0 + $1.calls } }
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

    mutating func count<Ticket>(_ batch: TagBatch<Ticket>) {
        calls += 1
        edges += batch.edges.count
        if batch.tickets.count > 1 { mergedCalls += 1 }
    }
}
