import EmbeddedHTTP
package import WireFormats

extension MogulWorld {
    /// A request as the world sees it: path and query already percent-decoded.
    package struct Request: Sendable {
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

        /// A call as a client hands it to its transport, read as the server reads it.
        ///
        /// - Parameter target: path and query from `/v1` on, percent-encoded. One that no server could read has no path.
        package init(
            method: String, target: String, headers: [(name: String, value: String)], body: [UInt8] = []
        ) {
            let (path, query) = RequestTarget.parse(target) ?? ([], [])
            self.init(method: method, path: path, query: query, headers: headers, body: body)
        }

        /// The same with the header that opens the account of this key.
        package init(method: String, target: String, key: String, body: [UInt8] = []) {
            self.init(
                method: method, target: target, headers: [("Authorization", BasicAuthorization.header(key: key))],
                body: body)
        }

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
    }

    /// An answer, and how it reaches the client.
    package struct Answer: Sendable {
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

        init(_ status: Int, _ json: JSONNode) {
            self.init(
                status: status, headers: [("Content-Type", "application/json; charset=utf-8")], body: json.bytes)
        }

        init(_ status: Int, text: String, type: String = "text/plain") {
            self.init(status: status, headers: [("Content-Type", type)], body: Array(text.utf8))
        }

        static let noContent = Answer(status: 204)

        /// The body; nil if it is no JSON, whatever the reason.
        package var json: JSONNode? { JSONNode(body: body) }
    }
}
