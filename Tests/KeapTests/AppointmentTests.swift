import OutboundAPI
import Testing

@testable import Keap

@Suite struct AppointmentTests {
    private let body = AppointmentBody(
        contact: ContactID("7"), title: "Intro", description: "d", location: "l",
        start: KeapTime("2026-03-05T15:00:00Z")!, end: KeapTime("2026-03-05T15:30:00Z")!, user: UserID("3"))

    @Test func `an appointment is made in v1's words`() async throws {
        let transport = ScriptedTransport(.status(201, #"{"id":41,"title":"Intro"}"#))
        #expect(try await calls(transport).create(body) == AppointmentID("41"))
        #expect(transport.lines == ["POST /v1/appointments"])
        #expect(
            transport.sent.first?.body.map { String(decoding: $0, as: UTF8.self) }
                == #"{"contact_id":7,"description":"d","end_date":"2026-03-05T15:30:00.000Z","location":"l","#
                + #""start_date":"2026-03-05T15:00:00.000Z","title":"Intro","user":3}"#)
    }

    @Test(arguments: ["{}", #"{"title":"Intro"}"#, ""])
    func `an answer without an id is a success all the same`(answer: String) async throws {
        let transport = ScriptedTransport(.status(201, answer))
        #expect(try await calls(transport).create(body) == nil)
    }

    @Test func `a contact's appointments are asked for by their beginning`() async throws {
        let transport = ScriptedTransport(
            .json(
                #"{"appointments":[{"id":41,"title":"Intro","description":"x","start_date":"2026-03-05T15:00:00.000+0000"},"#
                    + #"{"title":"Other","start_date":null}],"next":"https://x/"}"#))
        let found = try await calls(transport).appointments(of: ContactID("7"), in: body.start...body.end)
        #expect(found.map(\.id) == [AppointmentID("41"), nil])
        #expect(found.first?.start == body.start)
        #expect(
            transport.lines == [
                "GET /v1/appointments?contact_id=7&since=2026-03-05T15%3A00%3A00.000Z"
                    + "&until=2026-03-05T15%3A30%3A00.000Z&limit=200"
            ])
    }

    @Test func `an appointment that is gone says so`() async {
        let transport = ScriptedTransport(.status(404, #"{"message":"no"}"#))
        await #expect(throws: KeapFailure.gone(message: "no")) {
            try await calls(transport).update(AppointmentID("41"), with: body)
        }
        await #expect(throws: KeapFailure.gone(message: "no")) {
            try await calls(transport).delete(AppointmentID("41"), of: ContactID("7"))
        }
        #expect(transport.lines == ["PATCH /v1/appointments/41", "DELETE /v1/appointments/41"])
    }

    @Test func `what v1 cannot know is not sent`() async {
        let transport = ScriptedTransport()
        var strange = body
        strange.contact = ContactID("x")
        await #expect(throws: KeapFailure.self) { try await calls(transport).create(strange) }
        var backwards = body
        backwards.end = backwards.start
        await #expect(throws: KeapFailure.self) { try await calls(transport).create(backwards) }
        #expect(transport.sent.isEmpty)
    }

    @Test(arguments: [(403, true), (404, true), (501, true), (400, false), (0, false)])
    func `an edition without appointments is told by the status`(status: Int, isOne: Bool) {
        #expect(KeapFailure.refused(status: status, message: "").saysNoAppointments == isOne)
        #expect(!KeapFailure.unavailable(reason: "").saysNoAppointments)
        #expect(!KeapFailure.refused(status: 404, message: "Contact 7 was not found").saysNoAppointments)
    }
}
