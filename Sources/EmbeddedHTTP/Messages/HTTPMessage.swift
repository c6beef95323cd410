/// A request, complete with its body.
public struct HTTPRequest: Sendable {
    public var method: String
    /// The path, percent-decoded segment by segment; never with a query. `/` has none, `/a/` ends in an empty one.
    public var path: [String]
    /// Name and value pairs in the order given, percent-decoded; `+` stands for a blank.
    public var query: [(name: String, value: String)]
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(
        method: String, path: [String], query: [(name: String, value: String)] = [], headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// Header fields in order; names compare without regard to case.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }
    public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }

    /// The first value of a name. Setting replaces all values of that name; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { ASCII.equalIgnoringCase($0.name, name) }?.value }
        set {
            fields.removeAll { ASCII.equalIgnoringCase($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    public mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }
}

/// An answer. The server adds Date and Content-Length; `Connection: close` among the headers closes the connection.
public struct HTTPResponse: Sendable {
    /// 200 to 599.
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A handler's answer: a response, or none.
public enum HTTPAnswer: Sendable {
    case response(HTTPResponse)
    /// Bytes without a known end, with 200.
    case stream(HTTPStream)
    /// Closes the connection with a reset and no answer, as a failing peer would.
    case reset
}
