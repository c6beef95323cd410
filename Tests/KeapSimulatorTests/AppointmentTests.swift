import Testing

@testable import KeapSimulator

@Suite struct AppointmentTests {
    private func body(_ contact: Int, start: String = "2026-03-05T15:00:00.000Z") -> JSON {
        [
            "title": "Intro", "start_date": .string(start), "end_date": "2026-03-05T16:00:00.000Z",
            "contact_id": .integer(contact), "description": "d", "location": "l", "user": 1, "remind_time": 30,
        ]
    }

    @Test func `an appointment is made, found, changed and deleted`() throws {
        let caller = Caller()
        let contact = caller.contact()
        let made = caller.call("POST", "/v1/appointments", body(contact))
        #expect(made.status == 201)
        let id = try #require(made.json?["id"]?.integer)
        let list = "/v1/appointments?contact_id=\(contact)"
        #expect(caller.call("GET", list).json?["appointments"]?.items == made.json.map { [$0] })
        #expect(caller.call("GET", list + "&since=2026-03-06T00:00:00.000Z").json?["appointments"]?.items == [])
        #expect(caller.call("GET", list + "&until=2026-03-04T00:00:00.000Z").json?["appointments"]?.items == [])
        #expect(caller.call("GET", "/v1/appointments?contact_id=1").json?["appointments"]?.items == [])

        #expect(caller.call("PATCH", "/v1/appointments/\(id)", ["title": "Other"]).status == 200)
        #expect(caller.account.appointments[id]?.title == "Other")
        #expect(caller.account.appointments[id]?.location == "l")
        #expect(
            caller.call(
                "PUT", "/v1/appointments/\(id)",
                [
                    "title": "New", "start_date": "2026-03-05T15:00:00.000Z", "end_date": "2026-03-05T16:00:00.000Z",
                ]
            ).status == 200)
        #expect(caller.account.appointments[id]?.location == nil)
        #expect(caller.call("GET", "/v1/appointments/\(id)").json?["title"] == "New")
        #expect(caller.call("DELETE", "/v1/appointments/\(id)").status == 204)
        #expect(caller.call("DELETE", "/v1/appointments/\(id)").status == 404)
    }

    @Test(
        arguments: [
            ["title": "A"], ["title": "A", "start_date": "2026-03-05", "end_date": "2026-03-05T16:00:00.000Z"],
            ["title": "A", "start_date": "2026-03-05T17:00:00.000Z", "end_date": "2026-03-05T16:00:00.000Z"],
            ["title": "A", "start_date": "2026-03-05T15:00:00.000Z", "end_date": "3026-03-05T16:00:00.000Z"],
            [
                "title": "A", "start_date": "2026-03-05T15:00:00.000Z", "end_date": "2026-03-05T16:00:00.000Z",
                "contact_id": 9,
            ],
            [
                "title": "A", "start_date": "2026-03-05T15:00:00.000Z", "end_date": "2026-03-05T16:00:00.000Z",
                "user": 9,
            ],
            [
                "title": "A", "start_date": "2026-03-05T15:00:00.000Z", "end_date": "2026-03-05T16:00:00.000Z",
                "remind_time": 7,
            ],
        ] as [JSON])
    func `an appointment that does not fit is refused`(body: JSON) {
        #expect(Caller().call("POST", "/v1/appointments", body).status == 400)
    }

    @Test func `an edition without appointments refuses all of it`() {
        let caller = Caller { $0.accounts[0].hasAppointments = false }
        let contact = caller.contact()
        #expect(caller.call("POST", "/v1/appointments", body(contact)).status == 403)
        #expect(caller.call("GET", "/v1/appointments").status == 403)
        #expect(caller.call("DELETE", "/v1/appointments/1").status == 403)
    }

    @Test func `an appointment may keep its id to itself, as it is documented`() {
        let caller = Caller { $0.quirks.appointmentsTellTheirIDs = false }
        let made = caller.call("POST", "/v1/appointments", body(caller.contact()))
        #expect(made.status == 201)
        #expect(made.json?["id"] == nil)
    }

    @Test func `a call about an appointment names its contact`() {
        let caller = Caller()
        let contact = caller.contact()
        _ = caller.begin("POST", "/v1/appointments", body(contact))
        _ = caller.begin("PATCH", "/v2/contacts/\(contact)", ["job_title": "x"])
        #expect(caller.world.audit.violations.map(\.contact) == [contact])
    }
}
