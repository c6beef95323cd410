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
}
