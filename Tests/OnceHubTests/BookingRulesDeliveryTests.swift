import ContactSync
import Keap
import KeapSimulator
import Testing

@testable import OnceHub

/// The wizard's steps, from the web hook's body to what the simulated Keap holds.
@Suite struct BookingRulesDeliveryTests {
    private func body(
        _ type: String, at minute: Int, id: String = "BKNG-1", starts: String = "2026-03-06T03:00:00.000Z",
        owner: String = #"{"id":"USR-1","first_name":"Olive","last_name":"Owner","email":"olive@example.com"}"#,
        by actor: String = "customer", answers: String = #"{"name":"Goal","value":"strength"}"#,
        email: String = "carrie@example.net"
    ) -> String {
        let time = "2026-03-02T09:\(minute < 10 ? "0" : "")\(minute):00.000Z"
        return """
            {"id":"EVNT-\(id)-\(minute)","object":"event","creation_time":"\(time)","type":"booking.\(type)",\
            "api_version":"v2","data":{"object":"booking","id":"\(id)","subject":"Intro session","status":"",\
            "starting_time":"\(starts)","customer_timezone":"America/Denver","owner":\(owner),"duration_minutes":30,\
            "location_description":"Hall 2","rescheduled_booking_id":"",\
            "cancel_reschedule_information":{"reason":"","actioned_by":"\(actor)","user_id":""},\
            "booking_page":{"id":"BP-1","name":"Olive"},"master_page":{"id":"MP-1","name":"Front desk"},\
            "event_type":{"id":"ET-1","name":"Intro"},"booking_calendar":null,\
            "form_submission":{"name":"Carrie Customer","email":"\(email)","phone":"1-3035550101",\
            "mobile_phone":"","note":"First visit","company":"Acme","guests":[null],"custom_fields":[\(answers)]}}}
            """
    }

    /// Every step on, with fields of several types.
    private func gym(
        _ account: (inout AccountSetup) -> Void = { _ in }, quirks: (inout Quirks) -> Void = { _ in },
        settings change: (inout OnceHubSettings) -> Void = { _ in }
    ) throws -> SimulatedGym {
        let gym = try SimulatedGym(account, quirks: quirks) { settings in
            settings.mapping += [
                FieldMapping(from: .form("Goal"), to: .wish(.custom("Goal"))),
                FieldMapping(from: .named(.startingTime), to: .wish(.custom("Next visit")), rule: .override),
                FieldMapping(from: .named(.startingTime), to: .wish(.custom("Weekday")), rule: .override),
                FieldMapping(from: .named(.duration), to: .wish(.custom("Minutes")), makes: .wholeNumber),
                FieldMapping(from: .named(.ownerEmail), to: .wish(.custom("Coach")), rule: .override),
            ]
            change(&settings)
        }
        gym.makeField("Goal", "RADIO", ["Strength", "Cardio"])
        gym.makeField("Next visit", "DATE")
        gym.makeField("Weekday", "DAY_OF_WEEK")
        gym.makeField("Coach", "USER")
        return gym
    }

