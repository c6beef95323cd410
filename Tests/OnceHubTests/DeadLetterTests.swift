import ContactSync
import KeapSimulator
import Testing

@testable import OnceHub

/// What becomes of a booking's tags when one of its events is a dead letter, or when there are very many bookings.
@Suite struct DeadLetterTests {
    private func body(_ type: String, _ id: String, at minute: Int) -> String {
        let time = "2026-03-02T\(10 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00.000Z"
        return """
            {"id":"EVNT-\(id)-\(minute)","object":"event","creation_time":"\(time)","type":"booking.\(type)",\
            "api_version":"v2","data":{"object":"booking","id":"\(id)","subject":"Intro","status":"",\
            "starting_time":"2026-03-09T15:00:00.000Z","duration_minutes":30,"rescheduled_booking_id":"",\
            "cancel_reschedule_information":{"reason":"","actioned_by":"customer","user_id":""},\
            "form_submission":{"name":"Carrie Customer","email":"carrie@example.net","phone":"1-3035550101",\
            "mobile_phone":"","note":"","company":"","guests":[],"custom_fields":[]}}}
            """
    }

    /// A gym whose Keap knows the customer without a phone, so that a booking has something to fill in.
    private func gym(_ change: (inout OnceHubSettings) -> Void = { _ in }) throws -> SimulatedGym {
        let gym = try SimulatedGym(quirks: { _ in }) { settings in
            settings.creation.makesAppointments = false
            change(&settings)
        }
        gym.byHand(
            "POST", ["v2", "contacts"],
            #"{"given_name":"Carrie","family_name":"Customer","email_addresses":[{"field":"EMAIL1","email":"carrie@example.net"}]}"#
        )
        return gym
    }

    /// Every try ends in a dead letter. Unless told otherwise, Keap takes the tags and refuses the fields.
    private func deliverInVain(
        _ body: String, _ gym: SimulatedGym, job: UInt64,
        refusing match: FaultMatch = FaultMatch(method: "PATCH", path: "^/v2/contacts/")
    ) async throws {
        let rule = FaultRule(.status(400, body: #"{"message":"no"}"#), match: match)
        let number = gym.with { $0.world.faults.add(rule) }
        #expect(try await gym.deliver(body, job: job) == nil)
        gym.with { $0.world.faults.remove(number) }
    }

    @Test func `the tags of a booking whose event is a dead letter come off when it comes to something else`()
        async throws
    {
        let gym = try gym()
        try await deliverInVain(body("scheduled", "BKNG-X", at: 0), gym, job: 1)
        #expect(gym.onlyContact.map(gym.tags) == ["Scheduled", "Scheduled (Booking ID: BKNG-X)"])
        #expect(try await gym.deliver(body("scheduled", "BKNG-Y", at: 1), job: 2) != nil)
        #expect(try await gym.deliver(body("completed", "BKNG-X", at: 2), job: 3) != nil)
        #expect(
            gym.onlyContact.map(gym.tags) == [
                "Completed", "Completed (Booking ID: BKNG-X)", "Scheduled (Booking ID: BKNG-Y)",
            ])
    }

    @Test func `a late event does not overwrite one that is a dead letter`() async throws {
        let gym = try gym()
        try await deliverInVain(body("canceled", "BKNG-X", at: 5), gym, job: 1)
        #expect(try await gym.deliver(body("scheduled", "BKNG-X", at: 0), job: 2) != nil)
        #expect(
            gym.onlyContact.map(gym.tags) == ["Canceled by Customer", "Canceled by Customer (Booking ID: BKNG-X)"])
    }

    @Test(arguments: ["^/v2/tags$", "^/v1/contacts/.*/tags$"])
    func `a dead letter that is retried does all that it would have done`(path: String) async throws {
        let gym = try gym { $0.tags.keepsHistory = true }
        #expect(try await gym.deliver(body("rescheduled", "BKNG-X", at: 5), job: 1) != nil)
        // The late request puts the reschedule in another light.
        let request = body("canceled_reschedule_requested", "BKNG-X", at: 3)
        try await deliverInVain(request, gym, job: 2, refusing: FaultMatch(method: "POST", path: path))
        #expect(try await gym.deliver(body("scheduled", "BKNG-Y", at: 0), job: 3) != nil)
        #expect(try await gym.deliver(request, job: 2) != nil)
        #expect(
            gym.onlyContact.map(gym.tags) == [
                "Rescheduled by Owner", "Rescheduled by Owner (Booking ID: BKNG-X)",
                "Canceled (reschedule requested by Owner) (Booking ID: BKNG-X)", "Scheduled (Booking ID: BKNG-Y)",
            ])
    }

    @Test func `of many bookings ahead each has one tag of its own`() async throws {
        let gym = try gym()
        let ids = (0..<30).map { "BKNG-\($0)" }
        for (index, id) in ids.enumerated() {
            #expect(try await gym.deliver(body("scheduled", id, at: index), job: UInt64(index + 1)) != nil)
        }
        for (index, id) in ids.enumerated() {
            #expect(try await gym.deliver(body("completed", id, at: 100 + index), job: UInt64(100 + index)) != nil)
        }
        let worn = try #require(gym.onlyContact.map(gym.tags))
        #expect(worn == Set(["Completed"] + ids.map { "Completed (Booking ID: \($0))" }))
    }
}
