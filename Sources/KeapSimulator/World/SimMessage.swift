import EmbeddedHTTP

/// A request as the world sees it: path and query already percent-decoded.
package struct SimRequest: Sendable {
    package var method: String
    /// The segments between the slashes; a trailing slash shows as an empty last one.
    package var path: [String]
    package var query: [(name: String, value: String)]
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        method: String, path: [String], query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// A call of Keap's REST API as a client hands it to its transport, read as the server reads it.
    ///
    /// - Parameter target: path and query behind `/crm/rest`, percent-encoded. One that no server could read has no path.
    package init(method: String, restTarget target: String, key: String, body: [UInt8]) {
        let (path, query) = RequestTarget.parse("/crm/rest" + target) ?? ([], [])
        self.init(
            method: method, path: path, query: query,
            headers: [("X-Keap-API-Key", key), ("Content-Type", "application/json")], body: body)
    }

    /// The first value of a header; names compare without regard to case.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The first value of a query parameter.
    func parameter(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}

/// An answer, and how it reaches the client.
package struct SimAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var delivery: Delivery

    package enum Delivery: Hashable, Sendable {
        case atOnce
        case after(milliseconds: Int)
        /// Nothing is answered; if the client still waits after that time, the connection is reset.
        case never(milliseconds: Int)
        /// The connection is reset at once.
        case reset
    }

    package init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], delivery: Delivery = .atOnce
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.delivery = delivery
    }

    init(status: Int, _ json: JSON) {
        self.init(status: status, headers: [("Content-Type", "application/json")], body: json.bytes)
    }

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The body; nil if it is no JSON, whatever the reason.
    package var json: JSON? { try? JSON(parsing: body) }
}
