/// Lengths as Java and JavaScript count them.
extension String {
    package func fits(utf16 longest: Int) -> Bool { utf16.count <= longest }

    /// The longest start that fits, never half a character.
    package func cut(utf16 longest: Int) -> String {
        guard !fits(utf16: longest) else { return self }
        var units = 0
        return String(
            prefix { character in
                units += character.utf16.count
                return units <= longest
            })
    }
}
