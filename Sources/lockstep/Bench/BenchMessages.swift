import Foundation
import WireFormats

/// The messages of a benchmark: of made-up people whose names and addresses say so, gym by gym in turn.
///
/// Each message about a person changes something, so that it has to be delivered.
struct BenchMessages: Sendable {
    /// What the ids of people, bookings and events begin with.
    static let mark = "lockstep-bench"

    let hooks: [BenchHook]
    /// In each gym.
    let people: Int
    /// Tells the events of one run from those of another.
    let run: String
    /// `Host` of the requests.
    let host: String

    /// One message as it goes over the wire, without its head.
    struct Message: Equatable {
        var path: String
        var contentType: String
        var body: String
        /// Signs the body, where the source is OnceHub.
        var secret: String?
    }

    /// - Parameter time: seconds since 1970.
    func message(_ number: Int, at time: Int) -> Message {
        let hook = hooks[number % hooks.count]
        let own = number / hooks.count
        let (person, round) = (own % people, own / people)
        // Of a gym with both sources every fifth message is a booking, of other people in each round.
        let isBooking = hook.token == nil || hook.secret != nil && (own + round) % 5 == 4
        if let token = hook.token, !isBooking {
            return Message(
                path: "/hooks/\(hook.gym)/zenplanner/\(token.inPath)", contentType: "application/x-www-form-urlencoded",
                body: Self.form(person, of: hook.gym, status: Self.statuses[round % Self.statuses.count]), secret: nil)
        }
        return Message(
            path: "/hooks/\(hook.gym)/oncehub", contentType: "application/json",
            body: Self.booking(person, of: hook.gym, event: "\(run)-\(number)", round: round, at: time),
            secret: hook.secret ?? "")
    }

    /// The whole request.
    func request(_ number: Int, at time: Int) -> [UInt8] {
        let message = message(number, at: time)
        var head = "POST \(message.path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: \(message.contentType)\r\n"
        if let secret = message.secret {
            head += "Oncehub-Signature: \(DemoMessage.signature(of: message.body, secret: secret, at: time))\r\n"
        }
        head += "Content-Length: \(message.body.utf8.count)\r\n\r\n"
        return Array(head.utf8) + Array(message.body.utf8)
    }

    private static let statuses = ["Prospect", "Student", "Alumni"]

    private static func email(_ person: Int, of gym: String) -> String { "\(mark)-\(person).\(gym)@example.com" }

    private static func form(_ person: Int, of gym: String, status: String) -> String {
        "personId=\(mark)-\(person)&firstName=Benchmark&lastName=Person+\(person)"
            + "&email=\(email(person, of: gym).replacingOccurrences(of: "@", with: "%40"))"
            + "&mobilePhone=303-555-0100&birthDate=1994-07-09&address1=1+Main+Street&city=Denver&state=CO&zip=80202"
            + "&country=US&signupDate=2026-02-14&prospectSource=Benchmark&status=\(status)"
    }

    private static func booking(_ person: Int, of gym: String, event: String, round: Int, at time: Int) -> String {
        let (type, status, actor) = [
            ("scheduled", "scheduled", ""), ("rescheduled", "", "customer"), ("reassigned", "scheduled", ""),
        ][round % 3]
        let created = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
        return """
            {"id":"EVNT-\(mark)-\(event)","object":"event","creation_time":"\(created)","type":"booking.\(type)",\
            "api_version":"v2","data":{"object":"booking","id":"\(mark)-\(gym)-\(person)","status":"\(status)",\
            "cancel_reschedule_information":{"reason":"","actioned_by":"\(actor)","user_id":""},\
            "event_type":{"id":"ET-1","name":"Benchmark"},"booking_page":null,"owner":"USR-1",\
            "form_submission":{"name":"Benchmark Person \(person)","email":"\(email(person, of: gym))","phone":"",\
            "mobile_phone":"303-555-0100","guests":[],"custom_fields":[]}}}
            """
    }
}
