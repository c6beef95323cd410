/// An answer together with the facts that its framing depends on.
struct Reply: Sendable {
    let response: HTTPResponse
    /// The answer to HEAD has every header of the answer to GET, and no body.
    let isForHead: Bool
    let persistence: Persistence

    static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The bytes on the wire. Date, Content-Length, Transfer-Encoding and Connection are the server's business: a
    /// handler's are dropped.
    func encoded(date: String) -> [UInt8] {
        precondition(200...599 ~= response.status, "a handler answers with a final status, 200 to 599")
        var head = "HTTP/1.1 \(response.status) \(StatusPhrase.of(response.status))\r\nDate: \(date)\r\n"
        for (name, value) in response.headers.fields where !Self.isOurs(name) {
            precondition(ASCII.isToken(name.utf8), "a header is named with a token")
            head += "\(name): \(Self.harmless(value))\r\n"
        }
        let hasBody = response.status != 204 && response.status != 304
        if hasBody { head += "Content-Length: \(response.body.count)\r\n" }
        if let connection = persistence.header { head += "Connection: \(connection)\r\n" }
        head += "\r\n"
        var bytes = Array(head.utf8)
        if hasBody, !isForHead { bytes += response.body }
        return bytes
    }

    private static func isOurs(_ name: String) -> Bool {
        ["Date", "Content-Length", "Transfer-Encoding", "Connection"].contains { ASCII.equalIgnoringCase($0, name) }
    }

    /// A line break in a value, perhaps copied from a request, would begin a header of the requester's choosing.
    private static func harmless(_ value: String) -> String {
        guard value.utf8.contains(where: ASCII.isControl) else { return value }
        return String(String.UnicodeScalarView(value.unicodeScalars.map { $0.isASCIIControl ? " " : $0 }))
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIIControl: Bool { UInt8(exactly: value).map(ASCII.isControl) ?? false }
}
