import WireFormats

extension JSONNode {
    /// Of members with one name the last counts.
    subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// Text as text and numbers by their digits; nil where it is empty.
    var text: String? {
        switch self {
        case .string(let text), .number(let text): text.isEmpty ? nil : text
        default: nil
        }
    }

    var whole: Int64? {
        if case .number(let digits) = self { Int64(digits) } else { nil }
    }

    var flag: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    var items: [JSONNode]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// Milliseconds since 1970; the zone is UTC where none is written.
    var time: Int64? {
        guard let text else { return nil }
        if let time = ISO8601.milliseconds(text) { return time }
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        return ISO8601.milliseconds("\(words[0])T\(words[1])Z")
    }

    static func object(_ members: KeyValuePairs<String, JSONNode?>) -> JSONNode {
        .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    static func whole(_ number: Int64) -> JSONNode { .number(String(number)) }

    /// Whole seconds are written as such.
    static func time(_ milliseconds: Int64) -> JSONNode {
        let text = ISO8601.text(milliseconds)
        return .string(text.hasSuffix(".000Z") ? String(text.dropLast(5)) + "Z" : text)
    }

    var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let flag): output += (flag ? "true" : "false").utf8
        case .number(let digits): output += digits.utf8
        case .string(let text), .brokenString(let text): JSONString.write(text, to: &output)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONString.write(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}
