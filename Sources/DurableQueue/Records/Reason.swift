enum Reason {
    /// Reasons are kept up to this many UTF-8 bytes. Counted by bytes, since one character can have any number of them.
    static let longest = 1_200
}

extension String {
    /// The reason as it is kept; a longer one ends in an ellipsis at a whole character.
    var boundedReason: String {
        let most = Reason.longest
        guard utf8.count > most else { return self }
        var kept = ""
        var bytes = 0
        for character in self {
            bytes += character.utf8.count
            guard bytes <= most - 3 else { break }
            kept.append(character)
        }
        // One character can be of any length. Then it is cut too.
        if kept.utf8.count < most / 2 {
            kept = String(String.UnicodeScalarView(unicodeScalars.prefix((most - 3) / 4)))
        }
        return kept + "…"
    }
}
