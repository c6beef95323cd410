/// Reads one JSON text (RFC 8259), strictly. The only reader of JSON whose numbers, duplicates and broken characters
/// matter; the targets that use it make their own values of its nodes.
package struct JSONReader {
    package struct Problem: Error, Equatable, Sendable {
        package var reason: String
        /// In bytes of the text as UTF-8.
        package var offset: Int

        package init(reason: String, offset: Int) {
            self.reason = reason
            self.offset = offset
        }
    }

    /// How a string is read whose bytes are not UTF-8.
    package enum BrokenUTF8: Sendable {
        case refused
        /// That string alone is read as Windows-1252.
        case windows1252
    }

    /// Deeper nesting is refused, because recursion uses the stack.
    package static let deepest = 128

    private let bytes: [UInt8]
    private let brokenUTF8: BrokenUTF8
    private var at = 0

    private init(_ bytes: [UInt8], _ brokenUTF8: BrokenUTF8) {
        self.bytes = bytes
        self.brokenUTF8 = brokenUTF8
    }

    /// - Parameter bytes: UTF-8, with or without a byte-order mark, which some gateways put in front.
    package static func read(_ bytes: [UInt8], brokenUTF8: BrokenUTF8 = .refused) throws(Problem) -> JSONNode {
        var reader = JSONReader(bytes, brokenUTF8)
        if bytes.starts(with: UnicodeMark.utf8) { reader.at = UnicodeMark.utf8.count }
        let node = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.at == bytes.count else { throw reader.problem("something follows the value") }
        return node
    }

    private mutating func value(depth: Int) throws(Problem) -> JSONNode {
        guard depth <= Self.deepest else { throw problem("nested too deeply") }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""):
            let (text, isBroken) = try string()
            return isBroken ? .brokenString(text) : .string(text)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw problem("ends too early")
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(Problem) -> JSONNode {
        at += 1
        var members: [JSONNode.Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw problem("a name is missing") }
            let name = try string().text
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is missing") }
            members.append(JSONNode.Member(name: name, value: try value(depth: depth + 1)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma is missing") }
        }
    }

    private mutating func array(depth: Int) throws(Problem) -> JSONNode {
        at += 1
        var items: [JSONNode] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(items) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma is missing") }
        }
    }

    private mutating func number() throws(Problem) -> String {
        let start = at
        _ = take(UInt8(ascii: "-"))
        // A number has no leading zeros, so after a zero only a point or an exponent may follow.
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func digits() throws(Problem) {
        let start = at
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw problem("not a JSON value") }
    }

    private mutating func word(_ word: String, _ value: JSONNode) throws(Problem) -> JSONNode {
        guard bytes[at...].starts(with: word.utf8) else { throw problem("not a JSON value") }
        at += word.utf8.count
        return value
    }

    private mutating func string() throws(Problem) -> (text: String, isBroken: Bool) {
        at += 1
        var (content, isBroken) = ([UInt8](), false)
        while let byte = peek {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return (try text(content), isBroken)
            case UInt8(ascii: "\\"):
                if let scalar = try escape() {
                    content.append(contentsOf: String(scalar).utf8)
                } else {
                    content.append(contentsOf: "\u{FFFD}".utf8)
                    isBroken = true
                }
            case 0..<0x20: throw problem("a control character inside a string")
            default: content.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private func text(_ content: [UInt8]) throws(Problem) -> String {
        if let text = String(validating: content, as: UTF8.self) { return text }
        switch brokenUTF8 {
        case .refused: throw problem("not UTF-8")
        case .windows1252: return String(windows1252: content)
        }
    }

    /// Nil for half of a surrogate pair.
    private mutating func escape() throws(Problem) -> Unicode.Scalar? {
        guard let byte = peek else { throw problem("a string does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(Problem) -> Unicode.Scalar? {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, bytes[at...].starts(with: "\\u".utf8) else { return nil }
        let rewind = at
        at += 2
        let low = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(low) else {
            at = rewind
            return nil
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func fourHexDigits() throws(Problem) -> UInt32 {
        guard at + 4 <= bytes.count else { throw problem("a string does not end") }
        var value: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw problem("an unknown escape") }
            value = value << 4 | UInt32(digit)
        }
        at += 4
        return value
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private func problem(_ reason: String) -> Problem { Problem(reason: reason, offset: at) }
}
