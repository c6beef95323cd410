import WireFormats
import Foundation
import OnceHub

/// One event of a booking as it goes over the wire, with the tags that it is known to bring about.
struct DemoBookingEvent: Equatable {
    var customer: DemoCustomer
    /// Minutes into the day, by OnceHub's clock: events may arrive in another order.
    var minute: Int
    var type: String
    var booking: String
    /// By booking, which tag of its own it has after this event.
    var outcome: [String: String]
    /// The status that the event gave the contact's bookings as a whole.
    var latest: String
    var status = ""
    var actor = ""
    var other = ""

    var body: [String: Any] {
        let time = String(format: "2026-03-02T%02d:%02d:00.000Z", minute / 60, minute % 60)
        return [
            "id": "EVNT-\(booking)-\(minute)", "object": "event", "creation_time": time, "type": "booking.\(type)",
            "api_version": "v2",
            "data": [
                "object": "booking", "id": booking, "status": status, "rescheduled_booking_id": other,
                "cancel_reschedule_information": ["reason": "", "actioned_by": actor, "user_id": ""],
                "event_type": ["id": "ET-1", "name": "Intro session"], "booking_page": NSNull(), "owner": "USR-1",
                "form_submission": [
                    "name": customer.name, "email": customer.email, "phone": "", "mobile_phone": "720-555-0100",
                    "guests": [], "custom_fields": [],
                ],
            ] as [String: Any],
        ]
    }
}

struct DemoCustomer: Equatable, Hashable {
    var name: String
    var email: String
}

/// Histories of bookings whose final tags are known.
struct DemoBookingStory {
    /// - Parameters:
    ///   - kind: which story, counted round.
    ///   - start: minutes into the day.
    static func events(_ kind: Int, id: String, of customer: DemoCustomer, from start: Int) -> [DemoBookingEvent] {
        func event(
            _ after: Int, _ type: String, _ tag: String, status: String = "", actor: String = ""
        ) -> DemoBookingEvent {
            DemoBookingEvent(
                customer: customer, minute: start + after, type: type, booking: id, outcome: [id: tag], latest: tag,
                status: status, actor: actor)
        }
        let scheduled = event(0, "scheduled", "Scheduled", status: "scheduled")
        let asked = event(
            3, "canceled_reschedule_requested", "Canceled (reschedule requested by Owner)", status: "canceled",
            actor: "user")
        let completed = event(9, "completed", "Completed", status: "completed")
        switch kind % 8 {
        case 0: return [scheduled, completed]
        case 1: return [scheduled, event(3, "rescheduled", "Rescheduled by Customer", actor: "customer"), completed]
        case 2: return [scheduled, asked, event(5, "rescheduled", "Rescheduled by Owner", actor: "customer")]
        case 3: return [scheduled, event(4, "canceled", "Canceled by Customer", actor: "customer")]
        case 4: return [scheduled, event(4, "canceled", "Canceled by Owner", actor: "user")]
        case 5: return [scheduled, completed, event(11, "no_show", "No-show", status: "no_show")]
        case 6: return [scheduled, event(2, "reassigned", "Scheduled (Reassigned by User)", status: "scheduled")]
        default:
            // On another page: the old booking is given up for a new one.
            let new = id + "N"
            var moved = event(4, "canceled_then_rescheduled", "", status: "rescheduled")
            (moved.booking, moved.other, moved.latest) = (new, id, "Rescheduled by Customer")
            moved.outcome = [id: "Canceled by Customer", new: "Rescheduled by Customer"]
            return [scheduled, moved]
        }
    }
}

/// The bookings' tags that each customer must have, worked out from the events' times alone.
struct DemoBookingModel {
    private var newest: [DemoCustomer: [String: (minute: Int, tag: String)]] = [:]
    private var latest: [DemoCustomer: (minute: Int, tag: String)] = [:]

    mutating func note(_ event: DemoBookingEvent) {
        for (booking, tag) in event.outcome where (newest[event.customer]?[booking]?.minute ?? -1) < event.minute {
            newest[event.customer, default: [:]][booking] = (event.minute, tag)
        }
        if (latest[event.customer]?.minute ?? -1) < event.minute {
            latest[event.customer] = (event.minute, event.latest)
        }
    }

    var customers: [DemoCustomer] { latest.keys.sorted { $0.email < $1.email } }

    func tags(of customer: DemoCustomer) -> Set<String> {
        let own = (newest[customer] ?? [:]).map { "\($1.tag) (Booking ID: \($0))" }
        return Set(own + (latest[customer].map { [$0.tag] } ?? []))
    }

    /// All the words that a generic tag can be.
    static let generic: Set = [
        "Scheduled", "Rescheduled by Customer", "Rescheduled by Owner", "Canceled (reschedule requested by Owner)",
        "Completed", "Canceled by Customer", "Canceled by Owner", "No-show", "Scheduled (Reassigned by User)",
        "Rescheduled (Reassigned by User)",
    ]

    static func isBookingTag(_ name: String) -> Bool { generic.contains(name) || name.contains("(Booking ID: ") }
}

extension DemoMessage {
    /// Signed as OnceHub does: over the time of sending and the very bytes of the body.
    static func signature(of body: String, secret: String, at seconds: Int) -> String {
        let digest = HMAC.sha256(key: Array(secret.utf8), Array("\(seconds).\(body)".utf8))
        return "t=\(seconds),s=" + digest.hexadecimal
    }
}
