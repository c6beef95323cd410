import Keap

/// An appointment as the mirror knows it.
struct HeldAppointment: Equatable, Sendable, Codable {
    enum State: String, Codable, Sendable {
        /// Keap is about to be asked, or was asked and gave no clear answer: look before asking again.
        case making
        case held
        /// Keap does not take it as it is.
        case refused
    }

    var state: State
    /// Nil while it is being made, and for one whose id Keap did not tell.
    var id: AppointmentID?
    var digest: String
    /// Milliseconds since 1970.
    var start: Int64
}

extension [String: HeldAppointment] {
    /// The appointments once their contact has become another. Keap knows them by ids of their own, so they are not
    /// lost; each is sent again when it next matters, for the contact that it is then.
    var unsettled: Self {
        mapValues { held in
            var held = held
            held.digest = ""
            return held
        }
    }
}
