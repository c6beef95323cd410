package import ContactSync

/// How a booking's contact is found, made and filled.
package struct CreationRules: Equatable, Sendable {
    /// For the fields of a contact that Keap had already.
    package var known = FieldPolicy.fillEmpty
    /// Whether a contact of the same address and another name is taken for the customer.
    package var matchesAddressAlone = false
    /// Keap mails nothing to a contact made without a reason.
    package var optInReason = "Booked an appointment (OnceHub)"
    /// The owner of a new contact.
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
