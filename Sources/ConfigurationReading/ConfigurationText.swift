/// Reads JSON as people write it: comments (`//` and `/* */`) and trailing commas are allowed.
///
/// Foundation's decoder reads these too, but says neither where a mistake is nor that a key stands twice; a file that is
/// edited by hand needs both.
package struct ConfigurationText {
    package struct Malformed: Error, Equatable {
        package var what: String
        package var offset: Int
    }

    private static let deepest = 32

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    package static func parse(_ bytes: [UInt8]) throws(Malformed) -> ConfigurationNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Malformed(what: "the file is not UTF-8 text", offset: 0)
        }
        var text = ConfigurationText(bytes: bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { text.index = 3 }
        let node = try text.value()
        try text.skipBlanks()
        guard text.index == bytes.count else { throw text.unexpected("the end of the file") }
        return node
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value() throws(Malformed) -> ConfigurationNode {
        try skipBlanks()
        let offset = index
        let content: ConfigurationNode.Content
        switch peek {
        case UInt8(ascii: "{"): content = try nested { text throws(Malformed) in .object(try text.members()) }
        case UInt8(ascii: "["): content = try nested { text throws(Malformed) in .list(try text.elements()) }
        case UInt8(ascii: "\""): content = .text(try string())
        default: content = try word()
        }
        return ConfigurationNode(content: content, offset: offset)
    }

    private mutating func nested(
        _ read: (inout Self) throws(Malformed) -> ConfigurationNode.Content
    ) throws(Malformed) -> ConfigurationNode.Content {
        guard depth < Self.deepest else { throw Malformed(what: "values are nested too deeply", offset: index) }
        depth += 1
        index += 1
        let content = try read(&self)
        depth -= 1
        return content
    }

    private mutating func members() throws(Malformed) -> [ConfigurationNode.Member] {
        var members: [ConfigurationNode.Member] = []
        while try !ends(with: "}", after: members.count) {
            let offset = index
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotation marks or }") }
            let key = try string()
            guard !members.contains(where: { $0.key == key }) else {
                throw Malformed(what: "the key \"\(key)\" stands twice in one object", offset: offset)
            }
            try skipBlanks()
            guard take(":") else { throw unexpected("a colon after the key \"\(key)\"") }
            members.append(.init(key: key, offset: offset, value: try value()))
        }
        return members
    }

    private mutating func elements() throws(Malformed) -> [ConfigurationNode] {
        var elements: [ConfigurationNode] = []
        while try !ends(with: "]", after: elements.count) { elements.append(try value()) }
        return elements
    }

    /// Passes the comma before the next item, or the mark that ends the items, with or without a comma before it.
    private mutating func ends(with mark: Unicode.Scalar, after count: Int) throws(Malformed) -> Bool {
        try skipBlanks()
        if take(mark) { return true }
        guard count > 0 else { return false }
        guard take(",") else { throw unexpected("a comma or \(mark)") }
        try skipBlanks()
        return take(mark)
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(Malformed) -> ConfigurationNode.Content {
        let start = index
        while let byte = peek, Self.isWordByte(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            // Double also reads "inf", "nan" and hexadecimal, which are no numbers in JSON.
            guard word.first.map({ "-0123456789".contains($0) }) == true, !word.contains("x"),
                let number = Double(word), number.isFinite
            else {
                index = start
                throw unexpected("a value")
            }
            return .number(number)
        }
    }

    private mutating func string() throws(Malformed) -> String {
        let start = index
        index += 1
        var units: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): units += try escaped().utf8
            case 0..<0x20: throw Malformed(what: "a text must end on the line where it begins", offset: start)
            default: units.append(byte)
            }
        }
        throw Malformed(what: "a text has no closing quotation mark", offset: start)
    }

    private mutating func escaped() throws(Malformed) -> String {
        let offset = index - 1
        guard let byte = peek else { throw Malformed(what: "the file ends inside a text", offset: offset) }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Unicode.Scalar(byte))
        case UInt8(ascii: "u"):
            var units = [try hexUnit(at: offset)]
            if UTF16.isLeadSurrogate(units[0]), take("\\"), take("u") { units.append(try hexUnit(at: offset)) }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw Malformed(what: "\\u is followed by half a character", offset: offset)
            }
            return text
        default: throw Malformed(what: "a backslash is followed by something it cannot escape", offset: offset)
        }
    }

    private mutating func hexUnit(at offset: Int) throws(Malformed) -> UInt16 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed(what: "\\u needs four hexadecimal digits", offset: offset) }
        index += 4
        return unit
    }

    private mutating func skipBlanks() throws(Malformed) {
        while let byte = peek {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case UInt8(ascii: "/"): try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(Malformed) {
        let rest = bytes[index...]
        if rest.starts(with: "//".utf8) {
            index = rest.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        } else if rest.starts(with: "/*".utf8) {
            guard let end = rest.dropFirst(2).firstRange(of: Array("*/".utf8)) else {
                throw Malformed(what: "a comment has no closing */", offset: index)
            }
            index = end.upperBound
        } else {
            throw unexpected("// or /*")
        }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: mark) else { return false }
        index += 1
        return true
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber || "+-.".contains(character))
    }

    private func unexpected(_ expected: String) -> Malformed {
        guard index < bytes.count else {
            return Malformed(what: "\(expected) is missing at the file's end", offset: index)
        }
        let character = String(decoding: bytes[index...].prefix(4), as: UTF8.self).first ?? "?"
        return Malformed(what: "\(expected) was expected, not \"\(character)\"", offset: index)
    }
}
