/// The shape that Content-Type and Content-Disposition share: `value; name=token; name="quoted \"string\""`.
struct ParameterizedValue {
    /// The text before the first `;`, without blanks around it.
    let value: String
    /// Names are in lower case and appear once; an empty parameter (`;;`) is passed over.
    let parameters: [(name: String, value: String)]

    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
        value = String(decoding: ASCII.trimmed(rest[..<end]), as: UTF8.self)
        rest = rest[end...]

        var parameters: [(name: String, value: String)] = []
        while !rest.isEmpty {
            guard rest.removeFirst() == UInt8(ascii: ";") else { return nil }
            Self.skipBlanks(&rest)
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            guard let parameter = Self.parameter(&rest), !parameters.contains(where: { $0.name == parameter.name })
            else { return nil }
            parameters.append(parameter)
            Self.skipBlanks(&rest)
        }
        self.parameters = parameters
    }

    private static func parameter(_ rest: inout ArraySlice<UInt8>) -> (name: String, value: String)? {
        let name = rest.prefix(while: ASCII.isTokenByte)
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
        let value: [UInt8]
        if rest.first == UInt8(ascii: "\"") {
            guard let quoted = quotedString(&rest) else { return nil }
            value = quoted
        } else {
            value = Array(rest.prefix(while: ASCII.isTokenByte))
            guard !value.isEmpty else { return nil }
            rest = rest.dropFirst(value.count)
        }
        return (String(decoding: name.map(ASCII.lowercased), as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func quotedString(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        rest.removeFirst()
        var content: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return content
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), !ASCII.isControl(escaped) else { return nil }
                content.append(escaped)
            case _ where ASCII.isControl(byte):
                return nil
            default:
                content.append(byte)
            }
        }
        return nil
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == ASCII.blank || $0 == ASCII.tab }
    }
}
