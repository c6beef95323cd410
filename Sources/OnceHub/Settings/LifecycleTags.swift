import ContactSync

/// The tags that show the status of a contact's bookings.
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
    /// By id or name. Empty: any.
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
