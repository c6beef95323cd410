import WireFormats

/// A value as a message carries it. A form has texts only.
enum MessageValue: Equatable {
    case text(String)
    /// A text with half a character in it, for which U+FFFD stands.
    case broken(String)
    /// The words of a number, as in `9007199254740995.0`.
    case number(String)
    case flag(Bool)
    /// JSON's word for "nothing said": as if the field were not carried.
    case null
    case list([MessageValue])
    case object([MessageMember])

    init(_ node: JSONNode) {
        switch node {
        case .null: self = .null
        case .bool(let flag): self = .flag(flag)
        case .number(let digits): self = .number(digits)
        case .string(let text): self = .text(text)
        case .brokenString(let text): self = .broken(text)
        case .array(let items): self = .list(items.map(MessageValue.init))
        case .object(let members):
            self = .object(members.map { MessageMember(name: $0.name, content: MessageValue($0.value)) })
        }
    }

    var isNull: Bool { if case .null = self { true } else { false } }
    var isObject: Bool { if case .object = self { true } else { false } }

    /// For a sentence, or a note.
    var shown: String {
        switch self {
        case .text(let text), .broken(let text), .number(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .null: "null"
        case .list(let items): "[" + items.prefix(10).map(\.shown).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.prefix(10).map { "\($0.name): \($0.content.shown)" }.joined(separator: ", ") + "}"
        }
    }

    /// Whether both say the same, however they are written.
    func means(_ other: MessageValue) -> Bool {
        guard let mine = text, let theirs = other.text else { return self == other }
        return mine == theirs || mine.tidied == theirs.tidied
    }

    private var text: String? {
        switch self {
        case .text(let text), .broken(let text), .number(let text): text
        case .flag, .null, .list, .object: nil
        }
    }
}

struct MessageMember: Equatable {
    var name: String
    var content: MessageValue
}
