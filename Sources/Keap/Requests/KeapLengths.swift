import WireFormats

/// The longest texts that Keap documents, in UTF-16 units as a Java server counts them.
package enum KeapLengths {
    package static let givenName = 40
    package static let familyName = 40
    package static let zipFour = 10
    package static let tagName = 255
    package static let customFieldText = 65_535
    /// Ours: Keap documents none for lead sources and companies.
    package static let recordName = 255

    package static let longestEmail = 100

    package static func email(_ slot: String) -> Int { slot == "EMAIL1" ? 75 : longestEmail }
    package static func phone(_ slot: String) -> Int { ["PHONE4", "PHONE5"].contains(slot) ? 20 : 40 }
    package static func addressLine(_ slot: String) -> Int { slot == "BILLING" ? 75 : 100 }
    package static func locality(_ slot: String) -> Int { slot == "BILLING" ? 50 : 100 }
    package static func postalCode(_ slot: String) -> Int { slot == "SHIPPING" ? 20 : 15 }

    /// Nil for a property whose longest text is not documented.
    package static func text(_ field: ContactField) -> Int? {
        switch field {
        case .middleName, .preferredName, .spouseName, .website, .billingInformation: 100
        case .jobTitle: 255
        case .assistantName: 20
        case .assistantPhone: 15
        default: nil
        }
    }

    package static func fits(_ text: String, _ longest: Int) -> Bool { text.fits(utf16: longest) }

    /// The longest start of `text` that fits, never half a character.
    package static func cut(_ text: String, to longest: Int) -> String { text.cut(utf16: longest) }
}
