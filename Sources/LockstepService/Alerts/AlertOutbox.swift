import Clocks

/// Changes of alerts that the web hook has not been told yet, in their order.
struct AlertOutbox: Codable, Equatable, Sendable {
    /// With more, the oldest go and are counted.
    static let most = 200

    private(set) var waiting: [AlertChange] = []
    private(set) var dropped = 0

    var next: AlertChange? { waiting.first }

    mutating func add(_ changes: [AlertChange]) {
        waiting += changes
        let excess = waiting.count - Self.most
        guard excess > 0 else { return }
        waiting.removeFirst(excess)
        dropped += excess
    }

    /// It was told. Nothing if it has gone meanwhile.
    mutating func remove(_ id: String) { waiting.removeAll { $0.id == id } }

    mutating func removeAll() { waiting = [] }

    /// How long to wait after so many failures in a row: a second, doubled each time, at most five minutes.
    static func pause(afterFailures failures: Int) -> Duration {
        .seconds(min(300, 1 << min(max(0, failures - 1), 9)))
    }
}
