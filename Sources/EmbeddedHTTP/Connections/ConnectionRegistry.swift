import Synchronization

/// The open connections, counted and bounded.
final class ConnectionRegistry: Sendable {
    enum Admission {
        /// Served; the other connection, if there is one, gives up its place for it.
        case serve(insteadOf: HTTPConnection?)
        /// Beyond the limit, but there is room to say so.
        case refuse
        /// Too many are being refused already.
        case drop
    }

    private struct State {
        var connections: [Int: HTTPConnection] = [:]
        var idle = IdleConnections()
        /// Idle connections that are about to close to make room.
        var leaving: Set<Int> = []
        /// Connections whose answer has no known end.
        var streams: Set<Int> = []
        var nextID = 0
        /// Waiters for the last connection's end.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let refusals: Int
    private let streams: Int

    init(_ limits: HTTPLimits) {
        (limit, refusals, streams) = (limits.connections, limits.refusals, limits.mostStreams)
    }

    var all: [HTTPConnection] { state.withLock { Array($0.connections.values) } }

    /// Decides whether one more connection is served, refused or dropped.
    func admission() -> Admission {
        state.withLock { state in
            let open = state.connections.count
            guard open < limit + refusals else { return .drop }
            guard open >= limit else { return .serve(insteadOf: nil) }
            // Idle connections cost their peers nothing but a new one; so a crowd of them keeps no message out.
            guard let oldest = state.idle.removeOldest() else { return .refuse }
            state.leaving.insert(oldest)
            return .serve(insteadOf: state.connections[oldest])
        }
    }

    /// Whether places that others are about to leave are worth waiting for: the next connection would be dropped.
    var isCrowded: Bool { state.withLock { !$0.leaving.isEmpty && $0.connections.count >= limit + refusals } }

    /// A connection that is served is idle from here on: its own loop may learn of it only after later ones are at work.
    ///
    /// - Parameter make: builds the connection that has this id.
    func add(isServed: Bool, _ make: (_ id: Int) -> HTTPConnection) -> HTTPConnection {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            let connection = make(id)
            state.connections[id] = connection
            if isServed { state.idle.insert(id) }
            return connection
        }
    }

    /// Returns when no connection is open.
    func empty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.connections.isEmpty { state.waiters.append(continuation) }
                return state.connections.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Whether the connection may be closed for the sake of another.
    func note(_ id: Int, isIdle: Bool) {
        state.withLock { state in
            state.leaving.remove(id)
            if isIdle { state.idle.insert(id) } else { state.idle.remove(id) }
        }
    }

    /// False: there are too many streams already.
    func addStream(_ id: Int) -> Bool {
        state.withLock { state in
            guard state.streams.count < streams else { return false }
            state.streams.insert(id)
            return true
        }
    }

    /// Removes a connection that has closed.
    func remove(_ id: Int) {
        let waiters = state.withLock { state in
            state.connections[id] = nil
            state.idle.remove(id)
            state.leaving.remove(id)
            state.streams.remove(id)
            guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
