/// Reads the words of JSON one after the other: strings, numbers, marks, and what stands between.
struct JSONScanner {
    private let bytes: [UInt8]
    private let dialect: JSONDialect
    private(set) var offset = 0

    init(_ bytes: [UInt8], _ dialect: JSONDialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    var isWrittenByHand: Bool { dialect.isWrittenByHand }
    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }
    var isAtEnd: Bool { offset == bytes.count }

    func problem(_ kind: JSONProblem.Kind, in start: Int? = nil) -> JSONProblem {
        JSONProblem(kind: kind, offset: offset, start: start ?? offset, isAtEnd: isAtEnd)
    }

    // MARK: Marks and blanks

    mutating func takeWord(_ word: StaticString) -> Bool {
        let isThere = word.withUTF8Buffer { bytes[offset...].starts(with: $0) }
        if isThere { offset += word.utf8CodeUnitCount }
        return isThere
    }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: mark) else { return false }
        offset += 1
        return true
    }

    mutating func skipMark() {
        if dialect.allowsMark, bytes.starts(with: UnicodeMark.utf8) { offset = UnicodeMark.utf8.count }
    }

    /// Passes the mark that begins an array or an object.
    mutating func enter(depth: Int) throws(JSONProblem) {
        guard depth <= dialect.deepest else { throw problem(.tooDeep) }
        offset += 1
    }

    /// Passes the comma before the next item, or the mark that ends the items.
    mutating func ends(with mark: Unicode.Scalar, after count: Int) throws(JSONProblem) -> Bool {
        try skipBlanks()
        if take(mark) { return true }
        guard count > 0 else { return false }
        guard take(",") else { throw problem(.expected(.comma(or: mark))) }
        guard dialect.isWrittenByHand else { return false }
        try skipBlanks()
        return take(mark)
    }

    mutating func skipBlanks() throws(JSONProblem) {
        while let byte = peek {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case UInt8(ascii: "/") where dialect.isWrittenByHand: try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSONProblem) {
        let start = self
        if takeWord("//") {
            while let byte = peek, byte != UInt8(ascii: "\n") { offset += 1 }
        } else if takeWord("/*") {
            while !takeWord("*/") {
                guard !isAtEnd else { throw start.problem(.endInComment) }
                offset += 1
            }
        } else {
            throw problem(.expected(.comment))
        }
    }

    // MARK: Words

    mutating func word() -> String {
        let start = offset
        while let byte = peek, Self.isWordByte(byte) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    mutating func number() throws(JSONProblem) -> String {
        let start = offset
        guard let first = peek, first == UInt8(ascii: "-") || Self.isDigit(first) else {
            throw problem(.expected(.value))
        }
        _ = take("-")
        // A number has no leading zeros, so after a zero only a point or an exponent may follow.
        if !take("0") { try digits(isMinusAlone: true) }
        if take(".") { try digits(isMinusAlone: false) }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits(isMinusAlone: false)
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func digits(isMinusAlone: Bool) throws(JSONProblem) {
        let start = offset
        while let byte = peek, Self.isDigit(byte) { offset += 1 }
        guard offset > start else { throw problem(.noDigits(isMinusAlone: isMinusAlone)) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    // MARK: Strings

    /// - Returns: the text, and whether U+FFFD stands in it for half of a surrogate pair.
    mutating func string() throws(JSONProblem) -> (text: String, isBroken: Bool) {
        let start = offset
        offset += 1
        if let text = plainString() { return (text, false) }
        var (content, isBroken) = ([UInt8](), false)
        while let byte = peek {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return (try text(content), isBroken)
            case UInt8(ascii: "\\"):
                if let scalar = try escape() {
                    content.append(contentsOf: String(scalar).utf8)
                } else {
                    content.append(contentsOf: "\u{FFFD}".utf8)
                    isBroken = true
                }
            case 0..<0x20: throw problem(.controlCharacter, in: start)
            default: content.append(byte)
            }
        }
        throw problem(.endInString, in: start)
    }

    /// A string with nothing to undo or to refuse, as nearly all are. Nil for any other, of which nothing is passed.
    private mutating func plainString() -> String? {
        let rest = bytes[offset...]
        guard let end = rest.firstIndex(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }),
            rest[end] == UInt8(ascii: "\""), let text = String(validating: rest[..<end], as: UTF8.self)
        else { return nil }
        offset = end + 1
        return text
    }

    private func text(_ content: [UInt8]) throws(JSONProblem) -> String {
        if let text = String(validating: content, as: UTF8.self) { return text }
        switch dialect.brokenUTF8 {
        case .refused: throw problem(.notUTF8)
        case .windows1252: return String(windows1252: content)
        }
    }

    /// Nil for half of a surrogate pair.
    private mutating func escape() throws(JSONProblem) -> Unicode.Scalar? {
        let start = offset - 1
        guard let byte = peek else { throw problem(.endInEscape, in: start) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape(start)
            if scalar == nil, dialect.refusesHalfCharacters { throw problem(.halfCharacter, in: start) }
            return scalar
        default: throw problem(.unknownEscape, in: start)
        }
    }

    private mutating func unicodeEscape(_ start: Int) throws(JSONProblem) -> Unicode.Scalar? {
        let unit = try fourHexDigits(start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let rewind = offset
        guard unit < 0xDC00, takeWord("\\u") else { return nil }
        let low = try fourHexDigits(start)
        guard (0xDC00...0xDFFF).contains(low) else {
            offset = rewind
            return nil
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func fourHexDigits(_ start: Int) throws(JSONProblem) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw problem(.notFourHexDigits(isCutShort: true), in: start) }
        var value: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem(.notFourHexDigits(isCutShort: false), in: start)
            }
            value = value << 4 | UInt32(digit)
        }
        offset += 4
        return value
    }
}
