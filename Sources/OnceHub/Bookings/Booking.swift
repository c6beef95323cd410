package import Connectors
package import ContactSync

/// One event of a booking, with the booking as it was when OnceHub told of it.
package struct Booking: Equatable, Sendable {
    /// `BKNG-…`
    package var id: String
    package var event: BookingEvent
    package var customer: Customer
    package var subject: String = ""
    package var location: String = ""
    /// ISO 8601, as OnceHub writes it; empty if it does not say.
    package var startsAt: String = ""
    package var minutes: Int?
    /// IANA name of the customer's time zone, or empty.
    package var timeZone: String = ""
    package var bookingPage: Reference?
    package var masterPage: Reference?
    package var eventType: Reference?
    package var calendar: Reference?
    package var owner: Reference?
    /// Addresses to join, cancel or move the booking; empty if OnceHub does not say.
    package var joinURL: String = ""
    package var cancelURL: String = ""
    package var rescheduleURL: String = ""
    package var payment: Payment?
    package var guests: [String] = []
    /// Why it was canceled or rescheduled, in the words of the person who did.
    package var reason: String = ""
    /// The answers to the form's own questions, in its order.
    package var customFields: [FormField] = []

    /// Ids are remembered with a contact, whose memory is bounded.
    static let longestID = 64

    package init(id: String, event: BookingEvent, customer: Customer) {
        self.id = id
        self.event = event
        self.customer = customer
    }
}

package struct Payment: Equatable, Sendable {
    package var amount: String
    package var currency: String
    package var transaction: String
}

/// The customer who booked.
package struct Customer: Equatable, Sendable {
    package var firstName: String
    package var lastName: String
    package var email: String
    package var phone: String = ""
    package var mobilePhone: String = ""
    package var company: String = ""
    package var note: String = ""
    /// Values that could not be used.
    package var notes: [AttentionNote] = []

    package init(firstName: String, lastName: String, email: String) {
        self.firstName = firstName
        self.lastName = lastName
        self.email = email
    }
}

/// An object of OnceHub's that a booking refers to: by its id alone, or with its name.
package struct Reference: Equatable, Sendable {
    package var id: String
    package var name: String
    /// A user's address; else empty.
    package var email: String

    package init(id: String, name: String = "", email: String = "") {
        self.id = id
        self.name = name
        self.email = email
    }
}

package struct FormField: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
