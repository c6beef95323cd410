package import ContactSync

/// What a gym may choose about its bookings.
package struct OnceHubSettings: Equatable, Sendable {
    /// OnceHub gives a customer's name as one text.
    package var nameOrder = NameOrder.givenFirst
    package var tags = LifecycleTags()
    package var ownTags: [OwnTag] = []
    /// Who is taken to have canceled where OnceHub does not say.
    package var unknownActor = BookingActor.customer
    package var creation = CreationRules()
    package var classification = Classification()
    /// Beside name, e-mail and phone, which always go where they belong.
    package var mapping = [FieldMapping.company]
    package var dates = DateRules()
    /// What is to be read for an id that OnceHub gives without a name, or for a user of OnceHub's: a name, or a user of
    /// Keap's by e-mail.
    package var names: [String: String] = [:]

    package init() {}

    /// An own tag that is named like one for what bookings come to, which would come off with that.
    package var clashingTag: String? {
        guard tags.isGenericOn else { return nil }
        let taken = Set(Phase.allCases.map { tags.generic($0).name.lowercased() })
        return ownTags.map(\.name).first { taken.contains($0.lowercased()) }
    }

    /// What bookings' tags may be called, for the gym's tag directory.
    package var named: NamedTags {
        var named = NamedTags()
        if tags.isGenericOn {
            named.shared += Phase.allCases.map(tags.generic)
            named.wholeFamilies = [.lifecycle]
        }
        named.shared += ownTags.map(\.named)
        if tags.isSpecificOn { named.personalMark = tags.specificName.mark }
        return named
    }
}

extension TagFamily {
    /// What all of a contact's bookings together came to.
    static let lifecycle = TagFamily(rawValue: "booking lifecycle")
    static let ownOnBooking = TagFamily(rawValue: "booking own")

    /// What one booking came to.
    static func booking(_ id: String) -> TagFamily { TagFamily(rawValue: "booking \(id)") }
}