    @Test func `a new customer becomes a contact with everything that the steps say, and an appointment`() async throws
    {
        let gym = try gym()
        #expect(try await gym.deliver(body("scheduled", at: 0), job: 1) == [])
        let contact = try #require(gym.onlyContact)
        let account = gym.account
        #expect(contact.scalars["owner_id"] == "3")
        #expect(contact.scalars["contact_type"] == "Prospect")
        let source = try #require(account.records[.leadSource]?.values.first)
        #expect(source.name == "Front desk > Intro > Olive")
        #expect(source.category.flatMap { account.records[.leadSourceCategory]?[$0] }?.name == "OnceHub")
        #expect(contact.scalars["leadsource_id"] == String(source.id))
        #expect(account.records[.company]?[contact.company ?? 0]?.name == "Acme")
        #expect(gym.content("Goal") == "Strength")
        // The evening of the fifth in Denver, a Thursday.
        #expect(gym.content("Next visit") == "2026-03-05")
        #expect(gym.content("Weekday") == 5)
        #expect(gym.content("Minutes") == 30)
        #expect(gym.content("Coach") == 3)
        #expect(gym.tags(of: contact) == ["Scheduled", "Scheduled (Booking ID: BKNG-1)"])
        let appointment = try #require(account.appointments.values.first)
        #expect(appointment.contact == contact.id && appointment.user == 3)
        #expect(appointment.title == "Intro session" && appointment.location == "Hall 2")
        #expect(
            appointment.start.iso8601 == "2026-03-06T03:00:00Z" && appointment.end.iso8601 == "2026-03-06T03:30:00Z")
    }

    @Test func `what each event costs, once the account is known`() async throws {
        let gym = try gym()
        try await gym.deliver(body("scheduled", at: 0, id: "BKNG-0", email: "someone@example.net"), job: 1)
        gym.with { $0.lane = [] }
        _ = gym.calls()

        try await gym.deliver(body("scheduled", at: 1), job: 2)
        #expect(
            gym.calls() == [
                "GET /v2/contacts", "POST /v2/contacts", "POST /v2/tags", "POST /v1/contacts/1002/tags",
                "POST /v1/appointments",
            ])
        try await gym.deliver(body("scheduled", at: 1), job: 3)
        #expect(gym.calls() == [])
        try gym.restart()
        try await gym.deliver(body("scheduled", at: 1), job: 4)
        #expect(gym.calls() == [])

        // Tags off and on, the two mapped dates in one list read and one update, the appointment moved.
        try await gym.deliver(body("rescheduled", at: 2, starts: "2026-03-09T15:00:00.000Z"), job: 5)
        #expect(
            gym.calls().filter { !$0.hasSuffix("/v2/tags") && !$0.hasSuffix("/v2/users") } == [
                "DELETE /v1/contacts/1002/tags", "POST /v1/contacts/1002/tags", "GET /v2/contacts/1002",
                "PATCH /v2/contacts/1002", "PATCH /v1/appointments/302",
            ])
        try await gym.deliver(body("completed", at: 3, starts: "2026-03-09T15:00:00.000Z"), job: 6)
        #expect(
            gym.calls().filter { !$0.hasSuffix("/v2/tags") } == [
                "DELETE /v1/contacts/1002/tags", "POST /v1/contacts/1002/tags",
            ])
    }

    @Test func `a known contact keeps owner, lead source and what it has, and is filled in where it is empty`()
        async throws
    {
        let gym = try gym()
        gym.byHand(
            "POST", ["v2", "contacts"],
            """
            {"given_name":"Carrie","family_name":"Customer","owner_id":"1","job_title":"Boss",\
            "email_addresses":[{"field":"EMAIL1","email":"carrie@example.net"}]}
            """)
        #expect(try await gym.deliver(body("scheduled", at: 0), job: 1) == [])
        let contact = try #require(gym.onlyContact)
        #expect(contact.scalars["owner_id"] == "1")
        #expect(contact.scalars["contact_type"] == nil)
        #expect(contact.scalars["leadsource_id"] == nil)
        #expect(gym.content("Goal") == "Strength")
        #expect(gym.calls().count { $0 == "PATCH /v2/contacts/\(contact.id)" } == 1)
        // A second booking says something else: what is filled stays, what overrides is replaced.
        let other = body(
            "scheduled", at: 5, id: "BKNG-2", starts: "2026-03-09T15:00:00.000Z",
            answers: #"{"name":"Goal","value":"Cardio"}"#)
        #expect(try await gym.deliver(other, job: 2) == [])
        #expect(gym.content("Goal") == "Strength")
        #expect(gym.content("Next visit") == "2026-03-09")
    }

    @Test func `override replaces, leave leaves`() async throws {
        for known in [FieldPolicy.overwrite, .ignore] {
            let gym = try gym(settings: { settings in
                settings.creation.known = known
                settings.creation.reassignsKnown = known == .overwrite
            })
            gym.byHand(
                "POST", ["v2", "contacts"],
                #"{"given_name":"carrie","family_name":"Customer","owner_id":"1","email_addresses":[{"field":"EMAIL1","email":"carrie@example.net"}]}"#
            )
            _ = try await gym.deliver(body("scheduled", at: 0), job: 1)
            let contact = try #require(gym.onlyContact)
            #expect(contact.scalars["owner_id"] == (known == .overwrite ? "3" : "1"))
            #expect(contact.givenName == (known == .overwrite ? "Carrie" : "carrie"))
            #expect((gym.content("Goal") == "Strength") == (known == .overwrite))
            #expect((contact.scalars["leadsource_id"] != nil) == (known == .overwrite))
        }
    }

    @Test func `a value that does not fit is noted; the rest of the booking is delivered`() async throws {
        let gym = try gym()
        let notes = try await gym.deliver(
            body("scheduled", at: 0, owner: #""USR-9""#, answers: #"{"name":"Goal","value":"Boxing"}"#), job: 1)
        #expect(
            notes == [
                #""USR-9" was not sent to "owner", which holds a user of this Keap account: the e-mail address, the name or the id of one would fit."#,
                #""Boxing" was not sent to "Goal", which holds one of its options: "Strength", "Cardio" would fit."#,
                #""USR-9" was not sent to "Coach", which holds a user of this Keap account: "Simulated Owner", "Olive Owner" would fit."#,
            ])
        #expect(gym.content("Next visit") == "2026-03-05")
        #expect(gym.account.appointments.values.map(\.user) == [nil])
    }

    @Test func `an edition without appointments is noted once, and everything else is delivered`() async throws {
        let gym = try gym { $0.hasAppointments = false }
        let notes = try await gym.deliver(body("scheduled", at: 0), job: 1)
        #expect(
            notes == [
                "This Keap account takes no appointments, so none are made until the next start: "
                    + "Appointments are not available in this edition"
            ])
        #expect(gym.onlyContact.map(gym.tags) == ["Scheduled", "Scheduled (Booking ID: BKNG-1)"])
        _ = gym.calls()
        #expect(try await gym.deliver(body("rescheduled", at: 1), job: 2) == [])
        #expect(!gym.calls().contains { $0.contains("appointments") })
    }

    @Test func `where Keap keeps an appointment's id to itself, a person is told to move it`() async throws {
        let gym = try gym(quirks: { $0.appointmentsTellTheirIDs = false })
        #expect(try await gym.deliver(body("scheduled", at: 0), job: 1) == [])
        let moved = body("rescheduled", at: 1, starts: "2026-03-09T15:00:00.000Z")
        #expect(
            try await gym.deliver(moved, job: 2)
                == ["Keap did not tell the id of the appointment for BKNG-1, so it must be changed by hand."])
        #expect(gym.account.appointments.count == 1)
    }

    @Test func `a canceled booking's appointment comes off, one that took place stays`() async throws {
        let gym = try gym()
        try await gym.deliver(body("scheduled", at: 0), job: 1)
        try await gym.deliver(body("scheduled", at: 1, id: "BKNG-2"), job: 2)
        #expect(gym.account.appointments.count == 2)
        try await gym.deliver(body("canceled", at: 2), job: 3)
        #expect(
            gym.account.appointments.values.map(\.description) == [gym.account.appointments.values.first?.description])
        #expect(gym.account.appointments.values.first?.description?.contains("BKNG-2") == true)
        try await gym.deliver(body("completed", at: 3, id: "BKNG-2"), job: 4)
        #expect(gym.account.appointments.count == 1)
    }

    @Test(arguments: SimulatedGym.Fault.allCases)
    func `whatever call is lost, all is made once`(fault: SimulatedGym.Fault) async throws {
        let life = [
            body("scheduled", at: 0), body("rescheduled", at: 1, starts: "2026-03-09T15:00:00.000Z"),
            body("scheduled", at: 2, id: "BKNG-2"), body("canceled", at: 3),
        ]
        func live(_ gym: SimulatedGym) async throws {
            for (index, event) in life.enumerated() {
                let notes = try await gym.deliver(event, job: UInt64(index + 1))
                #expect(notes != nil, "job \(index + 1)")
            }
        }
        func outcome(_ gym: SimulatedGym) -> [String] {
            let account = gym.account
            return [
                "\(account.contacts.count) contacts", "\(account.appointments.count) appointments",
                account.appointments.values.compactMap(\.description).sorted().joined(),
                account.records.values.map { $0.values.map(\.name).sorted().joined() }.sorted().joined(separator: "|"),
                account.fields.values.map(\.label).sorted().joined(separator: "|"),
                gym.onlyContact.map { gym.tags(of: $0).sorted().joined(separator: "|") } ?? "",
                "\(gym.content("Next visit") ?? .null)",
            ]
        }
        let plain = try gym()
        try await live(plain)
        let expected = outcome(plain)
        let calls = plain.calls()
        #expect(expected[0] == "1 contacts" && expected[1] == "1 appointments" && calls.count > 25)
        for index in calls.indices {
            let gym = try gym()
            gym.with { $0.faults = [index: fault] }
            try await live(gym)
            #expect(outcome(gym) == expected, "\(fault) at call \(index): \(calls[index])")
        }
    }
}

