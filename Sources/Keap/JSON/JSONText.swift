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
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .number(let digits): output += digits.utf8
        case .string(let value): JSONString.write(value, to: &output)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, name) in members.keys.sorted().enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONString.write(name, to: &output)
                output.append(UInt8(ascii: ":"))
                members[name]?.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
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
