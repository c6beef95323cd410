/// A thing in Keap that bills are about, by its id.
package struct KeapThing: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case subscription, order
        /// Keap tells neither whose it is nor of which order: what changed is looked for.
        case invoice, payment
    }

    package var kind: Kind
    package var id: String
    package var isDeleted = false

    package init(_ kind: Kind, _ id: String, isDeleted: Bool = false) {
        (self.kind, self.id, self.isDeleted) = (kind, id, isDeleted)
    }

    /// The longest id that is believed. Keap's are numbers.
    static let longestID = 32

    static func isID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestID
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x2D }
    }
}
