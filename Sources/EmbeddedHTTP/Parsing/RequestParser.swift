/// Turns the bytes of one connection into requests, strictly. Keeps no clock and answers nothing itself.
///
/// Its events depend on the bytes alone: fed one by one they give the same as all at once.
package struct RequestParser: Sendable {
    package enum Event: Sendable {
        case needMore
        /// A header is complete and a body is to come. The request is the later one without its body.
        case head(HTTPRequest, expectsContinue: Bool)
        case request(HTTPRequest, persistence: Persistence)
        /// Final: whatever follows is not looked at.
        case reject(Rejection)
    }

    private enum State: Sendable {
        /// Exits: `header`. `isFirstTry` is false once an empty line was passed over.
        case requestLine(isFirstTry: Bool)
        /// Exits: `fixedBody`, `chunkedBody`, or `requestLine` if there is no body.
        case header(RequestHead, bytesLeft: Int)
        /// Exits: `requestLine`.
        case fixedBody(RequestHead, persistence: Persistence, length: Int)
        /// Exits: `requestLine`.
        case chunkedBody(RequestHead, persistence: Persistence)
        /// No exits.
        case rejected(Rejection)
    }

    private let limits: HTTPLimits
    private var input = InputBuffer()
    private var state = State.requestLine(isFirstTry: true)
    /// The body in hand: of a fixed length, or in chunks. Not inside `state`: taken out of there and put back, it would
    /// be copied for every piece.
    private var fixed: [UInt8] = []
    private var chunks: ChunkReader

    package init(limits: HTTPLimits) {
        self.limits = limits
        chunks = ChunkReader(limits: limits)
    }

    /// Bytes given and not yet used.
    package var buffered: Int { input.count }

    /// Bytes that are kept: those not yet used, and the part of a body that is here.
    var held: Int { input.count + fixed.count + chunks.body.count }

    /// Whether nothing of a next request has come.
    package var isBetweenRequests: Bool {
        if case .requestLine(isFirstTry: true) = state { input.isEmpty } else { false }
    }

    package mutating func push(_ bytes: some Sequence<UInt8>) { input.append(bytes) }

    /// The next thing that the bytes given so far say. Ask again until it is `needMore`.
    package mutating func next() -> Event {
        do throws(Rejection) {
            return try advance()
        } catch {
            reject(error)
            return .reject(error)
        }
    }

    /// Nothing more is read, and what is here is let go.
    mutating func reject(_ rejection: Rejection) {
        state = .rejected(rejection)
        input.removeAll()
        fixed = []
        chunks = ChunkReader(limits: limits)
    }

    private mutating func advance() throws(Rejection) -> Event {
        while true {
            switch state {
            case .requestLine(let isFirstTry):
                guard let line = try requestLine() else { return .needMore }
                if line.isEmpty {
                    // Some clients end a body with a CRLF too many (RFC 9112, 2.2). One is forgiven.
                    guard isFirstTry else { throw .badRequest("the request begins with empty lines") }
                    state = .requestLine(isFirstTry: false)
                } else {
                    let line = try RequestLine(line, targetBytes: limits.targetBytes)
                    state = .header(RequestHead(line), bytesLeft: limits.headerBytes)
                }
            case .header(let head, let bytesLeft):
                return try header(head, bytesLeft: bytesLeft)
            case .fixedBody(let head, let persistence, let length):
                // No space is set aside: a peer that only announces a megabyte must not take one.
                fixed.append(contentsOf: input.take(upTo: length - fixed.count))
                guard fixed.count == length else { return .needMore }
                defer { fixed = [] }
                return request(head, persistence: persistence, body: fixed)
            case .chunkedBody(let head, let persistence):
                guard try chunks.read(from: &input) == .complete else { return .needMore }
                defer { chunks = ChunkReader(limits: limits) }
                return request(head, persistence: persistence, body: chunks.body)
            case .rejected(let rejection):
                input.removeAll()
                return .reject(rejection)
            }
        }
    }

    private mutating func requestLine() throws(Rejection) -> ArraySlice<UInt8>? {
        switch input.nextLine(limit: RequestLine.maxBytes(targetBytes: limits.targetBytes)) {
        case .incomplete: return nil
        case .line(let line): return line
        case .tooLong:
            throw Rejection(status: 414, sentence: "the request's target is longer than \(limits.targetBytes) bytes")
        case .malformed: throw .badRequest("the request line does not end in CRLF or holds a control byte")
        }
    }

    private mutating func header(_ head: RequestHead, bytesLeft: Int) throws(Rejection) -> Event {
        var head = head
        var bytesLeft = bytesLeft
        while true {
            switch input.nextLine(limit: bytesLeft) {
            case .incomplete:
                state = .header(head, bytesLeft: bytesLeft)
                return .needMore
            case .line(let line) where line.isEmpty:
                return try headerEnded(head)
            case .line(let line):
                guard head.headers.fields.count < limits.headerFields else { throw .headerTooLarge(limits) }
                try head.take(line)
                bytesLeft -= line.count
            case .tooLong: throw .headerTooLarge(limits)
            case .malformed: throw .badRequest("a header line does not end in CRLF or holds a control byte")
            }
        }
    }

    private mutating func headerEnded(_ head: RequestHead) throws(Rejection) -> Event {
        let framing = try head.framing(limits: limits)
        switch framing.body {
        case .fixed(0):
            return request(head, persistence: framing.persistence, body: [])
        case .fixed(let length):
            state = .fixedBody(head, persistence: framing.persistence, length: length)
        case .chunked:
            state = .chunkedBody(head, persistence: framing.persistence)
        }
        return .head(Self.request(head, body: []), expectsContinue: framing.expectsContinue)
    }

    private mutating func request(_ head: RequestHead, persistence: Persistence, body: [UInt8]) -> Event {
        state = .requestLine(isFirstTry: true)
        return .request(Self.request(head, body: body), persistence: persistence)
    }

    private static func request(_ head: RequestHead, body: [UInt8]) -> HTTPRequest {
        HTTPRequest(
            method: head.line.method, path: head.line.path, query: head.line.query, headers: head.headers, body: body)
    }
}
