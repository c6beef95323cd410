import WireFormats

/// The parts of a `multipart/form-data` body (RFC 7578), in the order sent.
///
/// Strict about what separates parts, since a lenient reader can be made to see other parts than the sender's own
/// tools: lines end in CRLF, a boundary stands alone on its line, the closing boundary must be there. What stands
/// before the first boundary and after the last is passed over.
public struct MultipartBody: Sendable {
    public struct Part: Sendable, Equatable {
        public let name: String
        public let filename: String?
        /// Nil if the part does not say; a form's plain value usually does not.
        public let contentType: ContentType?
        public let bytes: [UInt8]

        /// The bytes as UTF-8; else as the part's own charset says, or Windows-1252.
        public var text: String { text(charset: nil) }

        /// - Parameter charset: counts where the part declares none.
        public func text(charset: String?) -> String {
            Charset(contentType?[parameter: "charset"] ?? charset).text(bytes)
        }
    }

    public let parts: [Part]

    /// - Parameters:
    ///   - boundary: the parameter of that name of the request's content type.
    ///   - maxParts: more parts than this are refused.
    public init(decoding body: [UInt8], boundary: String, maxParts: Int = 1_000) throws(MultipartBodyError) {
        // RFC 2046, 5.1.1. An empty boundary would find a delimiter at every line that starts with two dashes.
        guard 1...70 ~= boundary.utf8.count, !boundary.utf8.contains(where: ASCII.isControl) else {
            throw .badBoundary
        }
        var reader = MultipartReader(body: body, boundary: boundary)
        try reader.skipPreamble()
        var parts: [Part] = []
        while let part = try reader.nextPart() {
            guard parts.count < maxParts else { throw .tooManyParts(limit: maxParts) }
            parts.append(part)
        }
        self.parts = parts
    }
}

/// Why a multipart body could not be read. No part of it is kept.
public enum MultipartBodyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The boundary is empty, longer than 70 bytes or holds control characters.
    case badBoundary
    /// The body holds no line of the boundary at all.
    case boundaryNotFound
    /// A part begins but no boundary ends it: the body was cut short.
    case unterminated
    /// A part's header lines break the grammar or are too long.
    case badPartHeader
    /// A part lacks `Content-Disposition: form-data; name="…"`.
    case namelessPart
    case tooManyParts(limit: Int)

    public var description: String {
        switch self {
        case .badBoundary: "the boundary of the multipart body is empty, too long or holds control characters"
        case .boundaryNotFound: "the multipart body does not contain its boundary"
        case .unterminated: "the multipart body ends before its closing boundary"
        case .badPartHeader: "a part of the multipart body has a header that is malformed or too long"
        case .namelessPart: "a part of the multipart body lacks Content-Disposition: form-data with a name"
        case .tooManyParts(let limit): "the multipart body has more than \(limit) parts"
        }
    }
}
