/// Takes a file of separated values apart, as RFC 4180 describes it and as spreadsheets write it.
///
/// - A field in quotes may hold the separator, line breaks, and quotes written twice.
/// - A quote inside a field that does not begin with one is an ordinary character, as spreadsheets read it.
/// - A row ends with CR LF, LF or CR; the last may lack its end. Rows without any character are left out.
package struct SeparatedValues: Sequence, IteratorProtocol {
    package struct Row: Equatable, Sendable {
        /// Where it begins, counted from 1, as an editor counts.
        package var line: Int
        package var fields: [String]

        package var isBlank: Bool { fields.allSatisfy { $0.tidied.isEmpty } }
    }

    package enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case quoteNeverClosed(line: Int)
        case textAfterQuote(line: Int)
        case tooManyFields(line: Int)
        case fieldTooLong(line: Int)

        package var description: String {
            switch self {
            case .quoteNeverClosed(let line): "line \(line): a quoted field is never closed"
            case .textAfterQuote(let line): "line \(line): something follows a field's closing quote"
            case .tooManyFields(let line): "line \(line): more than \(SeparatedValues.mostFields) fields"
            case .fieldTooLong(let line): "line \(line): a field of more than \(SeparatedValues.longestField) bytes"
            }
        }
    }

    static let mostFields = 1_000
    static let longestField = 64 * 1_024

    private let bytes: [UInt8]
    private let separator: UInt8
    private var place = 0
    private var line = 1
    /// Set once a row could not be read: what follows could be anything.
    package private(set) var problem: Problem?

    /// - Parameter bytes: UTF-8.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        separator = Self.separator(of: bytes)
    }

    /// The next row; nil at the end, and where there is a `problem`.
    package mutating func next() -> Row? {
        while problem == nil, place < bytes.count {
            let begin = line
            do throws(Problem) {
                let fields = try row()
                if fields != [""] { return Row(line: begin, fields: fields) }
            } catch {
                problem = error
            }
        }
        return nil
    }

    private mutating func row() throws(Problem) -> [String] {
        let begin = line
        var fields: [String] = []
        while true {
            guard fields.count < Self.mostFields else { throw .tooManyFields(line: begin) }
            fields.append(place < bytes.count && bytes[place] == quote ? try quotedField() : try plainField())
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        skipLineEnd()
        return fields
    }

    private mutating func plainField() throws(Problem) -> String {
        let start = place
        while place < bytes.count, bytes[place] != separator, !isLineEnd(bytes[place]) { place += 1 }
        guard place - start <= Self.longestField else { throw .fieldTooLong(line: line) }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func quotedField() throws(Problem) -> String {
        let begin = line
        var content: [UInt8] = []
        place += 1
        while true {
            guard place < bytes.count else { throw .quoteNeverClosed(line: begin) }
            guard content.count <= Self.longestField else { throw .fieldTooLong(line: begin) }
            let byte = bytes[place]
            if byte == quote {
                guard place + 1 < bytes.count, bytes[place + 1] == quote else { break }
                place += 1
            } else if byte == lineFeed || byte == carriageReturn, !(byte == carriageReturn && follows(lineFeed)) {
                line += 1
            }
            content.append(byte)
            place += 1
        }
        place += 1
        guard place == bytes.count || bytes[place] == separator || isLineEnd(bytes[place]) else {
            throw .textAfterQuote(line: line)
        }
        return String(decoding: content, as: UTF8.self)
    }

    private func follows(_ byte: UInt8) -> Bool { place + 1 < bytes.count && bytes[place + 1] == byte }

    private mutating func skipLineEnd() {
        guard place < bytes.count else { return }
        place += bytes[place] == carriageReturn && follows(lineFeed) ? 2 : 1
        line += 1
    }

    /// The one of comma, tab and semicolon that stands most often outside quotes near the beginning.
    private static func separator(of bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes.prefix(64 * 1_024) {
            if byte == quote { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let known = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
        // The first of equals: a file of one column has none of them.
        return known.reduce(known[0]) { counts[$1, default: 0] > counts[$0, default: 0] ? $1 : $0 }
    }
}

private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

private func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
