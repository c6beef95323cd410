/// The named values of one message, before anything is known of their meaning.
struct Message: Equatable {
    private struct Field: Equatable {
        var name: String
        var key: FieldName
        var content: MessageValue
        init(_ name: String, _ content: MessageValue) {
            (self.name, self.key, self.content) = (name, FieldName(name), content)
        }
    }

    private var fields: [Field]

    init(_ fields: [(name: String, content: MessageValue)]) {
        self.fields = fields.map { Field($0.name, $0.content) }
    }

    /// The names in the order they came, each once.
    var names: [String] {
        var seen: Set<FieldName> = []
        return fields.filter { seen.insert($0.key).inserted }.map { shortened($0.name) }
    }

    /// At most a hundred: enough to mend a mapping, whatever was sent.
    func names(otherThan known: Set<FieldName>) -> [String] {
        Array(names.lazy.filter { !known.contains(FieldName($0)) }.prefix(100))
    }

    /// The value of the first of these names that the message carries, even if it is empty there: a name that the
    /// gym prefers must be able to say "nothing".
    func value(_ accepted: [FieldName]) throws(Unplaced) -> (name: String, content: MessageValue)? {
        for key in accepted {
            let found = fields.filter { $0.key == key }
            guard let first = found.first else { continue }
            // One of two different values would be picked by chance, and might be another person's.
            guard found.allSatisfy({ $0.content == first.content }) else {
                throw Unplaced("The field \(quoted(first.name)) comes more than once, with different values.")
            }
            return (first.name, first.content)
        }
        return nil
    }

    /// The same, as tidy text; nil if no such name is carried.
    func text(_ accepted: [FieldName]) throws(Unplaced) -> String? {
        guard let (name, content) = try value(accepted) else { return nil }
        switch content {
        case .text(let text): return text.tidied
        case .list, .object: throw Unplaced("The field \(quoted(name)) holds a list or an object instead of a text.")
        }
    }

    /// With the members of objects so named in place of the objects. An inner name hides the same one outside.
    func unwrapping(_ wrappers: Set<String>) -> Message {
        let keys = Set(wrappers.map(FieldName.init))
        var inner: [Field] = []
        var outer: [Field] = []
        for field in fields {
            if keys.contains(field.key), case .object(let members) = field.content {
                inner += members.map { Field($0.name, $0.content) }
            } else {
                outer.append(field)
            }
        }
        guard !inner.isEmpty else { return self }
        let hidden = Set(inner.map(\.key))
        var message = Message([])
        message.fields = inner + outer.filter { !hidden.contains($0.key) }
        return message
    }
}

/// A value as a message carries it. Numbers, true and false are text, as they would be in a form; null is empty text.
indirect enum MessageValue: Equatable {
    case text(String)
    case list([MessageValue])
    case object([MessageMember])
}

struct MessageMember: Equatable {
    var name: String
    var content: MessageValue
}
