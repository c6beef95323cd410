package import ContactSync

/// A gym's settings for its bookings.
package struct OnceHubSettings: Equatable, Sendable {
    /// OnceHub gives a customer's name as one text.
    package var nameOrder = NameOrder.givenFirst
    package var tags = LifecycleTags()
    package var ownTags: [OwnTag] = []
    /// The actor of a cancellation where OnceHub does not say.
    package var unknownActor = BookingActor.customer
    package var creation = CreationRules()
    package var classification = Classification()
    /// Beside name, e-mail and phone, which always go where they belong.
    package var mapping = [FieldMapping.company]
    package var dates = DateRules()
    /// Names for ids that OnceHub gives without one; for a user of OnceHub's, a user of Keap's by e-mail.
    package var names: [String: String] = [:]

    package init() {}

    /// An own tag that is named like one for what bookings come to, which would come off with that.
    package var clashingTag: String? {
        guard tags.isGenericOn else { return nil }
        let taken = Set(Phase.allCases.map { tags.generic($0).name.lowercased() })
        return ownTags.map(\.name).first { taken.contains($0.lowercased()) }
    }

    /// The names that bookings' tags may have, for the gym's tag directory.
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
    /// The tag of the latest status of all of a contact's bookings.
    static let lifecycle = TagFamily(rawValue: "booking lifecycle")
    static let ownOnBooking = TagFamily(rawValue: "booking own")

    /// The tag of one booking's status.
    static func booking(_ id: String) -> TagFamily { TagFamily(rawValue: "booking \(id)") }
}
