import WireFormats

/// The members of one object of a request, read strictly: each once, each of its type, and none that is unknown.
///
/// A wrong type or an unknown name ends the request with 400. What is missing or means nothing is collected in `errors`
/// instead, so that one answer names every mistake of an object.
struct Fields {
    private let values: [String: JSONNode]
    /// Where the object stands in the body, such as `invoices[0].line_items[1].`; empty for the body itself.
    private let place: String
    private(set) var errors: [JSONNode.Member] = []

    init(_ node: JSONNode?, at place: String = "", allowing names: Set<String>) throws(Refusal) {
        guard case .object(let members)? = node else {
            throw .schema("must be an object", param: place.isEmpty ? "body" : String(place.dropLast()))
        }
        self.place = place
        var values: [String: JSONNode] = [:]
        for member in members {
            guard names.contains(member.name) else {
                throw .schema("is not a known property", param: place + member.name)
            }
            guard values.updateValue(member.value, forKey: member.name) == nil else {
                throw .schema("stands twice", param: place + member.name)
            }
        }
        self.values = values
    }

    /// Whether the member is there, be it null.
    func has(_ name: String) -> Bool { values[name] != nil }

    mutating func complain(_ name: String, _ message: String) {
        guard !errors.contains(where: { $0.name == name }) else { return }
        errors.append(JSONNode.Member(name: name, value: .string(message)))
    }

    var problems: JSONNode { .object(errors) }
    var isSound: Bool { errors.isEmpty }

    /// - Throws: 422 with everything that was found wrong.
    func check() throws(Refusal) {
        if !isSound { throw .invalid(errors) }
    }

    /// A text, trimmed of nothing; nil if it is absent or null.
    func text(_ name: String) throws(Refusal) -> String? {
        switch values[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw .schema("must be a string", param: place + name)
        }
    }

    /// A text that must be there and not be empty; complains else, and answers an empty one.
    mutating func required(_ name: String, _ message: String = "can't be blank") throws(Refusal) -> String {
        let text = try text(name) ?? ""
        if text.isEmpty { complain(name, message) }
        return text
    }

    func integer(_ name: String) throws(Refusal) -> Int? {
        switch values[name] {
        case nil, .null: return nil
        case .number(let digits):
            // No sum of amounts within this bound leaves 64 bits.
            if let number = Int(digits), abs(number.clamped) <= Fields.largest { return number }
            throw .schema("must be an integer", param: place + name)
        default: throw .schema("must be an integer", param: place + name)
        }
    }

    func flag(_ name: String) throws(Refusal) -> Bool? {
        switch values[name] {
        case nil, .null: return nil
        case .bool(let flag): return flag
        default: throw .schema("must be a boolean", param: place + name)
        }
    }

    func time(_ name: String) throws(Refusal) -> WorldTime? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        guard let time = WorldTime(text) else { throw .schema("must be an ISO 8601 date-time", param: place + name) }
        return time
    }

    mutating func requiredTime(_ name: String) throws(Refusal) -> WorldTime {
        guard let time = try time(name) else {
            complain(name, "can't be blank")
            return WorldTime(milliseconds: 0)
        }
        return time
    }

    func list(_ name: String) throws(Refusal) -> [JSONNode]? {
        switch values[name] {
        case nil, .null: return nil
        case .array(let items): return items
        default: throw .schema("must be an array", param: place + name)
        }
    }

    /// The member as it was sent.
    func node(_ name: String) -> JSONNode? { values[name] }

    func place(of name: String, _ index: Int? = nil) -> String {
        place + name + (index.map { "[\($0)]" } ?? "") + "."
    }

    private static let largest = 1_000_000_000_000_000
}

extension Int {
    /// `abs` of the least number traps.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
