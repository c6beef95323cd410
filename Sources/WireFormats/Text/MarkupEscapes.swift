extension String {
    /// The text with HTML's escapes read: `Kids &amp; Teens` says `Kids & Teens`. Also those that were escaped twice.
    ///
    /// For texts that come back from a service which was seen to escape what it is given. An unknown escape stays as it is.
    package var withoutMarkupEscapes: String {
        var text = self
        // More often than that no service escapes one text, and each round may look through all of it.
        for _ in 0..<3 {
            guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: ";")) else { break }
            guard let next = text.unescapedOnce else { break }
            text = next
        }
        return text
    }

    /// The same text as a service that escapes keeps it; nil if it holds nothing to escape.
    package var withMarkupEscapes: String? {
        guard utf8.contains(where: { "&<>\"".utf8.contains($0) }) else { return nil }
        return replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// Nil if there is no escape that is known.
    private var unescapedOnce: String? {
        var rest = unicodeScalars[...]
        var text = String.UnicodeScalarView()
        var isChanged = false
        while let mark = rest.firstIndex(of: "&") {
            text.append(contentsOf: rest[..<mark])
            rest = rest[mark...]
            let longest = rest.dropFirst().prefix(10)
            if let end = longest.firstIndex(of: ";"), let scalar = Self.scalar(named: longest[..<end]) {
                text.append(scalar)
                rest = rest[rest.index(after: end)...]
                isChanged = true
            } else {
                text.append("&")
                rest = rest.dropFirst()
            }
        }
        text.append(contentsOf: rest)
        return isChanged ? String(text) : nil
    }

    private static func scalar(named name: Substring.UnicodeScalarView) -> Unicode.Scalar? {
        switch String(name).lowercased() {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        case "nbsp": return "\u{A0}"
        case let word where word.hasPrefix("#"):
            let digits = word.dropFirst()
            let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            // A control character that was written out is no part of a name.
            return number.flatMap { $0 < 0x20 ? nil : Unicode.Scalar($0) }
        default: return nil
        }
    }
}
