import Synchronization

/// The open connections, counted and bounded.
final class ConnectionRegistry: Sendable {
    enum Admission: Equatable {
        case serve
        /// Beyond the limit, but there is room to say so.
        case refuse
        /// Too many are being refused already.
        case drop
    }

    private struct State {
        var connections: [Int: HTTPConnection] = [:]
        var nextID = 0
        /// Waiters for the last connection's end.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    /// Being told 503 takes a connection too, for a moment.
    private static let refusals = 64

    init(limit: Int) { self.limit = limit }

    var all: [HTTPConnection] { state.withLock { Array($0.connections.values) } }

    /// What becomes of one more connection.
    func admission() -> Admission {
        let open = state.withLock { $0.connections.count }
        return open < limit ? .serve : open < limit + Self.refusals ? .refuse : .drop
    }

    /// - Parameter make: builds the connection around what it calls when it has closed.
    func add(_ make: (_ onClose: @escaping @Sendable () -> Void) -> HTTPConnection) -> HTTPConnection {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            let connection = make { [self] in remove(id) }
            state.connections[id] = connection
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

    private func remove(_ id: Int) {
        let waiters = state.withLock { state in
            state.connections[id] = nil
            guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
