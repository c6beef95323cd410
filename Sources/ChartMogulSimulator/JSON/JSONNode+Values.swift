import WireFormats

extension JSONNode {
    /// The value of a member; nil if there is none or this is no object. Of a name given twice, the last counts.
    subscript(name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// Nil for a number with a fraction, even if it is zero: ChartMogul's schema wants whole numbers.
    var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(digits)
    }

    var double: Double? {
        guard case .number(let digits) = self else { return nil }
        return Double(digits)
    }

    var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    var items: [JSONNode]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    static func whole(_ number: some BinaryInteger) -> JSONNode { .number("\(number)") }
    static func optional(_ text: String?) -> JSONNode { text.map(JSONNode.string) ?? .null }
    static func texts(_ texts: some Sequence<String>) -> JSONNode { .array(texts.map(JSONNode.string)) }

    static func counts(_ counts: [String: Int]) -> JSONNode {
        .object(counts.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: .whole($0.value)) })
    }

    /// The object with more members behind its own.
    func adding(_ more: KeyValuePairs<String, JSONNode>) -> JSONNode {
        guard case .object(let members) = self else { return self }
        return .object(members + more.map { Member(name: $0.key, value: $0.value) })
    }
}

func object(_ members: KeyValuePairs<String, JSONNode>) -> JSONNode {
    .object(members.map { JSONNode.Member(name: $0.key, value: $0.value) })
}
