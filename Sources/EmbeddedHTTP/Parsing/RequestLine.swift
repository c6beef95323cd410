/// The first line of a request, `METHOD SP target SP HTTP/1.1`.
struct RequestLine: Sendable {
    let method: String
    let path: [String]
    let query: [(name: String, value: String)]
    /// False for HTTP/1.0.
    let isHTTP11: Bool

    /// No method in use is as long.
    static let maxMethodBytes = 32

    /// The longest line that can be one, without its CRLF.
    static func maxBytes(targetBytes: Int) -> Int { maxMethodBytes + 1 + targetBytes + 1 + "HTTP/1.1".utf8.count }

    /// Takes the line without its CRLF.
    init(_ line: ArraySlice<UInt8>, targetBytes: Int) throws(Rejection) {
        let words = line.split(separator: ASCII.blank, omittingEmptySubsequences: false)
        guard words.count == 3, ASCII.isToken(words[0]), words[0].count <= Self.maxMethodBytes else {
            throw .badRequest("the request does not begin with a line like GET /path HTTP/1.1")
        }
        method = String(decoding: words[0], as: UTF8.self)
        isHTTP11 = try Self.isHTTP11(words[2])
        guard words[1].count <= targetBytes else {
            throw Rejection(status: 414, sentence: "the request's target is longer than \(targetBytes) bytes")
        }
        (path, query) = try RequestTarget.parse(words[1], method: method)
    }

    private static func isHTTP11(_ version: ArraySlice<UInt8>) throws(Rejection) -> Bool {
        let bytes = Array(version)
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), ASCII.isDigit(bytes[5]),
            bytes[6] == UInt8(ascii: "."), ASCII.isDigit(bytes[7])
        else { throw .badRequest("the request line does not end with a version like HTTP/1.1") }
        guard bytes[5] == UInt8(ascii: "1") else {
            throw Rejection(status: 505, sentence: "this server speaks HTTP/1.1 and HTTP/1.0 only")
        }
        // A later HTTP/1.x is to be read as the highest version we know (RFC 9110, 2.5).
        return bytes[7] != UInt8(ascii: "0")
    }
}
