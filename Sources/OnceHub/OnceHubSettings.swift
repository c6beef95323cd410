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

/// What becomes of the contact itself.
package struct CreationRules: Equatable, Sendable {
    /// For the fields of a contact that Keap had already.
    package var known = FieldPolicy.fillEmpty
    /// Whether a contact of the same address and another name is taken for the customer.
    package var matchesAddressAlone = false
    /// Keap mails nothing to a contact made without a reason.
    package var optInReason = "Booked an appointment (OnceHub)"
    /// Whose contact a new one becomes.
    package var owner = OwnerRule.bookingOwner
    /// Whether a contact that Keap had already gets that owner too.
    package var reassignsKnown = false
    /// Whether the booking becomes an appointment in Keap's calendar, where Keap's edition has one.
    package var makesAppointments = true

    package init() {}
}

package enum NameOrder: String, CaseIterable, Sendable {
    case givenFirst, familyFirst
}

/// The tags that show what a contact's bookings came to.
package struct LifecycleTags: Equatable, Sendable {
    package var isGenericOn = true
    package var isSpecificOn = true
    package var genericName = BookingTagTemplate.defaultGeneric
    package var specificName = BookingTagTemplate.defaultSpecific
    /// Keap's tag category for both. Nil: none.
    package var category: String? = "OnceHub"
    /// Whether a booking keeps the tags of what it was before.
    package var keepsHistory = false
    package var reapply = Reapply.never

    package init() {}

    package enum Reapply: String, CaseIterable, Sendable {
        case never
        /// A generic tag that a new event leaves as it is comes off and on again, so that campaigns see it.
        case newEvents
    }

    func generic(_ phase: Phase) -> NamedTag {
        NamedTag(genericName.name(phase, booking: ""), family: .lifecycle, category: category)
    }

    func specific(_ phase: Phase, _ booking: String) -> NamedTag {
        NamedTag(
            specificName.name(phase, booking: booking), family: .booking(booking), category: category, isPersonal: true)
    }
}

/// A tag of the gym's own that a contact gets when a booking comes to a phase.
package struct OwnTag: Equatable, Sendable {
    package var name: String
    package var phases: Set<Phase>
    package var category: String?
    /// By id or name. Empty: whichever.
    package var bookingPages: [String] = []
    package var masterPages: [String] = []
    package var eventTypes: [String] = []
    package var calendars: [String] = []

    package init(_ name: String, phases: Set<Phase>) {
        self.name = name
        self.phases = phases
    }

    var named: NamedTag { NamedTag(name, family: .ownOnBooking, category: category) }

    func fits(_ phase: Phase, _ places: BookingContext) -> Bool {
        func fits(_ wanted: [String], _ there: [String]) -> Bool {
            wanted.isEmpty || wanted.contains { there.contains(BookingContext.word($0)) }
        }
        return phases.contains(phase) && fits(bookingPages, places.bookingPage)
            && fits(masterPages, places.masterPage) && fits(eventTypes, places.eventType)
            && fits(calendars, places.calendar)
    }
}

extension TagFamily {
    /// What all of a contact's bookings together came to.
    static let lifecycle = TagFamily(rawValue: "booking lifecycle")
    static let ownOnBooking = TagFamily(rawValue: "booking own")

    /// What one booking came to.
    static func booking(_ id: String) -> TagFamily { TagFamily(rawValue: "booking \(id)") }
}
