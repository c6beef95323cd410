import WireFormats
import Foundation
import OnceHub
import Testing

/// An event as OnceHub sends it.
struct BookingMessage: Sendable {
    var event = "EVNT-1"
    var type = "booking.scheduled"
    /// Minutes after nine.
    var minute = 0
    var booking = "BKNG-A"
    var status = ""
    var actor = ""
    var other = ""
    var name = "Carrie Customer"
    var email = "carrie@example.net"
    var phone = "1-3035550101"
    /// More members of `data`.
    var more = ""

    static func of(
        _ type: String, _ booking: String = "BKNG-A", at minute: Int, status: String = "", by actor: String = "",
        other: String = ""
    ) -> BookingMessage {
        BookingMessage(
            event: "EVNT-\(booking)-\(minute)", type: "booking.\(type)", minute: minute, booking: booking,
            status: status, actor: actor, other: other)
    }

    var body: String {
        let time =
            "2026-03-02T\(9 + minute / 60 < 10 ? "0" : "")\(9 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00.000Z"
        return """
            {"id":"\(event)","object":"event","creation_time":"\(time)","type":"\(type)","api_version":"v2","data":{\
            "object":"booking","id":"\(booking)","status":"\(status)","rescheduled_booking_id":"\(other)",\
            "cancel_reschedule_information":{"reason":"","actioned_by":"\(actor)","user_id":""},\
            "owner":"USR-1","booking_page":{"id":"BP-1","name":"Front desk"},"event_type":{"id":"ET-1","name":"Intro"},\
            "booking_calendar":null,"form_submission":{"name":"\(name)","email":"\(email)","phone":"\(phone)",\
            "mobile_phone":"","guests":[],"custom_fields":[]}\(more)}}
            """
    }
}

extension ServiceHarness {
    /// Signed as OnceHub does, with the gym's secret, unless told otherwise.
    func book(
        _ message: BookingMessage, to gym: Gym = Gym(), secret: String? = nil, secondsAgo: Int = 0
    ) async throws -> Answer {
        try await book(message.body, to: gym, secret: secret, secondsAgo: secondsAgo)
    }

    func book(_ body: String, to gym: Gym = Gym(), secret: String? = nil, secondsAgo: Int = 0) async throws -> Answer {
        let time = Int(Date.now.timeIntervalSince1970) - secondsAgo
        let digest = Self.signature(of: body, at: time, secret: secret ?? gym.secret)
        return try await ask(
            "POST", "\(intake)/hooks/\(gym.id)/oncehub", body: body,
            headers: ["Content-Type": "application/json", "Oncehub-Signature": "t=\(time),s=\(digest)"])
    }

    static func signature(of body: String, at time: Int, secret: String) -> String {
        HMAC.sha256(key: Array(secret.utf8), Array("\(time).\(body)".utf8)).hexadecimal
    }

    /// Sends, expects 202, and returns the job's id.
    @discardableResult
    func acceptBooking(_ message: BookingMessage, to gym: Gym = Gym()) async throws -> String {
        let answer = try await book(message, to: gym)
        try #require(answer.status == 202, "\(answer.text)")
        return try #require(answer.object["job"] as? String)
    }
}
