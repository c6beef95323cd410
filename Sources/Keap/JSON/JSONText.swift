import WireFormats

extension JSONValue {
    /// Reads a JSON text; nil if it is none.
    package init?(json: [UInt8]) {
        // What is wrong with an answer that cannot be read does not help: its status and size are reported instead.
        guard let node = try? JSONReader.read(json) else { return nil }
        self.init(node)
    }

    /// Of members with one name the last counts.
    init(_ node: JSONNode) {
        switch node {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let digits): self = .number(digits)
        case .string(let text), .brokenString(let text): self = .string(text)
        case .array(let items): self = .array(items.map(JSONValue.init))
        case .object(let members):
            self = .object(Dictionary(members.map { ($0.name, JSONValue($0.value)) }) { _, last in last })
        }
    }

    /// Compact JSON. Names are sorted, so that equal values give equal bytes.
    package var json: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): Self.write(value, to: &text)
        case .array(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                item.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, name) in members.keys.sorted().enumerated() {
                if index > 0 { text += "," }
                Self.write(name, to: &text)
                text += ":"
                members[name]?.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// Text as text and numbers by their digits: Keap's ids come as either.
    var text: String? {
        switch self {
        case .string(let value), .number(let value): value
        default: nil
        }
    }

    /// The items of a list. Keap writes `null` for an empty one.
    var items: [JSONValue]? {
        switch self {
        case .array(let items): items
        case .null: []
        default: nil
        }
    }
}
