/// A name in one text, split into what Keap keeps apart.
struct CustomerName: Equatable {
    var first: String
    var last: String

    /// `Ruiz, Ana` is the family name first, whatever the order.
    init(_ text: String, order: NameOrder) {
        let parts = text.split(separator: ",", maxSplits: 1).map { part in
            part.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !Self.isSuffix(parts[1]) {
            self.init(first: parts[1], last: parts[0])
            return
        }
        var words = parts.flatMap { $0 }
        if words.count > 2, Self.titles.contains(Self.bare(words[0])) { words.removeFirst() }
        guard words.count > 1 else {
            self.init(first: words, last: [])
            return
        }
        switch order {
        case .familyFirst:
            // Particles stand before the family name, which they belong to.
            let end = words.firstIndex { !Self.particles.contains(Self.bare($0)) } ?? 0
            let cut = min(end + 1, words.count - 1)
            self.init(first: Array(words[cut...]), last: Array(words[..<cut]))
        case .givenFirst:
            var cut = words.count - 1
            if cut > 1, Self.isSuffix([words[cut]]) { cut -= 1 }
            while cut > 1, Self.particles.contains(Self.bare(words[cut - 1])) { cut -= 1 }
            self.init(first: Array(words[..<cut]), last: Array(words[cut...]))
        }
    }

    private init(first: [String], last: [String]) {
        self.first = first.joined(separator: " ")
        self.last = last.joined(separator: " ")
    }

    private static func bare(_ word: String) -> String { word.lowercased().filter { $0 != "." } }

    private static func isSuffix(_ words: [String]) -> Bool { words.count == 1 && suffixes.contains(bare(words[0])) }

    private static let titles: Set = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof"]
    private static let suffixes: Set = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"]
    private static let particles: Set = [
        "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "ter", "ten",
        "bin",
        "ibn", "al", "el", "st", "af", "av", "zu", "zur",
    ]
}
