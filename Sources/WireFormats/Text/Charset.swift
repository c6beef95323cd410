import Foundation

/// The encoding of a text that is not UTF-8, by what its sender declared.
///
/// UTF-8 is tried first: other text is hardly ever valid UTF-8, and many senders declare Latin-1 and write UTF-8.
package struct Charset: Sendable {
    private enum Reading: Sendable {
        case windows1252, latin9
        case foundation(String.Encoding)
    }

    private let reading: Reading

    /// - Parameter label: the `charset` of a content type, in any case. Unknown and absent ones mean Windows-1252, as
    ///   browsers write forms.
    package init(_ label: String? = nil) {
        reading =
            switch (label ?? "").lowercased() {
            case "iso-8859-15", "latin-9", "latin9": .latin9
            case "iso-8859-2", "latin2": .foundation(.isoLatin2)
            case "windows-1250", "cp1250": .foundation(.windowsCP1250)
            case "windows-1251", "cp1251": .foundation(.windowsCP1251)
            case "windows-1253", "cp1253": .foundation(.windowsCP1253)
            case "windows-1254", "cp1254", "iso-8859-9", "latin5": .foundation(.windowsCP1254)
            case "shift_jis", "shift-jis", "sjis", "windows-31j": .foundation(.shiftJIS)
            case "euc-jp": .foundation(.japaneseEUC)
            case "macintosh", "x-mac-roman": .foundation(.macOSRoman)
            default: .windows1252
            }
    }

    package func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        switch reading {
        case .windows1252: return String(windows1252: bytes)
        case .latin9: return String(String.UnicodeScalarView(bytes.map(Self.latin9)))
        case .foundation(let encoding):
            return String(bytes: bytes, encoding: encoding) ?? String(windows1252: bytes)
        }
    }

    private static func latin9(_ byte: UInt8) -> Unicode.Scalar {
        switch byte {
        case 0xA4: "€"
        case 0xA6: "Š"
        case 0xA8: "š"
        case 0xB4: "Ž"
        case 0xB8: "ž"
        case 0xBC: "Œ"
        case 0xBD: "œ"
        case 0xBE: "Ÿ"
        default: Unicode.Scalar(byte)
        }
    }
}
