/// An event of a booking, as far as it decides about tags.
package struct BookingEvent: Equatable, Hashable, Sendable {
    /// `EVNT-…`
    package var id: String
    /// Milliseconds since 1970, by OnceHub's clock.
    package var at: Int64
    package var kind: BookingEventKind
    /// The booking's status beside the event; nil if OnceHub leaves it out or has a new word.
    package var status: BookingStatus?
    /// The actor who canceled or rescheduled.
    package var actor: BookingActor?
    /// The other booking of a reschedule that made a new one.
    package var otherBooking: String?

    package init(
        id: String, at: Int64, kind: BookingEventKind, status: BookingStatus? = nil, actor: BookingActor? = nil,
        otherBooking: String? = nil
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.status = status
        self.actor = actor
        self.otherBooking = otherBooking
    }
}

/// OnceHub's event types, without their `booking.`.
package enum BookingEventKind: String, CaseIterable, Codable, Sendable {
    case scheduled
    case rescheduled
    case reassigned
    case canceledThenRescheduled = "canceled_then_rescheduled"
    case rescheduleRequested = "canceled_reschedule_requested"
    case canceled
    case completed
    case noShow = "no_show"
}

package enum BookingStatus: String, CaseIterable, Codable, Sendable {
    case requested, scheduled, rescheduled, completed, canceled
    case noShow = "no_show"
}

package enum BookingActor: String, CaseIterable, Codable, Sendable {
    case user, customer
}
