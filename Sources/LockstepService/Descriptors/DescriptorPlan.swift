import EmbeddedHTTP

/// Shares out the descriptors that the process may have, so that none of its parts takes those of another.
///
/// What is not shared out is kept for the journal, the log, and what the system's libraries open for themselves: they end
/// the process when they cannot have one.
package struct DescriptorPlan: Equatable, Sendable {
    /// The smallest limit that leaves something for every part.
    package static let smallest = 128
    /// Journal (its lock, segments, checkpoints and copies), log, event queues, timers, signals: some 20 at rest.
    static let reserve = 40
    /// A call has one connection, or leaves one for the next. While it connects there are more: the resolver's pair, a
    /// second address that is tried, and files of names and certificates.
    static let perCall = 6

    package var intakeConnections: Int
    package var adminConnections: Int
    /// Calls to Keap under way at once, of all accounts.
    package var calls: Int

    /// As many connections as a server takes by itself, and calls without a bound: for services without sockets.
    package static let unlimited = DescriptorPlan(
        intakeConnections: HTTPLimits().connections, adminConnections: HTTPLimits().connections, calls: .max)

    private init(intakeConnections: Int, adminConnections: Int, calls: Int) {
        self.intakeConnections = intakeConnections
        self.adminConnections = adminConnections
        self.calls = calls
    }

    /// Nil if the limit is below the smallest.
    package init?(limit: Int) {
        guard limit >= Self.smallest else { return nil }
        adminConnections = min(max(limit / 16, 8), 64)
        let rest = limit - Self.reserve - Self.limits(adminConnections).descriptors
        calls = min(rest / 2 / Self.perCall, 1_024)
        intakeConnections = Self.connections(in: rest - calls * Self.perCall)
    }

    /// How many calls one of so many accounts may have under way, so that calls of others that hang leave it its own.
    func calls(ofOneIn accounts: Int) -> Int { max(1, calls / max(1, accounts)) }

    var intakeLimits: HTTPLimits { Self.limits(intakeConnections) }
    var adminLimits: HTTPLimits { Self.limits(adminConnections) }

    private static func limits(_ connections: Int) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.connections = connections
        return limits
    }

    /// The most connections whose server takes no more descriptors than these.
    private static func connections(in descriptors: Int) -> Int {
        var connections = min(descriptors, HTTPLimits().connections)
        while connections > 1, limits(connections).descriptors > descriptors { connections -= 1 }
        return connections
    }
}
