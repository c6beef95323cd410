extension SyncedField {
    /// Words by which Keap's refusals name the field.
    private var namedBy: [String] {
        switch self {
        case .firstName: ["given name", "first name"]
        case .lastName: ["family name", "last name", "surname"]
        case .email: ["email", "e mail"]
        case .mobilePhone: ["phone", "telephone"]
        case .birthDate: ["birth date", "birthdate", "birthday"]
        case .address1: ["line 1"]
        case .address2: ["line 2"]
        case .city: ["locality", "city"]
        case .state: ["region", "state"]
        case .zip: ["postal code", "postcode", "zip"]
        case .country: ["country"]
        case .signupDate, .prospectSource: []  // by their labels, which are the gym's
        }
    }

    /// Which of the sent fields a refusal names; none if it names no field, or things that were not sent.
    static func named(in message: String, among sent: Set<SyncedField>) -> Set<SyncedField> {
        let words = RefusalWords(message)
        let named = sent.filter { field in field.namedBy.contains(where: words.contain) }
        if !named.isEmpty { return named }
        return words.contain("address") ? sent.intersection(AddressParts.fields) : []
    }
}

/// A refusal as words: `givenName`, `given_name` and `Given name` are the same two, `EMAIL1` is `email` and a number, and `state` does not stand in
/// `statement`.
private struct RefusalWords {
    private let text: String

    init(_ message: String) {
        var words = " "
        var last: Character = " "
        for character in message {
            let isNext = (character.isUppercase && last.isLowercase) || (character.isNumber && last.isLetter)
            if isNext { words += " " }
            words += character.isLetter || character.isNumber ? character.lowercased() : " "
            last = character
        }
        text = words.split(separator: " ").joined(separator: " ")
    }

    /// Also as a plural.
    func contain(_ name: String) -> Bool {
        let padded = " \(text) "
        return [name, name + "s", name + "es"].contains { padded.contains(" \($0) ") }
            || (name.hasSuffix("y") && padded.contains(" \(name.dropLast())ies "))
    }
}
