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

    /// At most a hundred: enough to mend a mapping, whatever was sent.
    func names(otherThan known: Set<FieldName>) -> [String] {
        Array(Self.names(of: fields.filter { !known.contains($0.key) }).prefix(100))
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

    /// The value of the first of these names that the message carries, even if it is empty there: a name that the
    /// gym prefers must be able to say "nothing".
    ///
    /// - Parameter isSame: whether two values of one name say the same.
    func value(
        _ accepted: [FieldName], isSame: (MessageValue, MessageValue) -> Bool = { $0.means($1) }
    ) throws(Unplaced) -> (name: String, content: MessageValue)? {
        for key in accepted {
            let found = fields.filter { $0.key == key && $0.content != .null }
            guard let first = found.first else { continue }
            // One of two different values would be picked by chance, and might be another person's.
            if let other = found.first(where: { !isSame($0.content, first.content) }) {
                throw Unplaced(
                    """
                    The field \(quoted(first.name)) comes more than once, with different values: \
                    \(quoted(first.content.shown)) and \(quoted(other.content.shown)). Neither was taken; send the \
                    message again with one of them.
                    """)
            }
            return (first.name, first.content)
        }
        return nil
    }

    /// Whether one of these names comes, even if it says nothing.
    func carries(_ accepted: [FieldName]) -> Bool { fields.contains { accepted.contains($0.key) } }

    /// The value of the first of these names as tidy text; nil if the message carries none.
    func text(_ accepted: [FieldName]) throws(Unplaced) -> String? {
        guard let (name, content) = try value(accepted) else { return nil }
        switch content {
        case .text(let text), .broken(let text), .number(let text): return text.tidied
        case .null: return nil
        case .flag: throw Unplaced("The field \(quoted(name)) holds true or false instead of a text.")
        case .list, .object: throw Unplaced("The field \(quoted(name)) holds a list or an object instead of a text.")
        }
    }

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
