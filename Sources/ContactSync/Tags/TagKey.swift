/// The meaning of a tag of ours, whatever its present name.
struct TagKey: Hashable, Sendable, Codable {
    var family: TagFamily
    /// The program; nil for a person's status.
    var program: ProgramKey?
    /// The status word, folded: `STUDENT` and `Student` are one tag.
    var word: String

    static func status(_ word: String) -> TagKey { TagKey(family: .status, program: nil, word: word.folded) }

    static func program(_ program: ProgramKey, _ word: String) -> TagKey {
        TagKey(family: .program, program: program, word: word.folded)
    }
}

/// Tags that are decided together. A message that carries no programs leaves the program tags alone.
package struct TagFamily: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String

    // A struct, not an enum: a family that a newer version wrote into a mirror must survive an older one.
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let status = TagFamily(rawValue: "status")
    package static let program = TagFamily(rawValue: "program")
}

/// A program as the directory knows it; never used again for another.
struct ProgramKey: Hashable, Sendable, Codable, RawRepresentable {
    let rawValue: Int
}

/// A tag that a person ought to have, in the source's words.
package enum WantedTag: Hashable, Sendable {
    case status(String)
    case program(id: String?, name: String, status: String)
    case named(NamedTag)
}

extension WantedTag {
    /// The status, in the source's word; of a named tag, its name.
    var word: String {
        switch self {
        case .status(let word), .program(_, _, let word): word
        case .named(let tag): tag.name
        }
    }

    var personal: NamedTag? {
        if case .named(let tag) = self, tag.isPersonal { tag } else { nil }
    }

    var family: TagFamily {
        switch self {
        case .status: .status
        case .program: .program
        case .named(let tag): tag.family
        }
    }
}
