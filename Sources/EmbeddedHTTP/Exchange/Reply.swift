/// An answer together with the facts that its framing depends on.
struct Reply: Sendable {
    let response: HTTPResponse
    /// The answer to HEAD has every header of the answer to GET, and no body.
    let isForHead: Bool
    let persistence: Persistence
    /// The body has no length: it ends with the connection (RFC 9112, 6.3).
    var isOpenEnded = false

    static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The bytes on the wire. Date, Content-Length, Transfer-Encoding and Connection are the server's business: a
    /// handler's are dropped.
    func encoded(date: String) -> [UInt8] {
        precondition(200...599 ~= response.status, "a handler answers with a final status, 200 to 599")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.usualHead + response.body.count)
        bytes += "HTTP/1.1 \(response.status) ".utf8
        bytes += StatusPhrase.of(response.status).utf8
        bytes += "\r\nDate: ".utf8
        bytes += date.utf8
        bytes += "\r\n".utf8
        for (name, value) in response.headers.fields where !Self.isOurs(name) {
            precondition(ASCII.isToken(name.utf8), "a header is named with a token")
            bytes += name.utf8
            bytes += ": ".utf8
            bytes += Self.harmless(value).utf8
            bytes += "\r\n".utf8
        }
        let hasBody = response.status != 204 && response.status != 304
        if hasBody, !isOpenEnded { bytes += "Content-Length: \(response.body.count)\r\n".utf8 }
        if let connection = persistence.header { bytes += "Connection: \(connection)\r\n".utf8 }
        bytes += "\r\n".utf8
        if hasBody, !isForHead { bytes += response.body }
        return bytes
    }

    private static let usualHead = 200

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
