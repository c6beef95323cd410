/// Writes any text such that a browser reads it back as that text, inside an element and inside a quoted value alike.
enum HTMLEscaping {
    static func write(_ text: String, to output: inout String) {
        // Most texts hold nothing to escape: then they are copied whole.
        guard text.utf8.contains(where: isSpecial) else {
            output += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "`": output += "&#96;"
            case "\n", "\t": output.unicodeScalars.append(scalar)
            case _ where isHarmful(scalar): output += "\u{FFFD}"
            default: output.unicodeScalars.append(scalar)
            }
        }
    }

    /// The first byte of all that is escaped: marks of markup, controls, and what may begin a harmful scalar.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x7F, UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
            UInt8(ascii: "'"), UInt8(ascii: "`"), 0xC2, 0xE2, 0xEF:
            true
        default: false
        }
    }

    /// Controls, and marks that turn the direction of what follows: a name with one could make a page say something else.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
