import Keap

/// Ours: the longest Zen Planner id that is kept in Keap, since it is searched for in a URL.
let longestZenPlannerID = 255

extension String {
    /// The text cut to what Keap takes.
    func limited(to limit: Int) -> String { KeapLengths.cut(self, to: limit) }

    func fits(_ limit: Int) -> Bool { KeapLengths.fits(self, limit) }

    /// The text as it is compared: case and blanks aside.
    package var folded: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }

    /// Whether it is an address of the form that nearly all have, which no system refuses for its form.
    var isOrdinaryEmail: Bool {
        guard utf8.count <= 100, looksLikeEmail, let at = lastIndex(of: "@") else { return false }
        let (local, domain) = (self[..<at], self[index(after: at)...])
        let isPlain = { (text: Substring, others: String) in
            text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || others.contains($0)) }
        }
        guard local.utf8.count <= 64, isPlain(local, ".+-_"), isPlain(domain, ".-") else { return false }
        let dotted = local.split(separator: ".", omittingEmptySubsequences: false)
        return dotted.allSatisfy { !$0.isEmpty } && !domain.split(separator: ".").contains { $0.hasPrefix("-") }
    }

    /// Whether it could be an address at all: something, one `@`, a domain with a dot inside, no blanks.
    var looksLikeEmail: Bool {
        let parts = split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !contains(where: \.isWhitespace) else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
    }
}
