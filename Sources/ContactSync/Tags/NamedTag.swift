/// A tag whose whole name its source settles.
package struct NamedTag: Hashable, Sendable {
    package var name: String
    package var family: TagFamily
    /// Keap's category for it, if it has to be made. Nil: none.
    package var category: String?
    /// Meant for one contact only. The contact's mirror remembers it: a directory of the gym's would grow for ever.
    package var isPersonal: Bool

    package init(_ name: String, family: TagFamily, category: String?, isPersonal: Bool = false) {
        self.name = name
        self.family = family
        self.category = category
        self.isPersonal = isPersonal
    }

    var key: TagKey { TagKey(family: family, program: nil, word: name.folded) }
}

/// The names that a gym's other sources may give tags, by which tags in Keap are known as ours.
package struct NamedTags: Equatable, Sendable {
    /// Every tag that is not personal.
    package var shared: [NamedTag] = []
    /// A text that stands in the name of every personal tag, and hardly in any other tag's. Nil: there is none.
    package var personalMark: String?

    /// Families of which nothing is worn beside what is wanted.
    package var wholeFamilies: Set<TagFamily> = []

    package init() {}

    var categories: [String] {
        var seen: Set<String> = []
        return shared.compactMap(\.category).filter { seen.insert($0).inserted }
    }

    /// All that decides which tags are ours.
    var naming: String {
        guard !shared.isEmpty || personalMark != nil else { return "" }
        let names = shared.map { "\($0.family.rawValue)=\($0.category ?? "")/\($0.name)" }
        return (names + [personalMark ?? ""]).joined(separator: "|")
    }
}
