extension String {
    /// Without blanks and invisible marks around it, and without invisible marks inside; a line break or another control
    /// character inside becomes one blank. Joiners inside stay.
    package var tidied: String {
        // Nearly every value: nothing but printable ASCII, where only blanks at the ends can be wrong.
        if isPrintableASCII { return trimmedASCII }
        return tidiedSlowly
    }

    package var isPrintableASCII: Bool { utf8.allSatisfy { (0x20...0x7E).contains($0) } }

    private var trimmedASCII: String {
        let bytes = utf8
        if bytes.first != 0x20, bytes.last != 0x20 { return self }
        guard let first = bytes.firstIndex(where: { $0 != 0x20 }), let last = bytes.lastIndex(where: { $0 != 0x20 })
        else { return "" }
        return String(self[first...last])
    }

    /// The same for any text, by its characters' properties.
    package var tidiedSlowly: String {
        let kept = unicodeScalars.filter { !$0.isInvisibleMark }
        return kept.split(whereSeparator: \.isControlOrLineEnd)
            .map { trimmed(Array($0)[...]) }
            .filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}

private func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace || scalar.isJoiner }
    guard let first = scalars.firstIndex(where: { !isBlank($0) }), let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(String.UnicodeScalarView(scalars[first...last]))
}
