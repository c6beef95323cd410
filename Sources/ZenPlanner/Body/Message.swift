import WireFormats

/// The named values of one message, before anything is known of their meaning.
struct Message: Equatable {
    struct Field: Equatable {
        var name: String
        var key: FieldName
        var content: MessageValue

        init(_ name: String, _ content: MessageValue) {
            (self.name, self.key, self.content) = (name, FieldName(name), content)
        }
    }

    private(set) var fields: [Field]

    init(_ fields: [(name: String, content: MessageValue)]) { self.fields = fields.map { Field($0.name, $0.content) } }

    init(_ members: [MessageMember]) { fields = members.map { Field($0.name, $0.content) } }

    init(fields: [Field]) { self.fields = fields }

    /// The names in the order they came, each once.
    var names: [String] { Self.names(of: fields) }

    /// Of the fields at some places, and at most a hundred: enough to mend a mapping, whatever was sent.
    func firstNames(where isWanted: (Int) -> Bool = { _ in true }) -> [String] {
        Array(Self.names(of: fields.indices.filter(isWanted).map { fields[$0] }).prefix(100))
    }

    /// Of an object, the names of what is in it.
    private static func names(of fields: [Field]) -> [String] {
        var seen: Set<FieldName> = []
        var names: [String] = []
        for field in fields {
            guard case .object(let members) = field.content, !members.isEmpty else {
                if seen.insert(field.key).inserted { names.append(shortened(field.name)) }
                continue
            }
            for member in members where seen.insert(field.key.member("." + member.name)).inserted {
                names.append(shortened("\(field.name).\(member.name)"))
            }
        }
        return names
    }

    /// Whether anything in it is an object.
    var hasObjects: Bool { fields.contains { $0.content.isObject } }

    /// With the members of objects so named in place of the objects. An inner name hides the same one outside.
    func unwrapping(_ wrappers: Set<FieldName>) -> Message {
        var inner: [Field] = []
        var outer: [Field] = []
        for field in fields {
            if wrappers.contains(field.key), case .object(let members) = field.content {
                inner += members.map { Field($0.name, $0.content) }
            } else {
                outer.append(field)
            }
        }
        guard !inner.isEmpty else { return self }
        let hidden = Set(inner.map(\.key))
        return Message(fields: inner + outer.filter { !hidden.contains($0.key) })
    }
}
