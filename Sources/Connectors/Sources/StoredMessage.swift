/// The payload of a job: the message as it came, so that a better field mapping can read it again later.
///
///     offset  size  what
///     0       1     version, 1
///     1       1     tag: 1 Zen Planner, 2 OnceHub, 3 a row of a Zen Planner report,
///                   4 an order to resync; a new source takes the next number
///     2       2     length of the content type, little endian
///     4       n     content type, UTF-8
///     4+n     …     body
package struct StoredMessage: Equatable, Sendable {
    /// Bytes beside the body, at most: no content type is longer than a request's header may be.
    package static let mostOverhead = 4 + (16 << 10)

    package var tag: MessageTag
    package var contentType: String?
    package var body: [UInt8]

    package init(_ tag: MessageTag, contentType: String? = nil, body: [UInt8]) {
        self.tag = tag
        self.contentType = contentType
        self.body = body
    }

    /// Nil for a payload that a newer version wrote: such a job is kept and set aside, never dropped.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4, bytes[0] == 1 else { return nil }
        let length = Int(bytes[2]) | Int(bytes[3]) << 8
        guard bytes.count >= 4 + length else { return nil }
        tag = MessageTag(rawValue: bytes[1])
        contentType = length == 0 ? nil : String(decoding: bytes[4..<(4 + length)], as: UTF8.self)
        body = Array(bytes[(4 + length)...])
    }

    package var bytes: [UInt8] {
        let type = Array((contentType ?? "").utf8.prefix(Int(UInt16.max)))
        return [1, tag.rawValue, UInt8(type.count & 0xFF), UInt8(type.count >> 8)] + type + body
    }
}
