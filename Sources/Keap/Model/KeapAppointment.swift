/// An appointment in Keap's calendar. Only v1 has these, and only some editions of Keap.
package struct KeapAppointment: Hashable, Sendable {
    /// Keap's documents name no id in an answer, though every change needs one; it has been seen to be there.
    package var id: AppointmentID?
    package var title: String
    package var description: String
    package var start: KeapTime?

    package init(id: AppointmentID?, title: String, description: String = "", start: KeapTime?) {
        self.id = id
        self.title = title
        self.description = description
        self.start = start
    }
}

/// What a create or a change of an appointment sends: always all of it.
package struct AppointmentBody: Hashable, Sendable {
    package var contact: ContactID
    package var title: String
    package var description: String
    package var location: String
    package var start: KeapTime
    package var end: KeapTime
    /// Whose calendar it is in; nil: the key's own user.
    package var user: UserID?

    package init(
        contact: ContactID, title: String, description: String = "", location: String = "", start: KeapTime,
        end: KeapTime, user: UserID? = nil
    ) {
        self.contact = contact
        self.title = title
        self.description = description
        self.location = location
        self.start = start
        self.end = end
        self.user = user
    }
}

package typealias AppointmentID = KeapID<KeapAppointment>

extension KeapFailure {
    /// Whether this refusal of a call that names no appointment says that the account has no appointments at all, as
    /// some editions have none. Keap documents only the statuses; a 404 may be about the contact or user instead.
    package var saysNoAppointments: Bool {
        switch self {
        case .refused(404, let message):
            !["contact", "user"].contains { message.lowercased().contains($0) }
        case .refused(let status, _): [402, 403, 405, 410, 501].contains(status)
        default: false
        }
    }
}
