/// Connections and times of finished requests, for metrics.
package struct ConnectionCounters: Equatable, Sendable {
    package private(set) var opened: UInt64 = 0
    /// Requests that went over a connection of an earlier one.
    package private(set) var reused: UInt64 = 0
    /// Requests that libcurl was kept from sending a second time.
    package private(set) var repeatsPrevented: UInt64 = 0
    /// Until a new connection was ready, its TLS included; all together.
    package private(set) var connectTime = Duration.zero
    /// From the start of a request to the first byte of its answer, all together.
    package private(set) var firstByteTime = Duration.zero
    /// Requests whose answer began.
    package private(set) var answers: UInt64 = 0

    package init() {}

    mutating func add(_ transfer: FinishedTransfer) {
        if transfer.newConnections > 0 {
            opened += UInt64(transfer.newConnections)
            connectTime += transfer.connectTime
        } else if transfer.sendings > 0 {
            reused += 1
        }
        if transfer.isRepeatPrevented { repeatsPrevented += 1 }
        guard transfer.status > 0 else { return }
        answers += 1
        firstByteTime += transfer.firstByteTime
    }
}
