import Keap

extension String {
    /// The text cut to what Keap takes.
    func limited(to limit: Int) -> String { KeapLengths.cut(self, to: limit) }

    func fits(_ limit: Int) -> Bool { KeapLengths.fits(self, limit) }

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

    var looksLikeEmail: Bool { EmailAddress.isValid(self) }
}
