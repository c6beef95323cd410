import WireFormats

/// The fields of a table that a message carries. Each name of the message is looked up once.
struct CarriedFields<Field: NamedField> {
    private struct Place {
        var field: Field
        var rank: Int
        /// Among the message's fields.
        var index: Int
    }

    let message: Message
    private var places: [Place] = []

    init(_ message: Message, _ names: NameTable<Field>) {
        self.message = message
        places.reserveCapacity(message.fields.count)
        for index in message.fields.indices {
            for use in names.uses(of: message.fields[index].key) {
                places.append(Place(field: use.field, rank: use.rank, index: index))
            }
        }
    }

    /// The value under the most wanted name that the message carries, even if it is empty there: a name that the gym
    /// prefers must be able to say "nothing".
    ///
    /// - Parameter isSame: whether two values of one name say the same.
    func value(
        _ field: Field, isSame: (MessageValue, MessageValue) -> Bool = { $0.means($1) }
    ) throws(Unplaced) -> (name: String, content: MessageValue)? {
        var chosen: Place?
        for place in places where place.field == field && !message.fields[place.index].content.isNull {
            if place.rank < chosen?.rank ?? .max { chosen = place }
        }
        guard let chosen else { return nil }
        let first = message.fields[chosen.index]
        // One of two different values would be picked by chance, and might be another person's.
        for place in places where place.field == field && place.rank == chosen.rank && place.index != chosen.index {
            let other = message.fields[place.index]
            guard !other.content.isNull, !isSame(other.content, first.content) else { continue }
            throw Unplaced(
                """
                The field \(quoted(first.name)) comes more than once, with different values: \
                \(quoted(first.content.shown)) and \(quoted(other.content.shown)). Neither was taken; send the \
                message again with one of them.
                """)
        }
        return (first.name, first.content)
    }

    /// Whether one of the field's names comes, even if it says nothing.
    func carries(_ field: Field) -> Bool { places.contains { $0.field == field } }

    /// The value as tidy text; nil if the message does not carry the field.
    func text(_ field: Field) throws(Unplaced) -> String? {
        guard let (name, content) = try value(field) else { return nil }
        switch content {
        case .text(let text), .broken(let text), .number(let text): return text.tidied
        case .null: return nil
        case .flag: throw Unplaced("The field \(quoted(name)) holds true or false instead of a text.")
        case .list, .object: throw Unplaced("The field \(quoted(name)) holds a list or an object instead of a text.")
        }
    }

    /// Names of the message that stand for none of the fields: at most a hundred, enough to mend a mapping.
    func names(otherThan isKnown: (Field) -> Bool) -> [String] {
        var known = [Bool](repeating: false, count: message.fields.count)
        for place in places where isKnown(place.field) { known[place.index] = true }
        guard known.contains(false) else { return [] }
        return message.firstNames { !known[$0] }
    }
}
