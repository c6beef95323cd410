/// Which Keap account calls are made on: known by Keap's own name for it (its tenant), never by the text of a key, since
/// one account may have several keys, and a key may be changed for another.
package struct KeapAccountID: Hashable, Sendable, CustomStringConvertible {
    /// Where the account lives: two installations may use one name.
    package let base: String
    /// Such as `ab103`.
    package let tenant: String

    package static let mostCharacters = 100

    /// - Parameter tenant: with or without `.infusionsoft.com`, which Keap writes in some places only; letters of either
    ///   case. Nil if it is empty, too long, or holds anything but letters, digits, `-`, `_` and `.`.
    package init?(base: String, tenant: String) {
        var name = tenant.lowercased()
        if name.hasSuffix(Self.domain) { name.removeLast(Self.domain.count) }
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.".unicodeScalars.contains($0))
        }
        guard isPlain, (1...Self.mostCharacters).contains(name.count) else { return nil }
        (self.base, self.tenant) = (base, name)
    }

    package var description: String { tenant }

    private static let domain = ".infusionsoft.com"
}
