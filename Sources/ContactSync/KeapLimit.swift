/// Longest texts that Keap takes, in characters.
enum KeapLimit {
    static let tagName = 255
    static let name = 40
    static let customText = 65_535
    /// Ours: an id is searched for in a URL.
    static let zenPlannerID = 255

    static func email(in slot: Slots.Email) -> Int { slot == .email1 ? 75 : 100 }

    static func phone(in slot: String) -> Int { slot == "PHONE4" || slot == "PHONE5" ? 20 : 40 }

    static func addressLine(in slot: Slots.Address) -> Int { slot == .billing ? 75 : 100 }

    static func city(in slot: Slots.Address) -> Int { slot == .billing ? 50 : 100 }

    static func zip(in slot: Slots.Address) -> Int { slot == .shipping ? 20 : 15 }
}

extension String {
    /// The text cut to `limit` Unicode scalars. Never inside a character, so that nothing half is sent.
    func limited(to limit: Int) -> String {
        guard unicodeScalars.count > limit else { return self }
        var cut = ""
        var used = 0
        for character in self {
            used += character.unicodeScalars.count
            guard used <= limit else { break }
            cut.append(character)
        }
        return cut
    }

    /// The text as it is compared: case and blanks aside.
    var folded: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}
