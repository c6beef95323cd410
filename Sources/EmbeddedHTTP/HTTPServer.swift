import Dispatch
import Synchronization

/// A small, strict HTTP/1.1 server on plain sockets.
///
/// It answers one request after another on each connection, and hands the handler only requests that are complete and
/// well formed; the others it refuses itself, with a JSON sentence. What one peer may take is set by `HTTPLimits`. TLS
/// is left to a proxy in front.
///
/// The handler runs concurrently for different connections, and not on the threads that serve sockets unless the server is
/// made so. Its task is cancelled when the peer closes its side while it works, and when the grace time of `stop` is
/// over. It has no time limit of its own.
public final class HTTPServer: Sendable {
    private enum Phase {
        /// Exits: `running`.
        case new
        /// Exits: `stopped`.
        case running(HTTPListener, DeadlineSweep)
        case stopped
    }

    private let listen: ListenAddress
    private let limits: HTTPLimits
    private let answersOnLoop: Bool
    private let judge: @Sendable (HTTPRequest) -> HeadVerdict
    private let handler: @Sendable (HTTPRequest) async -> HTTPAnswer
    private let room: BodyRoom
    private let accept: @Sendable (Socket) -> Socket.Accepted
    private let registry: ConnectionRegistry
    /// Connections are dealt to them by turns; the first also accepts.
    let loops: [EventLoop]
    private let nextLoop = Atomic(0)
    private let phase = Mutex(Phase.new)

    /// - Parameters:
    ///   - answersOnLoop: whether the handler runs on the threads that serve sockets. That saves every request two changes
    ///     of thread, and is for handlers that are short and never block.
    ///   - judge: decides by the head alone, without waiting, whether a request's body is read.
    public convenience init(
        listen: ListenAddress, limits: HTTPLimits = HTTPLimits(), answersOnLoop: Bool = false,
        judge: @escaping @Sendable (HTTPRequest) -> HeadVerdict = { _ in .read(isVerified: true) },
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPAnswer
    ) {
        self.init(
            listen: listen, limits: limits, answersOnLoop: answersOnLoop, accept: { $0.nextConnection() }, judge: judge,
            handler: handler)
    }

    init(
        listen: ListenAddress, limits: HTTPLimits, answersOnLoop: Bool = false,
        accept: @escaping @Sendable (Socket) -> Socket.Accepted,
        judge: @escaping @Sendable (HTTPRequest) -> HeadVerdict = { _ in .read(isVerified: true) },
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPAnswer
    ) {
        self.listen = listen
        self.limits = limits
        self.answersOnLoop = answersOnLoop
        self.accept = accept
        self.judge = judge
        self.handler = handler
        registry = ConnectionRegistry(limits)
        room = BodyRoom(limit: limits.heldBytes)
        // Two queues carry more than any handler behind them.
        loops = (0..<2).map { EventLoop(label: "http.\($0)") }
    }

    /// Listens. From then on the server lives until `stop`, whether or not it is still referred to.
    ///
    /// - Returns: the port, which the system chose if the address says 0.
    public func start() throws(HTTPServerError) -> Int {
        try phase.withLock { (phase) throws(HTTPServerError) in
            guard case .new = phase else { throw .alreadyStarted }
            let (socket, port) = try Socket.listening(on: listen)
            let loop = loops[0]
            let listener = HTTPListener(
                socket: socket, loop: loop, accept: accept, isCrowded: { [registry] in registry.isCrowded },
                admit: { [self] in admit($0) })
            let sweep = DeadlineSweep(loop: loop, limits: limits) { [registry] in
                for connection in registry.all {
                    connection.loop.queue.async { connection.assumeIsolated { $0.expire() } }
                }
            }
            loop.queue.async {
                listener.assumeIsolated { $0.open() }
                sweep.assumeIsolated { $0.start() }
            }
            phase = .running(listener, sweep)
            return port
        }
    }

    /// Stops listening, closes idle connections, and gives the requests in hand the grace time to be answered. Then
    /// their handlers are cancelled and their connections reset. Returns when the last connection is closed; a handler
    /// that does not heed its cancellation may still run.
    public func stop(grace: Duration) async {
        let running = phase.withLock { phase in
            defer { phase = .stopped }
            return phase
        }
        if case .running(let listener, let sweep) = running {
            await listener.close()
            for connection in registry.all { await connection.stop() }
            await empty(within: grace)
            await sweep.stop()
        } else {
            // Someone else stops it at this moment, or has done so.
            await registry.empty()
        }
    }

    /// Returns when no connection is open.
    func connectionsClosed() async { await registry.empty() }

    private func empty(within grace: Duration) async {
        await withTaskGroup { group in
            group.addTask { [registry] in
                // Cancelled when the last connection is gone, or because the caller no longer wants to wait: in both
                // cases the rest is to be closed now.
                try? await ContinuousClock().sleep(for: grace)
                for connection in registry.all { await connection.abort() }
            }
            await registry.empty()
            group.cancelAll()
        }
    }

    private func admit(_ socket: Socket) {
        var isServed = true
        switch registry.admission() {
        case .serve(let other): other.map { other in other.loop.queue.async { other.assumeIsolated { $0.yield() } } }
        case .refuse: isServed = false
        case .drop: return socket.release()
        }
        let index = nextLoop.wrappingAdd(1, ordering: .relaxed).oldValue
        let loop = loops[index & Int.max % loops.count]
        let connection = registry.add(isServed: isServed) { id in
            HTTPConnection(
                socket: socket, loop: loop, limits: limits, room: room, id: id, registry: registry, isServed: isServed,
                answersOnLoop: answersOnLoop, judge: judge, handler: handler)
        }
        loop.queue.async { connection.assumeIsolated { $0.start() } }
    }
}
