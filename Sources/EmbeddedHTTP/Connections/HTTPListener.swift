import Dispatch

/// Accepts connections until it is closed.
actor HTTPListener {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let socket: Socket
    private let accept: @Sendable (Socket) -> Socket.Accepted
    private let admit: @Sendable (Socket) -> Void
    private let isCrowded: @Sendable () -> Bool
    private let pause: Duration
    private var source: (any DispatchSourceRead)?
    private var isPaused = false
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false

    /// - Parameters:
    ///   - accept: takes a connection from the socket; a test makes it fail.
    ///   - pause: how long to wait for descriptors when there are none left.
    ///   - isCrowded: whether to leave connections with the system until places are free, which they are soon.
    ///   - admit: owns each connection from then on.
    init(
        socket: Socket, loop: EventLoop, pause: Duration = .milliseconds(100),
        accept: @escaping @Sendable (Socket) -> Socket.Accepted = { $0.nextConnection() },
        isCrowded: @escaping @Sendable () -> Bool = { false },
        admit: @escaping @Sendable (Socket) -> Void
    ) {
        self.socket = socket
        self.loop = loop
        self.pause = pause
        self.accept = accept
        self.isCrowded = isCrowded
        self.admit = admit
    }

    func open() {
        guard !isClosed else { return }
        let source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: loop.queue)
        source.setEventHandler { [self] in assumeIsolated { $0.acceptable() } }
        source.setCancelHandler { [self] in assumeIsolated { $0.sourceEnded() } }
        self.source = source
        source.resume()
    }

    /// Returns when the port is free again.
    func close() async {
        guard !isClosed else { return }
        isClosed = true
        guard let source else { return socket.release() }
        // A suspended source would never run its cancel handler.
        if isPaused { source.resume() }
        await withCheckedContinuation { continuation in
            closers.append(continuation)
            source.cancel()
        }
    }

    private func acceptable() {
        // Bounded, so that a flood of connections does not keep this loop's other connections waiting.
        for _ in 0..<64 where !isClosed {
            // This is called again at once, behind what the connections of this loop have to do.
            if isCrowded() { return }
            switch accept(socket) {
            case .connection(let connection): admit(connection)
            case .none: return
            case .exhausted: return pauseAccepting()
            }
        }
    }

    private func pauseAccepting() {
        isPaused = true
        source?.suspend()
        loop.queue.asyncAfter(deadline: .now() + .nanoseconds(Int(pause / .nanoseconds(1)))) { [self] in
            assumeIsolated { $0.resumeAccepting() }
        }
    }

    private func resumeAccepting() {
        guard isPaused, !isClosed else { return }
        isPaused = false
        source?.resume()
    }

    private func sourceEnded() {
        socket.release()
        source = nil
        for closer in closers { closer.resume() }
        closers = []
    }
}
