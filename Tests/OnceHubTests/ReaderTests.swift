import Keap
@testable import OnceHub
import Testing

struct ReaderTests {
    private func read(_ text: String, _ change: (inout OnceHubSettings) -> Void = { _ in }) throws -> OnceHubReading {
        var settings = OnceHubSettings()
        change(&settings)
        return try OnceHubReader(settings: settings).read(Array(text.utf8))
    }

    private func booking(_ text: String, _ change: (inout OnceHubSettings) -> Void = { _ in }) throws -> Booking {
        guard case .change(let change) = try read(text, change) else { throw NotPlaced() }
        return change.booking
    }

    private func reason(_ text: String) throws -> String {
        guard case .unplaced(_, let reason) = try read(text) else { throw NotPlaced() }
        return reason
    }

    private struct NotPlaced: Error {}

    private func event(
        type: String = "booking.scheduled", version: String = #""v2""#, name: String = #""Carrie Customer""#,
        email: String = #""carrie@example.net""#, more: String = ""
    ) -> String {
        """
        {"id": "EVNT-1", "object": "event", "creation_time": "2026-03-02T09:00:01.250Z", "type": "\(type)",
         "api_version": \(version), "something_new": {"a": 1},
         "data": {"object": "booking", "id": "BKNG-1", "tracking_id": "D36E0002", "form_submission":
           {"name": \(name), "email": \(email), "guests": [null], "custom_fields": [{"name": "Goal", "value": "Strength"}]}
           \(more)}}
        """
    }

