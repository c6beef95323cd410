/// Walks through a multipart body from boundary to boundary.
struct MultipartReader {
    private let body: [UInt8]
    /// CRLF, two dashes, the boundary.
    private let delimiter: [UInt8]
    /// Just behind the last boundary line's delimiter.
    private var position = 0

    private static let maxHeaderBytes = 8 * 1024

    init(body: [UInt8], boundary: String) {
        self.body = body
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    mutating func skipPreamble() throws(MultipartBodyError) {
        // The first boundary needs no CRLF before it when nothing else comes before it.
        if body.starts(with: delimiter.dropFirst(2)) {
            position = delimiter.count - 2
        } else if let found = nextDelimiter() {
            position = found + delimiter.count
        } else {
            throw .boundaryNotFound
        }
    }

    /// The part behind the boundary just passed, or nil if that boundary was the closing one.
    mutating func nextPart() throws(MultipartBodyError) -> MultipartBody.Part? {
        if body[position...].starts(with: "--".utf8) { return nil }
        // Blanks may pad a boundary line (RFC 2046); anything else makes it a different line.
        position += body[position...].prefix { $0 == ASCII.blank || $0 == ASCII.tab }.count
        guard body[position...].starts(with: "\r\n".utf8) else { throw .unterminated }

        // The CRLF of the boundary line stays, so that a part without headers, too, begins with CRLF CRLF.
        let header = try header()
        let contentStart = position
        // The CRLF that ends the header may also be the one before the boundary: that part is empty.
        position -= 2
        guard let end = nextDelimiter() else { throw .unterminated }
        position = end + delimiter.count
        return MultipartBody.Part(
            name: header.name, filename: header.filename, contentType: header.contentType,
            bytes: end < contentStart ? [] : Array(body[contentStart..<end]))
    }

    private mutating func header() throws(MultipartBodyError) -> PartHeader {
        var header = PartHeader()
        let start = position
        position += 2
        while true {
            guard let end = endOfLine(), end - start <= Self.maxHeaderBytes else { throw .badPartHeader }
            let line = body[position..<end]
            position = end + 2
            if line.isEmpty { break }
            try header.take(line)
        }
        guard header.isNamed else { throw .namelessPart }
        return header
    }

    private func endOfLine() -> Int? {
        guard let end = body[position...].firstIndex(of: ASCII.carriageReturn), end + 1 < body.count,
            body[end + 1] == ASCII.lineFeed
        else { return nil }
        return end
    }

    /// Where the next delimiter that is a whole line's beginning starts.
    private func nextDelimiter() -> Int? {
        var from = position
        while let start = body[from...].firstIndex(of: ASCII.carriageReturn) {
            let end = start + delimiter.count
            guard end <= body.count else { return nil }
            if body[start..<end].elementsEqual(delimiter), isBoundaryEnd(end) { return start }
            from = start + 1
        }
        return nil
    }

    /// Whether a boundary may end here: `--xyz` must not be taken for a boundary `--x`.
    private func isBoundaryEnd(_ index: Int) -> Bool {
        let rest = body[index...].drop { $0 == ASCII.blank || $0 == ASCII.tab }
        return rest.starts(with: "\r\n".utf8) || body[index...].starts(with: "--".utf8)
    }
}

/// The header lines of a part.
private struct PartHeader {
    private var disposition: ParameterizedValue?
    private(set) var contentType: ContentType?

    private var parameters: [(name: String, value: String)] { disposition?.parameters ?? [] }
    var isNamed: Bool {
        guard let disposition, ASCII.equalIgnoringCase(disposition.value, "form-data") else { return false }
        return parameters.contains { $0.name == "name" }
    }
    var name: String { parameters.first { $0.name == "name" }?.value ?? "" }
    var filename: String? { parameters.first { $0.name == "filename" }?.value }

    mutating func take(_ line: ArraySlice<UInt8>) throws(MultipartBodyError) {
        guard !line.contains(where: ASCII.isControl), let field = FieldLine(line) else { throw .badPartHeader }
        if field.isNamed("Content-Disposition") {
            guard disposition == nil, let value = ParameterizedValue(field.value) else { throw .badPartHeader }
            disposition = value
        } else if field.isNamed("Content-Type") {
            guard contentType == nil, let value = ContentType(field.value) else { throw .badPartHeader }
            contentType = value
        }
    }
}
