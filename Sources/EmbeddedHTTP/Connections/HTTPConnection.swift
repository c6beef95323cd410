import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Performs the steps of one `Exchange` on one socket.
///
/// Runs on an event loop's queue, where its Dispatch sources report too. Its sources hold it until they are cancelled,
/// which `close` does; the descriptor is closed only after the last of them says that it no longer looks at it.
actor HTTPConnection {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let socket: Socket
    private let handler: @Sendable (HTTPRequest) async -> HTTPAnswer
    private let answersOnLoop: Bool
    private let id: Int
    private let registry: ConnectionRegistry
    private let room: BodyRoom
    /// The share of the room that this connection holds.
    private var taken = 0
    private var exchange: Exchange
    /// What the registry knows of it.
    private var isIdle: Bool
    private var date = ResponseDate()
    /// Bytes of the answer that the system would not take yet.
    private var unsent: ArraySlice<UInt8> = []
    private var reader: (any DispatchSourceRead)?
    private var isReaderPaused = false
    private var writer: (any DispatchSourceWrite)?
    private var liveSources = 0
    private var isClosing = false
    private var handling: Task<Void, Never>?
    /// What the answer in hand is made by, if it has no known end.
    private var stream: HTTPStream?

    private static let readBytes = 64 * 1024

    init(
        socket: Socket, loop: EventLoop, limits: HTTPLimits, room: BodyRoom, id: Int, registry: ConnectionRegistry,
        isServed: Bool, answersOnLoop: Bool, judge: @escaping @Sendable (HTTPRequest) -> HeadVerdict,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPAnswer
    ) {
        self.socket = socket
        self.loop = loop
        self.room = room
        self.id = id
        self.registry = registry
        isIdle = isServed
        self.answersOnLoop = answersOnLoop
        self.handler = handler
        exchange = Exchange(limits: limits, now: .now, judge: judge)
    }

    /// Starts reading, or says that there are too many connections.
    func start() {
        let source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: loop.queue)
        source.setEventHandler { [self] in assumeIsolated { _ = $0.readable() } }
        source.setCancelHandler { [self] in assumeIsolated { $0.sourceEnded() } }
        reader = source
        liveSources += 1
        source.resume()
        perform(isIdle ? .wait : exchange.refuse(now: .now))
    }

    /// Reports a passed deadline to the exchange. Only what the peer has not done by now counts: this loop may be late.
    func expire() {
        guard let deadline = exchange.deadline, deadline <= .now else { return }
        catchUp()
        perform(exchange.expire(now: .now))
    }

    /// Takes no further request; closes at once if none is in hand.
    func stop() {
        catchUp()
        perform(exchange.stop(now: .now))
    }

    /// Closes if nothing of a request has come.
    func yield() {
        catchUp()
        perform(exchange.yield())
    }

    /// Closes at once and cancels the handler.
    func abort() { perform(exchange.abort()) }

    private func perform(_ step: Exchange.Step) {
        switch takeRoom(for: step) {
        case .wait: break
        case .sendContinue: send(Reply.continueBytes)
        case .handle(let request): handle(request)
        case .cancelHandler: handling?.cancel()
        case .send(let reply): send(reply.encoded(date: date.text(secondsSince1970: time(nil))))
        case .next: askStream()
        case .sendPiece(let bytes): send(bytes)
        case .shutdown:
            handling?.cancel()
            socket.shutdownSending()
        case .close: close()
        case .reset:
            socket.resetOnClose()
            close()
        }
        // One that closes keeps its standing until it is gone: it may be the one that others wait for to leave.
        if !isClosing, exchange.isIdle != isIdle {
            isIdle.toggle()
            registry.note(id, isIdle: isIdle)
        }
        adjustReading()
    }

    /// Keeps the room that this connection has equal to what it keeps of bodies. Without room the request is refused.
    private func takeRoom(for step: Exchange.Step) -> Exchange.Step {
        var step = step
        let isGrowing = if case .handle = step { true } else { exchange.isReadingBody }
        if isGrowing, exchange.held > taken {
            if room.take(exchange.held - taken, isVerified: exchange.isVerified) {
                taken = exchange.held
            } else {
                step = exchange.overflow(now: .now)
            }
        }
        if exchange.held < taken {
            room.giveBack(taken - exchange.held)
            taken = exchange.held
        }
        return step
    }

    private func handle(_ request: HTTPRequest) {
        // Unstructured, since an event of the socket starts it. It ends with its answer; `cancelHandler` and `close`
        // cancel it, so that nothing works for a peer that has gone or beyond the server's stop.
        handling = Task(executorPreference: answersOnLoop ? loop.tasks : nil) { [self, handler] in
            let answer = await handler(request)
            // On the loop's own thread the answer need not go through its queue once more.
            if loop.isCurrent { answeredHere(answer) } else { await answered(answer) }
        }
    }

    private nonisolated func answeredHere(_ answer: HTTPAnswer) { assumeIsolated { $0.answered(answer) } }

    private func answered(_ answer: HTTPAnswer) {
        handling = nil
        var answer = answer
        if case .stream(let stream) = answer {
            if isClosing || registry.addStream(id) {
                self.stream = stream
            } else {
                answer = .response(.error(503, "too many streams, try again shortly", headers: ["Retry-After": "10"]))
            }
        }
        perform(exchange.answered(answer, now: .now))
    }

    private func askStream() {
        guard let stream else { return }
        // Unstructured, since the socket's taking of the bytes before starts it. It ends with the next bytes; the stream's
        // end and `close` cancel it.
        handling = Task { [self] in produced(await stream.next()) }
    }

    private func produced(_ bytes: [UInt8]?) {
        handling = nil
        perform(exchange.produced(bytes, now: .now))
    }

    /// Does what the socket allows but no event has told yet.
    private func catchUp() {
        if !unsent.isEmpty { flush() }
        var reads = 0
        // A body of the greatest size is read whole; a peer that sends without end is not followed.
        while reads < 32, reader != nil, !isReaderPaused, readable() { reads += 1 }
    }

    // MARK: Reading

    /// - Returns: whether bytes came.
    private func readable() -> Bool {
        // Only as much as one buffer at a time: then it is another connection's turn.
        let received = withUnsafeTemporaryAllocation(byteCount: Self.readBytes, alignment: 1) { buffer in
            let received = socket.receive(into: buffer)
            if case .bytes(let count) = received {
                perform(exchange.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]), now: .now))
            }
            return received
        }
        switch received {
        case .bytes: return true
        case .nothingYet: break
        case .ended: perform(exchange.ended(now: .now))
        case .broken: perform(exchange.abort())
        }
        return false
    }

    private func adjustReading() {
        guard let reader, !isClosing, exchange.wantsBytes == isReaderPaused else { return }
        isReaderPaused.toggle()
        if isReaderPaused { reader.suspend() } else { reader.resume() }
    }

    // MARK: Sending

    private func send(_ bytes: [UInt8]) {
        if unsent.isEmpty { unsent = bytes[...] } else { unsent += bytes }
        if writer == nil { flush() }
    }

    private func flush() {
        while !unsent.isEmpty {
            switch unsent.withUnsafeBytes({ socket.transmit($0) }) {
            case .bytes(let count): unsent = unsent.dropFirst(count)
            case .full: return waitUntilWritable()
            case .broken: return perform(exchange.abort())
            }
        }
        unsent = []
        stopWaitingUntilWritable()
        perform(exchange.sent(now: .now))
    }

    private func waitUntilWritable() {
        guard writer == nil else { return }
        let source = DispatchSource.makeWriteSource(fileDescriptor: socket.descriptor, queue: loop.queue)
        source.setEventHandler { [self] in assumeIsolated { $0.writable() } }
        source.setCancelHandler { [self] in assumeIsolated { $0.sourceEnded() } }
        writer = source
        liveSources += 1
        source.resume()
    }

    private func writable() {
        if !isClosing { flush() }
    }

    private func stopWaitingUntilWritable() {
        writer?.cancel()
        writer = nil
    }

    // MARK: Closing

    private func close() {
        guard !isClosing else { return }
        isClosing = true
        handling?.cancel()
        stream = nil
        unsent = []
        // A suspended source would never run its cancel handler.
        if isReaderPaused { reader?.resume() }
        reader?.cancel()
        reader = nil
        stopWaitingUntilWritable()
        if liveSources == 0 { finishClosing() }
    }

    private func sourceEnded() {
        liveSources -= 1
        if isClosing, liveSources == 0 { finishClosing() }
    }

    private func finishClosing() {
        socket.release()
        registry.remove(id)
    }
}