    @Test func `an event is read with everything that it carries`() throws {
        let read = try booking(
            event(
                type: "booking.canceled",
                more: """
                    , "subject": "Intro  session", "status": "canceled", "starting_time": "2026-03-05T15:00:00.000Z",
                    "customer_timezone": "America/Denver", "duration_minutes": 30, "location_description": "Mat 2",
                    "rescheduled_booking_id": "BKNG-0", "cancel_reschedule_information":
                      {"reason": "Closed that day", "actioned_by": "user", "user_id": "USR-1"},
                    "owner": {"id": "USR-1", "first_name": "Olive", "last_name": "Owner", "email": "olive@example.com"},
                    "booking_page": {"id": "BP-1", "name": "Olive's page"}, "master_page": "MP-1", "event_type": null,
                    "booking_calendar": "BKC-1", "custom_fields": [{"name": "Level", "value": ["a", "b"]}]
                    """))
        #expect(read.id == "BKNG-1")
        #expect(
            read.event
                == BookingEvent(
                    id: "EVNT-1", at: 1_772_442_001_250, kind: .canceled, status: .canceled, actor: .user,
                    otherBooking: "BKNG-0"))
        #expect(read.customer == Customer(firstName: "Carrie", lastName: "Customer", email: "carrie@example.net"))
        #expect(read.subject == "Intro session" && read.location == "Mat 2" && read.minutes == 30)
        #expect(read.startsAt == "2026-03-05T15:00:00.000Z" && read.timeZone == "America/Denver")
        #expect(read.reason == "Closed that day")
        #expect(read.owner == Reference(id: "USR-1", name: "Olive Owner", email: "olive@example.com"))
        #expect(read.bookingPage == Reference(id: "BP-1", name: "Olive's page"))
        #expect(read.masterPage == Reference(id: "MP-1") && read.calendar == Reference(id: "BKC-1"))
        #expect(read.eventType == nil)
        #expect(
            read.customFields
                == [FormField(name: "Goal", value: "Strength"), FormField(name: "Level", value: "a, b")])
    }

    @Test(arguments: BookingEventKind.allCases)
    func `every type of booking event is known`(kind: BookingEventKind) throws {
        #expect(try booking(event(type: "booking.\(kind.rawValue)")).event.kind == kind)
    }

    @Test(arguments: [#""""#, "null", "[]", "7.5e400"])
    func `nothing is nothing, however it is written`(nothing: String) throws {
        let names = [
            "owner", "booking_page", "master_page", "event_type", "booking_calendar", "subject", "status",
            "cancel_reschedule_information", "virtual_conferencing", "starting_time",
        ]
        let more = names.map { ", \"\($0)\": \(nothing)" }.joined()
        let read = try booking(event(more: more + ", \"rescheduled_booking_id\": null"))
        #expect(read.event.status == nil && read.event.actor == nil && read.event.otherBooking == nil)
        if nothing.first == "\"" || nothing == "null" {
            #expect(read == (try booking(event())))
        }
    }

    @Test func `what people write in several lines keeps them`() throws {
        let text = #"" First  line \r\n\r\nsecond\n ""#
        let read = try booking(event(more: #", "custom_fields": [{"name": "Why", "value": \#(text)}]"#))
        #expect(read.customFields.last == FormField(name: "Why", value: "First line\n\nsecond"))
    }

    @Test func `a booking that replaces itself replaces none`() throws {
        #expect(try booking(event(more: #", "rescheduled_booking_id": "BKNG-1""#)).event.otherBooking == nil)
    }

    @Test func `an event of v1, or of no version, is refused with a sentence`() {
        for version in [#""v1""#, "null", "2"] {
            let error = #expect(throws: OnceHubReadError.self) { try read(event(version: version)) }
            #expect(error?.sentence.contains("v2") == true)
        }
    }

    @Test(arguments: ["", "{", "7", "[]", #""text""#, #"{"api_version": "v2"}"#, #"{"api_version": "v2", "id": "E"}"#])
    func `what is no event at all is refused`(text: String) {
        #expect(throws: OnceHubReadError.self) { try read(text) }
    }

    @Test func `a message that is not about a booking is ignored`() throws {
        guard case .ignored("EVNT-1", let sentence) = try read(event(type: "conversation.started")) else {
            Issue.record("expected to be ignored")
            return
        }
        #expect(sentence.contains("conversation.started"))
    }

    @Test func `without name or address it says so, and says what to mend`() throws {
        #expect(try reason(event(name: "null")).contains("no name of its customer"))
        #expect(try reason(event(name: #""  ""#)).contains("no name of its customer"))
        #expect(try reason(event(email: #""""#)).contains("no email of its customer"))
        #expect(try reason(event(name: "null", email: "null")).contains("no name and no email"))
    }

    @Test func `what cannot be placed is kept with a reason`() throws {
        #expect(try reason(event(type: "booking.teleported")).contains("booking.teleported"))
        let noData = #"{"id": "E", "type": "booking.scheduled", "api_version": "v2", "data": null}"#
        #expect(try reason(noData).contains("no booking"))
        let noTime = event().replacing("2026-03-02T09:00:01.250Z", with: "yesterday")
        #expect(try reason(noTime).contains("creation_time"))
        let long = String(repeating: "x", count: 65)
        #expect(try reason(event().replacing("BKNG-1", with: long)).contains("too long"))
    }

    @Test func `the time of the booking's last change stands in for the event's own`() throws {
        let text = event(more: #", "last_updated_time": "1970-01-01T00:00:07Z""#)
            .replacing("2026-03-02T09:00:01.250Z", with: "")
        #expect(try booking(text).event.at == 7_000)
    }

    @Test func `the order of names is a setting`() throws {
        let read = try booking(event(name: #""Ruiz Ana""#)) { $0.nameOrder = .familyFirst }
        #expect(read.customer.firstName == "Ana" && read.customer.lastName == "Ruiz")
    }
}

struct CustomerNameTests {
    @Test(arguments: [
        ("Carrie Customer", "Carrie", "Customer"), ("  Ana   Maria Ruiz ", "Ana Maria", "Ruiz"),
        ("Madonna", "Madonna", ""),
        ("Ruiz, Ana", "Ana", "Ruiz"), ("de la Cruz, Juan Pablo", "Juan Pablo", "de la Cruz"),
        ("Juan de la Cruz", "Juan", "de la Cruz"), ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Martin Luther King Jr.", "Martin Luther", "King Jr."), ("Sammy Davis, Jr.", "Sammy", "Davis Jr."),
        ("Dr. Ana Ruiz", "Ana", "Ruiz"), ("Dr Who", "Dr", "Who"), ("Van Morrison", "Van", "Morrison"),
        ("Jean-Luc Picard", "Jean-Luc", "Picard"), ("", "", ""), (" , ", "", ""), ("Ana,", "Ana", ""),
        ("Al Jr", "Al", "Jr"),
        ("李 小龙", "李", "小龙"),
    ])
    func `given names come first`(text: String, first: String, last: String) {
        let name = CustomerName(text, order: .givenFirst)
        #expect(name.first == first && name.last == last, "\(name)")
    }

    @Test(arguments: [
        ("Ruiz Ana Maria", "Ana Maria", "Ruiz"), ("van Dam Jan", "Jan", "van Dam"), ("Ruiz, Ana", "Ana", "Ruiz"),
        ("Madonna", "Madonna", ""), ("de la", "la", "de"),
    ])
    func `or the family name does`(text: String, first: String, last: String) {
        let name = CustomerName(text, order: .familyFirst)
        #expect(name.first == first && name.last == last, "\(name)")
    }
}

struct EventTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("2026-03-02T09:00:01.000Z", 1_772_442_001_000),
        ("2026-03-02T10:00:01+01:00", 1_772_442_001_000), ("2026-03-02 02:00:01.0-0700", 1_772_442_001_000),
        ("2026-03-02t09:00:01z", 1_772_442_001_000), ("2026-03-02T09:00:01,000", 1_772_442_001_000),
        ("2000-02-29T23:59:59.9999999Z", 951_868_799_999), ("1969-12-31T23:59:59Z", -1_000),
    ])
    func `an instant is milliseconds since 1970`(text: String, milliseconds: Int64) {
        #expect(EventTime.read(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-03-02", "2026-3-2T09:00:01Z", "2026-13-02T09:00:01Z", "2026-02-31T09:00:01Z",
        "2026-03-02T09:00:01Zulu", "2026-03-02T09:00:01+25:00", "x",
    ])
    func `anything else is none`(text: String) {
        #expect(EventTime.read(text)?.milliseconds == nil)
    }
}
