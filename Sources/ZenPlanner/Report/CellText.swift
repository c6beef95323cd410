import WireFormats

/// The bytes of one cell as text. Files are put together from several, so each cell is decided on its own.
enum CellText {
    enum Encoding: Equatable, Sendable {
        case utf8, windows1252
        /// Neither: characters are lost, and U+FFFD stands for them.
        case broken
    }

    static func read(_ bytes: ArraySlice<UInt8>) -> (text: String, encoding: Encoding) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, .utf8) }
        let old = String(windows1252: bytes)
        let replaced = String(decoding: bytes, as: UTF8.self)
        // Where some of it is UTF-8 the rest was, too.
        let hasUTF8 = replaced.unicodeScalars.contains { $0.value >= 0x80 && $0 != "\u{FFFD}" }
        return !hasUTF8 && isPlausible(old) ? (old, .windows1252) : (replaced, .broken)
    }

    /// Whether a person would write it: `José`, not `cafÃ`, whose last character is half of an é.
    private static func isPlausible(_ text: String) -> Bool {
        var before: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { before = scalar }
            guard scalar.value >= 0x80 else { continue }
            if (0x80...0x9F).contains(scalar.value) { return false }
            let isCapital = scalar.properties.isUppercase
            if isCapital, before.properties.isLowercase { return false }
            // Ã begins no word, and stands among capitals only.
            if scalar == "Ã", !before.properties.isUppercase { return false }
        }
        return true
    }
}
