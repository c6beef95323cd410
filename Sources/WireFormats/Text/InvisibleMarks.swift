extension Unicode.Scalar {
    /// A mark that takes no room and means nothing in a value: directions, byte-order marks, soft hyphens and blanks
    /// without width. Copied text carries them, and a phone number or status with one looks like the one without.
    package var isInvisibleMark: Bool {
        switch value {
        case 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F, 0xFEFF,
            0xFFF9...0xFFFB:
            true
        default: false
        }
    }

    /// ZWNJ and ZWJ: inside a name they decide how Persian and Indic letters look, so they are sent as they came.
    package var isJoiner: Bool { value == 0x200C || value == 0x200D }

    /// Also the characters of C1 and the ends of lines and paragraphs.
    package var isControlOrLineEnd: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}

// Of `String` alone: asked for each value of each message, and a generic one is not specialized for other modules.
extension String {
    /// Whether there is any mark or joiner. Plain ASCII is answered without looking at characters.
    package var hasInvisibleMarks: Bool {
        !utf8.allSatisfy { $0 < 0x80 } && unicodeScalars.contains { $0.isInvisibleMark || $0.isJoiner }
    }

    /// Without marks; joiners stay.
    package var withoutInvisibleMarks: String {
        guard hasInvisibleMarks else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isInvisibleMark }))
    }

    /// Without marks and joiners, for what identifies.
    package var withoutMarksAndJoiners: String {
        guard hasInvisibleMarks else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isInvisibleMark && !$0.isJoiner }))
    }

    /// The text for a sentence: marks that cannot be seen are named, as `U+FEFF`.
    package var withMarksShown: String {
        guard hasInvisibleMarks else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            if scalar.isInvisibleMark || scalar.isJoiner {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                shown += "U+" + String(repeating: "0", count: Swift.max(0, 4 - digits.count)) + digits
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
