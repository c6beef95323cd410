/// Sends a load of HTTP requests over kept connections, from the thread that calls it, and tells of each answer.
///
/// One thread serves all connections, so that a load does not compete with the server for more than one processor.
package struct LoadGenerator: Sendable {
    package enum Outcome: Sendable {
        case answer(LoadAnswer)
        /// The connection broke, or no answer came in time: whether the message arrived is not known.
        case lost
    }

    /// One message's end. Times are nanoseconds since the start.
    package struct Ended: Sendable {
        package var sending: LoadState.Sending
        package var at: UInt64
        package var outcome: Outcome

        /// From when it was due, not from when a connection was free for it.
        package var latency: UInt64 { at > sending.due ? at - sending.due : 0 }
    }

    private let address: LoadAddress
    private let connections: Int
    private let format: AnswerFormat
    /// An answer that takes longer is given up.
    private let patience: UInt64

    package init(
        to address: LoadAddress, connections: Int, format: AnswerFormat = .http, patience: Duration = .seconds(30)
    ) {
        self.address = address
        self.connections = connections
        self.format = format
        self.patience = UInt64(clamping: patience.components.seconds) * 1_000_000_000
    }

    /// Blocks until each message has ended. Returns the time that took, in nanoseconds.
    ///
    /// - Parameters:
    ///   - request: the whole request of a message, asked for when it is sent.
    ///   - next: a message's further request, on the same connection, by the answer to the `step`th; nil: it has ended.
    ///   - isStopped: asked at least ten times a second; once true no message goes out any more.
    ///   - ended: told of each end, on this thread.
    /// - Throws: if the server cannot be reached at the start.
    package func run(
        _ arrivals: LoadState.Arrivals, request: (Int) -> [UInt8],
        next: (_ sending: LoadState.Sending, _ step: Int, LoadAnswer) -> [UInt8]? = { _, _, _ in nil },
        isStopped: () -> Bool = { false }, ended: (Ended) -> Void
    ) throws(LoadFailure) -> UInt64 {
        var state = LoadState(arrivals, connections: connections)
        var links: [LoadConnection] = []
        defer { for connection in links.indices { links[connection].close() } }
        for _ in 0..<connections { links.append(try LoadConnection(connectedTo: address, format)) }
        var watched = links.map(\.watched)
        let clock = LoadClock()
        var steps = [Int](repeating: 0, count: connections)
        var nextSweep: UInt64 = 0

        func end(_ connection: Int, _ outcome: Outcome) {
            if case .answer(let answer) = outcome, let sending = state[connection] {
                steps[connection] += 1
                if let request = next(sending, steps[connection], answer) {
                    if links[connection].send(request, to: address) { return }
                    return end(connection, .lost)
                }
            }
            steps[connection] = 0
            guard let sending = state.end(connection) else { return }
            ended(Ended(sending: sending, at: clock.elapsed, outcome: outcome))
        }

        while true {
            if isStopped() { state.stop() }
            var now = clock.elapsed
            while let (sending, connection) = state.send(at: now) {
                if !links[connection].send(request(sending.number), to: address) { end(connection, .lost) }
                watched[connection] = links[connection].watched
                now = clock.elapsed
            }
            if state.isFinished { return clock.elapsed }
            let wait = state.nextSend.map { $0 > now ? $0 - now : 0 } ?? .max
            LoadConnection.wait(&watched, nanoseconds: min(wait, 100_000_000))
            for connection in links.indices where LoadConnection.hasNews(watched[connection]) {
                switch links[connection].advance(watched[connection]) {
                case .answer(let answer): end(connection, .answer(answer))
                case .broken: end(connection, .lost)
                case .nothingYet: break
                }
                watched[connection] = links[connection].watched
            }
            now = clock.elapsed
            guard now >= nextSweep else { continue }
            nextSweep = now + 1_000_000_000
            for connection in links.indices {
                guard let sending = state[connection], now - sending.sent > patience else { continue }
                links[connection].close()
                watched[connection] = links[connection].watched
                end(connection, .lost)
            }
        }
    }
}

/// Nanoseconds since it was made.
struct LoadClock {
    private let start = ContinuousClock.now

    var elapsed: UInt64 {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}

/// The server cannot be reached; says why.
package struct LoadFailure: Error, CustomStringConvertible {
    package var description: String
}
