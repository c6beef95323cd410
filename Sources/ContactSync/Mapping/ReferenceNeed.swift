package import Keap

/// A lookup in Keap that must precede writing requested fields.
package enum ReferenceNeed: Hashable, Sendable {
    case customField(label: String)
    /// The list of users; `words` says who was not in the list as it was last read.
    case users(words: String)
    case record(RecordKind, name: String)
    /// The field's options again: `words` was not among them as they were last read.
    case options(label: String, words: String)

    /// Case and blanks aside.
    var folded: ReferenceNeed {
        switch self {
        case .customField(let label): .customField(label: label.folded)
        case .users(let words): .users(words: words.folded)
        case .record(let kind, let name): .record(kind, name: name.folded)
        case .options(let label, let words): .options(label: label.folded, words: words.folded)
        }
    }
}
