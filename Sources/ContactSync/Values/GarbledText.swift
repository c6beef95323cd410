import WireFormats

/// Text that was written in one encoding and read in another before it came here, such as `CafÃ©`.
package enum GarbledText {
    package enum Reading: Equatable, Sendable {
        case clean
        /// It has one meaning: the same bytes as UTF-8.
        case restored(String)
        /// Characters are lost.
        case lost
    }

    package static func read(_ text: String) -> Reading {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return .clean }
        if text.unicodeScalars.contains("\u{FFFD}") { return .lost }
        guard isSuspect(text) else { return .clean }
        var restored: String?
        // Some texts went wrong twice.
        for _ in 0..<3 {
            guard let once = reread(restored ?? text) else { break }
            restored = once
        }
        if let restored { return .restored(restored) }
        return hasUnmistakablePair(text) ? .lost : .clean
    }

    /// Nil if the bytes are no UTF-8, or say what is never written: `CAFÉ’S` would be `CAFɒS`.
    private static func reread(_ text: String) -> String? {
        guard let bytes = text.windows1252, bytes.contains(where: { $0 >= 0x80 }),
            let read = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let marks = read.unicodeScalars.filter { $0.value >= 0x80 }
        let hasLatin = read.unicodeScalars.contains { $0.isASCII && $0.properties.isAlphabetic }
        return marks.allSatisfy { isCommon($0) || (!hasLatin && isOtherScript($0)) } ? read : nil
    }

    /// Latin letters and the punctuation and pictures that people write among them.
    private static func isCommon(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xA0...0x17F, 0x1E00...0x1EFF, 0x200C...0x2044, 0x20AC, 0x2122, 0x2600...0x27BF, 0xFE0F, 0x1F000...0x1FAFF:
            true
        default: false
        }
    }

    private static func isOtherScript(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x370 && scalar.properties.isAlphabetic
    }

    private static func isSuspect(_ text: String) -> Bool { hasPair(text, leads: 0xC2...0xF4) }

    /// Â or Ã before a sign that follows no letter: `Ã©`, `Â£`.
    private static func hasUnmistakablePair(_ text: String) -> Bool { hasPair(text, leads: 0xC2...0xC3) }

    /// Whether a first byte of UTF-8 is followed by as many others as belong to it, all read as Windows-1252.
    private static func hasPair(_ text: String, leads: ClosedRange<UInt32>) -> Bool {
        let scalars = Array(text.unicodeScalars)
        for (place, scalar) in scalars.enumerated() where leads.contains(scalar.value) {
            let length =
                switch scalar.value {
                case 0xC2...0xDF: 1
                case 0xE0...0xEF: 2
                default: 3
                }
            guard place + length < scalars.count else { continue }
            if scalars[(place + 1)...(place + length)].allSatisfy(isContinuation) { return true }
        }
        return false
    }

    private static func isContinuation(_ scalar: Unicode.Scalar) -> Bool {
        String(scalar).windows1252.map { (0x80...0xBF).contains($0[0]) } ?? false
    }
}
