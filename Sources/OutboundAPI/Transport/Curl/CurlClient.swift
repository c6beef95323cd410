import Synchronization

/// Makes requests through libcurl, over connections that it keeps. Its thread begins with a request and ends with
/// `close`, or with the client.
package final class CurlClient: Sendable {
    private struct State {
        /// Nil before the first request and after `close`.
        var loop: CurlLoop?
        var connections: Int
        var owners: UInt64 = 0
    }

    private let state: Mutex<State>
    private let reusesConnections: Bool
    private let idleLimit: Duration

    /// - Parameters:
    ///   - connections: how many there may be at once, kept ones included; more requests wait for one.
    ///   - reusesConnections: false makes each request a connection of its own. So it is in any case with a libcurl
    ///     that could not be kept from sending a request a second time.
    ///   - idleLimit: a connection that was idle for longer is not used again; in whole seconds.
    package init(
        connections: Int = 64, reusesConnections: Bool = true, idleLimit: Duration = .seconds(30)
    ) {
        state = Mutex(State(connections: connections))
        self.reusesConnections = reusesConnections
        self.idleLimit = idleLimit
    }

    deinit { state.withLock(\.loop)?.requestEnd() }

    /// Sets the number of connections. Must come before the first request.
    package func limit(connections: Int) { state.withLock { $0.connections = max(1, connections) } }

    package var counters: ConnectionCounters {
        state.withLock { $0.loop?.counters ?? ConnectionCounters() }
    }

    /// Gives up what is under way, closes every connection and returns when the thread has ended; a later request begins
    /// another. Without it a thread could still be at work when the process ends, and with that libcurl's memory.
    package func close() async {
        let loop = state.withLock { state in
            defer { state.loop = nil }
            return state.loop
        }
        await loop?.end()
    }

    func newOwner() -> UInt64 {
        state.withLock { state in
            state.owners += 1
            return state.owners
        }
    }

    func start(_ transfer: CurlTransfer) {
        do throws(CurlLibrary.Unusable) {
            try runningLoop().start(transfer)
        } catch {
            // Not kept: a shortage may have passed when the next request comes.
            transfer.end(.notSent(error.description))
        }
    }

    func abandon(_ owner: UInt64) {
        state.withLock(\.loop)?.abandon(owner)
    }

    private func runningLoop() throws(CurlLibrary.Unusable) -> CurlLoop {
        try state.withLock { state throws(CurlLibrary.Unusable) in
            if let loop = state.loop { return loop }
            let loop = try CurlLoop(
                connections: state.connections, reuses: reusesConnections, idleLimit: idleLimit)
            state.loop = loop
            return loop
        }
    }
}
