extension String {
    /// UTF-8, or Windows-1252 if the bytes are none: every byte string has a reading, and the common one comes first.
    package init(utf8OrWindows1252 bytes: ArraySlice<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else {
            self.init(windows1252: bytes)
        }
    }

    /// The text of bytes labelled Latin-1, ASCII or Windows-1252, by the Encoding Standard: `0x92` is `’`.
    ///
    /// The five bytes that Windows-1252 leaves open become the control characters of their numbers.
    package init(windows1252 bytes: some Collection<UInt8>) {
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            scalars.append((0x80...0x9F).contains(byte) ? windowsMarks[Int(byte) - 0x80] : Unicode.Scalar(byte))
        }
        self.init(scalars)
    }

    /// The text encoded in Windows-1252; nil if that has no bytes for one of its characters.
    package var windows1252: [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            if let place = windowsMarks.firstIndex(of: scalar) {
                bytes.append(0x80 + UInt8(place))
            } else if scalar.value < 0x100 {
                bytes.append(UInt8(scalar.value))
            } else {
                return nil
            }
        }
        return bytes
    }
}

/// Bytes 0x80 to 0x9F of Windows-1252, as the Encoding Standard has them.
private let windowsMarks: [Unicode.Scalar] = [
    "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}",
    "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
]

/// Byte-order marks.
package enum UnicodeMark {
    package static let utf8: [UInt8] = [0xEF, 0xBB, 0xBF]
    package static let utf16LittleEndian: [UInt8] = [0xFF, 0xFE]
    package static let utf16BigEndian: [UInt8] = [0xFE, 0xFF]
}

/// A text in UTF-16, found by its mark, or without one by the zero bytes beside its ASCII characters.
package enum UTF16Text {
    package enum Answer: Equatable, Sendable {
        case none
        case utf8([UInt8])
        /// The last character has one byte of two.
        case cutShort
    }

    /// The bytes as UTF-8. Half of a surrogate pair becomes U+FFFD.
    package static func utf8(_ bytes: [UInt8]) -> Answer {
        if bytes.starts(with: UnicodeMark.utf16LittleEndian) { return decoded(bytes.dropFirst(2), low: 0) }
        if bytes.starts(with: UnicodeMark.utf16BigEndian) { return decoded(bytes.dropFirst(2), low: 1) }
        // Of the first two characters of any text that we read one half is zero, in UTF-16 only.
        guard bytes.count >= 4 else { return .none }
        switch (bytes[0] == 0, bytes[1] == 0, bytes[2] == 0, bytes[3] == 0) {
        case (false, true, false, true): return decoded(bytes[...], low: 0)
        case (true, false, true, false): return decoded(bytes[...], low: 1)
        default: return .none
        }
    }

    /// - Parameter low: which byte of each pair is the lower one.
    private static func decoded(_ bytes: ArraySlice<UInt8>, low: Int) -> Answer {
        guard bytes.count.isMultiple(of: 2) else { return .cutShort }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { place in
            UInt16(bytes[place + low]) | UInt16(bytes[place + 1 - low]) << 8
        }
        return .utf8(Array(String(decoding: units, as: UTF16.self).utf8))
    }
}