@Suite struct WizardPreviewTests {
    @Test func `a preview tells of owner, lead source, fields and appointment without asking Keap`() {
        var booking = Booking(
            id: "BKNG-1", event: BookingEvent(id: "EVNT-1", at: 1_772_442_000_000, kind: .scheduled),
            customer: Customer(firstName: "Carrie", lastName: "Customer", email: "carrie@example.net"))
        booking.subject = "Intro session"
        booking.startsAt = "2026-03-05T15:00:00.000Z"
        booking.eventType = Reference(id: "ET-1", name: "Intro")
        booking.owner = Reference(id: "USR-1", name: "Olive Owner", email: "olive@example.com")
        booking.customer.note = "First visit"
        var settings = OnceHubSettings()
        settings.mapping.append(FieldMapping(from: .named(.note), to: .wish(.custom("Wishes"))))
        var sync = SyncSettings()
        (sync.category, sync.ownFields, sync.named, sync.wishes) = (nil, [], settings.named, settings.wishes)
        let lines = PlanPreview.lines(
            of: .contact(BookingChange(booking, settings: settings)), mirror: Mirror(), directory: TagDirectory(),
            settings: sync)
        for line in [
            #"Look for the user "olive@example.com"."#, #"Find or create the lead source "Intro"."#,
            #"Look for the custom field "Wishes"."#,
            #"Make the appointment "Intro session" for BKNG-1, from 2026-03-05T15:00:00.000Z."#,
        ] {
            #expect(lines.contains(line), "\(lines)")
        }
        #expect(lines.contains { $0.hasPrefix("If there is none, create the contact") && $0.contains("First visit") })
    }
}
