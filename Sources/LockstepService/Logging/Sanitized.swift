extension String {
    /// On one line: Keap's own words may hold anything, also what moves a terminal's cursor or looks like another line.
    package var harmless: String {
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        return String(String.UnicodeScalarView(unicodeScalars.map { isControl($0) ? " " : $0 }))
    }
}
