import Foundation
import WireFormats

/// An e-mail address as people and address books write it: `<ana@example.org>`, `Ana <ana@example.org>`,
/// `mailto:ana@example.org`, `ana@example.org,`.
package enum EmailAddress {
    package enum Reading: Equatable, Sendable {
        case address(String)
        case none
        /// More than one: which of them is the person's cannot be told.
        case several
        case unreadable
    }

    package static func read(_ text: String) -> Reading {
        let tidy = text.tidied
        if isValid(tidy) { return .address(tidy) }
        if tidy.isEmpty { return .none }
        if Placeholder.isOne(tidy) { return .unreadable }
        return found(in: tidy)
    }

    private static func found(in tidy: String) -> Reading {
        var text = tidy.withoutMarksAndJoiners
        if !text.utf8.allSatisfy({ $0 < 0x80 }) { text = text.precomposedStringWithCompatibilityMapping }
        // `ana @ example.org` is one address; `mailto:` may write its @ as %40.
        text = text.replacing("%40", with: "@").replacing(" @", with: "@").replacing("@ ", with: "@")
        var addresses: [String] = []
        for word in text.split(whereSeparator: { $0.isWhitespace || ",;|<>()[]{}\"“”".contains($0) }) {
            guard word.contains("@") else { continue }
            let bare = self.bare(word)
            guard isValid(bare) else { return .unreadable }
            if !addresses.contains(where: { $0.folded == bare.folded }) { addresses.append(bare) }
        }
        switch addresses.count {
        case 0: return .unreadable
        case 1: return .address(addresses[0])
        default: return .several
        }
    }

    private static func bare(_ word: Substring) -> String {
        var address = word
        for scheme in ["mailto:", "smtp:", "email:", "e-mail:"] where address.lowercased().hasPrefix(scheme) {
            address = address.dropFirst(scheme.count)
        }
        if let query = address.firstIndex(of: "?") { address = address[..<query] }
        while let first = address.first, "'’‘`:/".contains(first) { address.removeFirst() }
        while let last = address.last, "'’‘`.:/!".contains(last) { address.removeLast() }
        return String(address)
    }

    /// Whether it follows RFC 5321, without quoted names and numeric hosts, which Keap refuses.
    package static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return false }
        let labels = bytes[(at + 1)...].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let words = bytes[..<at].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return at <= 64 && labels.count >= 2 && labels.allSatisfy(isLabel) && isName(labels[labels.count - 1])
            && words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtom) }
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let dash = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != dash && label.last != dash
            && label.allSatisfy { isAlphanumeric($0) || $0 == dash }
    }

    /// A top-level domain is never a number, else `1.2.3.4` would be a host's name.
    private static func isName(_ label: ArraySlice<UInt8>) -> Bool { label.contains { !(0x30...0x39).contains($0) } }

    private static func isAtom(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
