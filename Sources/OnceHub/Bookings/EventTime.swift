import Keap

/// An instant as OnceHub writes it: `2026-03-02T09:00:01.000Z`, also with an offset. Without a zone it is UTC.
enum EventTime {
    /// Nil if the text is no such instant.
    static func read(_ text: String) -> KeapTime? {
        var parts = text.uppercased().replacing(",", with: ".").split(maxSplits: 1) { $0 == "T" || $0 == " " }
        guard parts.count == 2 else { return nil }
        if !parts[1].contains(where: { "Z+-".contains($0) }) { parts[1] += "Z" }
        return KeapTime(parts.joined(separator: "T"))
    }
}
