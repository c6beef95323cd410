/// A booking's status; each has its tag. The names are those of OnceHub's own connector.
package enum Phase: String, CaseIterable, Codable, Hashable, Sendable {
    case scheduled
    case rescheduledByCustomer
    case rescheduledByOwner
    case rescheduleRequested
    case completed
    case canceledByCustomer
    case canceledByOwner
    case noShow
    case scheduledReassigned
    case rescheduledReassigned

    package var name: String {
        switch self {
        case .scheduled: "Scheduled"
        case .rescheduledByCustomer: "Rescheduled by Customer"
        case .rescheduledByOwner: "Rescheduled by Owner"
        case .rescheduleRequested: "Canceled (reschedule requested by Owner)"
        case .completed: "Completed"
        case .canceledByCustomer: "Canceled by Customer"
        case .canceledByOwner: "Canceled by Owner"
        case .noShow: "No-show"
        case .scheduledReassigned: "Scheduled (Reassigned by User)"
        case .rescheduledReassigned: "Rescheduled (Reassigned by User)"
        }
    }

    var isCancellation: Bool { [.canceledByCustomer, .canceledByOwner, .rescheduleRequested].contains(self) }
}

/// Where an event stands among others: by OnceHub's clock, then by what usually comes first, then by its id, so that any
/// two events have one order, however they arrive.
struct EventOrder: Comparable, Hashable, Codable {
    var at: Int64
    var rank: Int
    var id: String

    static func < (a: EventOrder, b: EventOrder) -> Bool { (a.at, a.rank, a.id) < (b.at, b.rank, b.id) }
}

extension BookingEvent {
    var stamp: EventOrder { EventOrder(at: at, rank: rank, id: id) }

    private var rank: Int {
        switch kind {
        case .scheduled: 0
        case .reassigned: status == .rescheduled ? 5 : 1
        case .rescheduleRequested: 2
        case .canceled: Self.cancellation
        case .rescheduled, .canceledThenRescheduled: 4
        case .completed: 6
        case .noShow: 7
        }
    }

    private static let cancellation = 3

    /// For the booking that an event leaves canceled beside the new one.
    var stampOfCancellation: EventOrder { EventOrder(at: at, rank: Self.cancellation, id: id) }

    /// Whether it tells of the booking that is given up rather than of the new one. OnceHub does not document which of the
    /// two a cancellation with a new booking carries; the booking's status does tell.
    var isAboutOld: Bool { kind == .canceledThenRescheduled && status == .canceled }
}
