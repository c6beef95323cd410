package import Keap

/// A source's request for one appointment in Keap's calendar.
package struct AppointmentRequest: Equatable, Sendable {
    /// The source's id of what the appointment is about. It must stand in the description: after a crash, it is how an
    /// appointment that we made is known.
    package var key: String
    package var what: What
    /// When it begins, if an appointment for it may be in the calendar though nothing is remembered of it.
    package var mayBeThereAround: KeapTime?

    package enum What: Equatable, Sendable {
        /// To be in the calendar like this.
        case hold(AppointmentPlan)
        /// Not to be there.
        case drop
        /// It has taken place: it stays, and need not be remembered.
        case leave
    }

    package init(key: String, _ what: What) {
        self.key = key
        self.what = what
    }
}

package struct AppointmentPlan: Equatable, Sendable {
    package var title: String
    package var description: String
    package var location: String
    package var start: KeapTime
    package var end: KeapTime
    /// The user of Keap's whose calendar it is in, by e-mail, name or id. Nil or unknown: the key's own.
    package var owner: String?

    package init(
        title: String, description: String, location: String, start: KeapTime, end: KeapTime, owner: String?
    ) {
        self.title = title
        self.description = description
        self.location = location
        self.start = start
        self.end = end
        self.owner = owner
    }

    /// Two plans of one digest are one plan.
    var digest: String {
        [title, description, location, start.text, end.text, owner?.folded ?? ""].joined(separator: "\u{1F}").digest
    }
}
