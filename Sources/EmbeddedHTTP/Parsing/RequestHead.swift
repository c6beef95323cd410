/// The request line and header fields of a request, gathered line by line; `framing()` judges the whole.
struct RequestHead: Sendable {
    /// How long the body is.
    enum Body: Equatable, Sendable {
        case fixed(Int)
        case chunked
    }

    struct Framing: Equatable, Sendable {
        let body: Body
        let persistence: Persistence
        /// The peer waits for `100 Continue` before it sends the body.
        let expectsContinue: Bool
    }

    let line: RequestLine
    private(set) var headers = HTTPHeaders()
    private var hosts: [String] = []
    private var contentLengths: [String] = []
    private var codings: [String]?
    private var connectionTokens: [String] = []
    private var expectations: [String] = []

    init(_ line: RequestLine) { self.line = line }

    /// Takes a header line without its CRLF.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(Rejection) {
        guard let field = FieldLine(bytes) else {
            let isFolded = bytes.first == ASCII.blank || bytes.first == ASCII.tab
            throw .badRequest(
                isFolded ? "a header line is folded, which HTTP/1.1 forbids" : "a header line is not like Name: value")
        }
        headers.append(field.name, field.value)
        if field.isNamed("Host") {
            hosts.append(field.value)
        } else if field.isNamed("Content-Length") {
            contentLengths.append(field.value)
        } else if field.isNamed("Transfer-Encoding") {
            codings = (codings ?? []) + Self.list(field.value)
        } else if field.isNamed("Connection") {
            connectionTokens += Self.list(field.value)
        } else if field.isNamed("Expect") {
            expectations += Self.list(field.value)
        }
    }

    func framing(limits: HTTPLimits) throws(Rejection) -> Framing {
        try checkHost()
        let body = try body(limits: limits)
        let hasBody = body != .fixed(0)
        var expectsContinue = false
        // HTTP/1.0 knows no expectations, so none is meant (RFC 9110, 10.1.1).
        for expectation in expectations where line.isHTTP11 {
            guard expectation == "100-continue" else {
                throw Rejection(status: 417, sentence: "the only expectation that is met here is 100-continue")
            }
            expectsContinue = hasBody
        }
        return Framing(body: body, persistence: persistence, expectsContinue: expectsContinue)
    }

    private var persistence: Persistence {
        if connectionTokens.contains("close") { return .closes }
        if line.isHTTP11 { return .keepsOpen }
        return connectionTokens.contains("keep-alive") ? .saysKeepAlive : .closes
    }

    private func checkHost() throws(Rejection) {
        guard hosts.count == 1 || (hosts.isEmpty && !line.isHTTP11) else {
            throw .badRequest("a request needs exactly one Host header")
        }
        guard hosts.allSatisfy({ HostField.isValid($0.utf8) }) else {
            throw .badRequest("the Host header is no host")
        }
    }

    private func body(limits: HTTPLimits) throws(Rejection) -> Body {
        guard let codings else { return .fixed(try contentLength(limits: limits)) }
        // Two lengths, of which a proxy before us may believe the other: the door of request smuggling.
        guard contentLengths.isEmpty else {
            throw .badRequest("a request has either Content-Length or Transfer-Encoding, not both")
        }
        guard line.isHTTP11 else { throw .badRequest("Transfer-Encoding needs HTTP/1.1") }
        guard codings.allSatisfy({ $0 == "chunked" }) else {
            throw Rejection(status: 501, sentence: "the only transfer coding that is understood here is chunked")
        }
        guard codings.count == 1 else { throw .badRequest("Transfer-Encoding must name chunked once") }
        return .chunked
    }

    private func contentLength(limits: HTTPLimits) throws(Rejection) -> Int {
        guard let text = contentLengths.first else {
            guard !["POST", "PUT", "PATCH"].contains(line.method) else {
                throw Rejection(
                    status: 411, sentence: "\(line.method) needs a Content-Length or Transfer-Encoding: chunked")
            }
            return 0
        }
        guard contentLengths.count == 1, !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else {
            throw .badRequest("Content-Length must be one number")
        }
        // Too many digits for an Int are too many bytes as well.
        guard let length = Int(text), length <= limits.bodyBytes else { throw .bodyTooLarge(limits) }
        return length
    }

    /// The elements of a comma-separated list in lower case, empty ones left out.
    private static func list(_ value: String) -> [String] {
        value.split(separator: ",").compactMap { element in
            let bytes = ASCII.trimmed(Array(element.utf8)[...])
            return bytes.isEmpty ? nil : String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self)
        }
    }
}

extension Rejection {
    static func bodyTooLarge(_ limits: HTTPLimits) -> Rejection {
        Rejection(status: 413, sentence: "the body is larger than \(limits.bodyBytes) bytes")
    }

    static func headerTooLarge(_ limits: HTTPLimits) -> Rejection {
        Rejection(
            status: 431,
            sentence: "the header is larger than \(limits.headerBytes) bytes or \(limits.headerFields) lines")
    }
}
