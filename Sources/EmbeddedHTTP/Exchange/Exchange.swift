/// Decides what one connection does next. Each request is answered before the next is looked at.
///
/// Keeps no clock and touches no socket. Every event returns the one step that follows from it; the caller performs it
/// and reports back.
struct Exchange: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Step: Sendable {
        /// Nothing to do until the next event.
        case wait
        /// Send the 25 bytes that make the peer send its body; no report is needed.
        case sendContinue
        /// Run the handler, then report `answered`.
        case handle(HTTPRequest)
        /// The peer has gone while the handler works: cancel it. Its answer is still reported.
        case cancelHandler
        /// Send, then report `sent`.
        case send(Reply)
        /// Ask the stream for its next bytes, then report `produced`.
        case next
        /// Send a stream's bytes, then report `sent`.
        case sendPiece([UInt8])
        /// Tell the peer that nothing more comes; go on reading. A stream that still works on its next bytes is cancelled.
        case shutdown
        case close
        /// Close such that the peer sees a reset.
        case reset
    }

    private enum Phase {
        /// Exits: `header` with a request's first byte; `over` after the idle time, on the peer's end or when stopped.
        case idle(until: Instant)
        /// Exits: `body`, `handling`, `sending` a refusal, `over`.
        case header(until: Instant)
        /// Exits: `handling`, `sending` a refusal, `over`.
        case body(until: Instant)
        /// Without a deadline: the handler sets its own. Exits: `sending`, `over`.
        case handling(isHead: Bool, persistence: Persistence)
        /// Exits: `idle`, `header` or beyond if the next request is here already; `draining` after the last answer.
        case sending(until: Instant, closes: Bool)
        /// An answer without a known end. The time is that for the peer to take the bytes on their way; nil while the
        /// stream works on the next. Exits: `draining` at the stream's end or when stopped; `over`.
        case streaming(until: Instant?)
        /// The last answer is sent; the peer's bytes are thrown away. Exits: `over`, at the peer's end or after a time.
        case draining(until: Instant)
        case over
    }

    private let limits: HTTPLimits
    /// Decides by the head alone, without waiting, whether to read a body.
    private let judge: @Sendable (HTTPRequest) -> HeadVerdict
    private var phase: Phase
    private var parser: RequestParser
    /// The peer sends nothing more. It may still read, so what it asked before is answered.
    private var peerEnded = false
    private var isStopping = false
    /// Bytes of the body that the handler has.
    private var handled = 0
    /// Whether the head of the request in hand verified its sender.
    private(set) var isVerified = true

    init(
        limits: HTTPLimits, now: Instant,
        judge: @escaping @Sendable (HTTPRequest) -> HeadVerdict = { _ in .read(isVerified: true) }
    ) {
        self.limits = limits
        self.judge = judge
        parser = RequestParser(limits: limits)
        phase = .header(until: now + limits.headerTime)
    }

    /// Whether to read more from the peer. While an answer is worked on, what comes ahead of it is kept, but not
    /// without end.
    var wantsBytes: Bool {
        switch phase {
        // What comes beside a stream is thrown away; its end must be noticed.
        case .idle, .header, .body, .draining, .streaming, .sending(_, closes: true): !peerEnded
        case .handling, .sending: !peerEnded && parser.buffered < limits.headerBytes
        case .over: false
        }
    }

    /// Whether nothing of a request has come, so that closing takes nothing from the peer.
    var isIdle: Bool {
        switch phase {
        case .idle: true
        case .header: parser.isBetweenRequests
        case .body, .handling, .sending, .streaming, .draining, .over: false
        }
    }

    /// Bytes of requests that are kept: on their way, or with the handler.
    var held: Int { parser.held + handled }

    /// Whether what is kept belongs to a body that is being read. (The rest is bounded for each connection.)
    var isReadingBody: Bool { if case .body = phase { true } else { false } }

    /// When to call `expire`, if no other event comes before.
    var deadline: Instant? {
        switch phase {
        case .idle(let until), .header(let until), .body(let until), .sending(let until, _), .draining(let until): until
        case .streaming(let until): until
        case .handling, .over: nil
        }
    }

    /// Answers 503 without reading anything, and closes.
    mutating func refuse(now: Instant) -> Step {
        send(.error(503, "too many connections, try again shortly", headers: ["Retry-After": "1"]), now: now)
    }

    /// Answers 503 for want of room for the body in hand, and closes.
    mutating func overflow(now: Instant) -> Step {
        handled = 0
        return send(
            .error(503, "too many messages at once, try again shortly", headers: ["Retry-After": "1"]), now: now)
    }

    /// Closes if nothing of a request has come: another connection needs the place.
    mutating func yield() -> Step { isIdle ? finish(.close) : .wait }

    mutating func received(_ bytes: some Sequence<UInt8>, now: Instant) -> Step {
        switch phase {
        case .draining, .over, .streaming, .sending(_, closes: true):
            return .wait
        case .idle:
            phase = .header(until: now + limits.headerTime)
            fallthrough
        case .header, .body:
            parser.push(bytes)
            return advance(now: now)
        case .handling, .sending:
            parser.push(bytes)
            return .wait
        }
    }

    /// The peer has closed its sending side.
    mutating func ended(now: Instant) -> Step {
        peerEnded = true
        switch phase {
        // None reads a stream without end on after its own last word.
        case .idle, .header, .body, .draining, .streaming: return finish(.close)
        // A peer that went away and one that only said its last word look alike. So the handler is told that probably
        // the client no longer listens, and what it answers is sent all the same.
        case .handling: return .cancelHandler
        case .sending, .over: return .wait
        }
    }

    mutating func answered(_ answer: HTTPAnswer, now: Instant) -> Step {
        handled = 0
        guard case .handling(let isHead, let persistence) = phase else { return .wait }
        let response: HTTPResponse
        switch answer {
        case .response(let whole): response = whole
        case .stream(let stream): return begin(stream, isForHead: isHead, now: now)
        case .reset: return finish(.reset)
        }
        let asksToClose = response.headers["Connection"].map { ASCII.equalIgnoringCase($0, "close") } ?? false
        let after = asksToClose || isStopping ? .closes : persistence
        phase = .sending(until: now + limits.sendTime, closes: after == .closes)
        return .send(Reply(response: response, isForHead: isHead, persistence: after))
    }

    private mutating func begin(_ stream: HTTPStream, isForHead: Bool, now: Instant) -> Step {
        let until = now + limits.sendTime
        phase = isForHead ? .sending(until: until, closes: true) : .streaming(until: until)
        parser = RequestParser(limits: limits)
        return .send(
            Reply(
                response: HTTPResponse(status: 200, headers: stream.headers), isForHead: isForHead,
                persistence: .closes, isOpenEnded: true))
    }

    /// The stream's next bytes, or its end.
    mutating func produced(_ bytes: [UInt8]?, now: Instant) -> Step {
        guard case .streaming(nil) = phase else { return .wait }
        guard let bytes else { return endStream(now: now) }
        phase = .streaming(until: now + limits.sendTime)
        return .sendPiece(bytes)
    }

    private mutating func endStream(now: Instant) -> Step {
        phase = .draining(until: now + limits.lingerTime)
        return .shutdown
    }

    /// All bytes of the answer have been handed to the system.
    mutating func sent(now: Instant) -> Step {
        if case .streaming(.some) = phase {
            if isStopping { return endStream(now: now) }
            phase = .streaming(until: nil)
            return .next
        }
        guard case .sending(_, let closes) = phase else { return .wait }
        if closes {
            guard !peerEnded else { return finish(.close) }
            phase = .draining(until: now + limits.lingerTime)
            return .shutdown
        }
        if parser.isBetweenRequests {
            guard !peerEnded, !isStopping else { return finish(.close) }
            phase = .idle(until: now + limits.idleTime)
            return .wait
        }
        phase = .header(until: now + limits.headerTime)
        return advance(now: now)
    }

    /// Does what a passed deadline asks for; nothing if none has.
    mutating func expire(now: Instant) -> Step {
        guard let deadline, deadline <= now else { return .wait }
        switch phase {
        // A connection that has sent nothing is owed no answer.
        case .header where parser.isBetweenRequests: return finish(.close)
        case .header: return send(.error(408, "the request's header took too long to arrive"), now: now)
        case .body: return send(.error(408, "the request's body took too long to arrive"), now: now)
        case .sending, .streaming: return finish(.reset)
        case .idle, .draining: return finish(.close)
        case .handling, .over: return .wait
        }
    }

    /// Finishes the request in hand and takes no further one. A stream ends once its bytes on their way are taken.
    mutating func stop(now: Instant) -> Step {
        isStopping = true
        switch phase {
        case .streaming(nil): return endStream(now: now)
        case .idle: return finish(.close)
        case .header where parser.isBetweenRequests: return finish(.close)
        // Draining has its own, short end; closing over unread bytes would make the peer lose its last answer.
        case .header, .body, .handling, .sending, .streaming, .draining, .over: return .wait
        }
    }

    /// The connection is broken, or its time is over.
    mutating func abort() -> Step {
        // All was said, so a reset could only take it back.
        if case .draining = phase { return finish(.close) }
        return finish(.reset)
    }

    private mutating func advance(now: Instant) -> Step {
        while true {
            switch parser.next() {
            case .needMore:
                return peerEnded ? finish(.close) : .wait
            case .head(let head, let expectsContinue):
                switch judge(head) {
                case .refuse(let response): return send(response, now: now)
                case .read(let isVerified): self.isVerified = isVerified
                }
                phase = .body(until: now + limits.bodyTime)
                // With a part of the body here already, the peer does not wait (RFC 9110, 10.1.1).
                if expectsContinue, parser.buffered == 0, !peerEnded { return .sendContinue }
            case .request(let request, let persistence):
                phase = .handling(isHead: request.method == "HEAD", persistence: persistence)
                handled = request.body.count
                return .handle(request)
            case .reject(let rejection):
                return send(.error(rejection.status, rejection.sentence), now: now)
            }
        }
    }

    private mutating func send(_ response: HTTPResponse, now: Instant) -> Step {
        phase = .sending(until: now + limits.sendTime, closes: true)
        // What else the peer sends is thrown away.
        parser = RequestParser(limits: limits)
        return .send(Reply(response: response, isForHead: false, persistence: .closes))
    }

    private mutating func finish(_ step: Step) -> Step {
        if case .over = phase { return .wait }
        phase = .over
        parser = RequestParser(limits: limits)
        return step
    }
}
