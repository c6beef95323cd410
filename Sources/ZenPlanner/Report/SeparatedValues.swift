import WireFormats

/// Takes a file of separated values apart, as RFC 4180 describes it and as spreadsheets write it.
///
/// - A field in quotes may hold the separator, line breaks, and quotes written twice.
/// - A quote inside a field that does not begin with one is an ordinary character, as spreadsheets read it.
/// - A row ends with CR LF, LF or CR; the last may lack its end. Rows without any character are left out.
/// - A row that breaks the rules is named, and reading goes on with the next line: a stray quote costs one row.
package struct SeparatedValues: Sequence, IteratorProtocol {
    package struct Row: Equatable, Sendable {
        /// Where it begins, counted from 1, as an editor counts.
        package var line: Int
        package var fields: [String]
        /// Why it could not be read; then it has no fields.
        package var problem: Problem?
        /// Places of fields that are not UTF-8.
        var encodings: [Int: CellText.Encoding] = [:]
        fileprivate var start: Int

        package var isBlank: Bool { problem == nil && fields.allSatisfy { $0.tidied.isEmpty } }
    }

    package enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case quoteNeverClosed
        case textAfterQuote
        case tooManyFields
        case fieldTooLong

        package var description: String {
            switch self {
            case .quoteNeverClosed: "a quoted field is never closed"
            case .textAfterQuote: "something follows a field's closing quote"
            case .tooManyFields: "more than \(SeparatedValues.mostFields) fields"
            case .fieldTooLong: "a field of more than \(SeparatedValues.longestField) bytes"
            }
        }
    }

    static let mostFields = 1_000
    static let longestField = 64 * 1_024
    static let separators = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

    private let bytes: [UInt8]
    let separator: UInt8
    private var place = 0
    private var line = 1

    /// - Parameters:
    ///   - bytes: text, a cell at a time in UTF-8 or Windows-1252.
    ///   - separator: a line `sep=;` at the top counts more, and is passed over.
    package init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        if let said = Self.declared(in: bytes) {
            (self.separator, place, line) = (said.separator, said.end, 2)
        } else {
            self.separator = separator
        }
    }

    /// The separator that a first line `sep=;` declares, as spreadsheets understand it, and where that line ends.
    static func declared(in bytes: [UInt8]) -> (separator: UInt8, end: Int)? {
        let end = bytes.prefix(16).firstIndex(where: isLineEnd) ?? Swift.min(bytes.count, 16)
        let first = bytes[..<end].filter { $0 != quote && $0 != 0x20 }
        guard first.count == 5, first.starts(with: "sep=".utf8) || first.starts(with: "SEP=".utf8) else { return nil }
        let isPair = end + 1 < bytes.count && bytes[end] == carriageReturn && bytes[end + 1] == lineFeed
        return (first[4], Swift.min(end + (isPair ? 2 : 1), bytes.count))
    }

    /// The next row; nil at the end.
    package mutating func next() -> Row? {
        while place < bytes.count {
            let (begin, start) = (line, place)
            do throws(Problem) {
                let cells = try row()
                if cells.count == 1, cells[0].isEmpty { continue }
                var row = Row(line: begin, fields: [], start: start)
                for (place, cell) in cells.enumerated() {
                    let (text, encoding) = CellText.read(cell)
                    row.fields.append(text)
                    if encoding != .utf8 { row.encodings[place] = encoding }
                }
                return row
            } catch {
                skipLine(at: start, number: begin)
                return Row(line: begin, fields: [], problem: error, start: start)
            }
        }
        return nil
    }

    /// Goes on with the line after the one on which the row begins, though the row seemed to be longer.
    mutating func resume(after row: Row) { skipLine(at: row.start, number: row.line) }

    private mutating func skipLine(at start: Int, number: Int) {
        (place, line) = (start, number)
        while place < bytes.count, !isLineEnd(bytes[place]) { place += 1 }
        skipLineEnd()
    }

    private mutating func row() throws(Problem) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        while true {
            guard fields.count < Self.mostFields else { throw .tooManyFields }
            fields.append(place < bytes.count && bytes[place] == quote ? try quotedField() : try plainField())
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        skipLineEnd()
        return fields
    }

    private mutating func plainField() throws(Problem) -> ArraySlice<UInt8> {
        let start = place
        while place < bytes.count, bytes[place] != separator, !isLineEnd(bytes[place]) { place += 1 }
        guard place - start <= Self.longestField else { throw .fieldTooLong }
        return bytes[start..<place]
    }

    private mutating func quotedField() throws(Problem) -> ArraySlice<UInt8> {
        var content: [UInt8] = []
        place += 1
        while true {
            guard place < bytes.count else { throw .quoteNeverClosed }
            guard content.count <= Self.longestField else { throw .fieldTooLong }
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
            throw .textAfterQuote
        }
        return content[...]
    }

    private func follows(_ byte: UInt8) -> Bool { place + 1 < bytes.count && bytes[place + 1] == byte }

    private mutating func skipLineEnd() {
        guard place < bytes.count else { return }
        place += bytes[place] == carriageReturn && follows(lineFeed) ? 2 : 1
        line += 1
    }
}

private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

private func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
