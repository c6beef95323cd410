@testable import ContactSync
@testable import OnceHub
import Testing

struct TagSettingTests {
    private func worn(
        _ events: [Booking], _ change: (inout OnceHubSettings) throws -> Void
    ) rethrows -> Set<String> {
        var settings = OnceHubSettings()
        try change(&settings)
        var contact = Wearer(settings)
        for event in events { contact.take(event) }
        return contact.worn
    }

    private let story: [Booking] = [
        .event(.scheduled, at: 0), .event(.rescheduled, at: 1, by: .customer), .event(.completed, at: 2),
    ]

    @Test func `either family can be left out`() {
        #expect(worn(story) { $0.tags.isGenericOn = false } == ["Completed (Booking ID: BKNG-A)"])
        #expect(worn(story) { $0.tags.isSpecificOn = false } == ["Completed"])
    }

    @Test func `with history a booking keeps the tags of what it was, and the generic one is still alone`() {
        let tags = worn(story) { $0.tags.keepsHistory = true }
        #expect(
            tags == [
                "Completed", "Completed (Booking ID: BKNG-A)", "Rescheduled by Customer (Booking ID: BKNG-A)",
                "Scheduled (Booking ID: BKNG-A)",
            ])
    }

    @Test func `history does not keep what a late request showed to be a mistake`() {
        let events: [Booking] = [.event(.rescheduled, at: 2, by: .customer), .event(.rescheduleRequested, at: 1)]
        let tags = worn(events) { $0.tags.keepsHistory = true }
        #expect(!tags.contains("Rescheduled by Customer (Booking ID: BKNG-A)"))
        #expect(tags.contains("Rescheduled by Owner (Booking ID: BKNG-A)"))
    }

    @Test func `names follow the templates`() throws {
        let tags = try worn(story) { settings in
            settings.tags.genericName = try BookingTagTemplate(parsing: "OH {status}", isSpecific: false)
            settings.tags.specificName = try BookingTagTemplate(parsing: "{booking}: {status}", isSpecific: true)
        }
        #expect(tags == ["OH Completed", "BKNG-A: Completed"])
    }

    @Test func `a template that cannot tell tags apart is refused`() {
        #expect(throws: BookingTagTemplate.Problem.missing(placeholder: "{status}")) {
            try BookingTagTemplate(parsing: "Booked", isSpecific: false)
        }
        #expect(throws: BookingTagTemplate.Problem.missing(placeholder: "{booking}")) {
            try BookingTagTemplate(parsing: "{status}", isSpecific: true)
        }
        #expect(throws: BookingTagTemplate.Problem.unknown(placeholder: "{booking}")) {
            try BookingTagTemplate(parsing: "{status} {booking}", isSpecific: false)
        }
    }

    @Test func `a template whose names Keap would cut is refused`() throws {
        let room = 255 - "Canceled (reschedule requested by Owner)".count - 64
        let text = "{status}{booking}" + String(repeating: "x", count: room)
        #expect(try BookingTagTemplate(parsing: text, isSpecific: true).description == text)
        #expect(throws: BookingTagTemplate.Problem.tooLong) {
            try BookingTagTemplate(parsing: text + "x", isSpecific: true)
        }
    }

    @Test func `the settings are read back in words`() {
        var settings = OnceHubSettings()
        var own = OwnTag("Came", phases: [.completed, .noShow])
        own.eventTypes = ["Intro", "ET-2"]
        own.calendars = ["BKC-1"]
        settings.ownTags = [own]
        #expect(
            settings.tagWords == [
                #"A contact wears one tag for the latest of all bookings, "{status}" in the category "OnceHub"."#,
                #"Each booking has a tag of its own, "{status} (Booking ID: {booking})" in the category "OnceHub", one at a time."#,
                #""Came" is put on for good when a booking with event type Intro or ET-2 and with calendar BKC-1 comes to "Completed" or "No-show"."#,
            ])
        (settings.tags.isGenericOn, settings.tags.isSpecificOn, settings.ownTags) = (false, false, [])
        #expect(settings.tagWords == ["What bookings come to is not shown by tags."])
        (settings.tags.isGenericOn, settings.tags.isSpecificOn, settings.tags.category) = (true, true, nil)
        (settings.tags.reapply, settings.tags.keepsHistory) = (.newEvents, true)
        #expect(
            settings.tagWords == [
                #"A contact wears one tag for the latest of all bookings, "{status}"; a new event takes it off and puts it on again."#,
                #"Each booking has a tag of its own, "{status} (Booking ID: {booking})", and keeps those of what it was."#,
            ])
    }

    @Test func `own tags are put on in their phase, where their filters fit, and stay on`() {
        func at(_ page: String, _ kind: BookingEventKind, _ minute: Int) -> Booking {
            .event(kind, "BKNG-\(page)", at: minute) { booking in
                booking.bookingPage = Reference(id: "BP-\(page)", name: "Page \(page)")
                booking.eventType = Reference(id: "ET-1", name: "Intro session")
            }
        }
        var came = OwnTag("Came to an intro", phases: [.completed])
        came.eventTypes = ["intro SESSION"]
        var pageA = OwnTag("Page A", phases: [.scheduled, .completed])
        pageA.bookingPages = ["BP-A"]
        var calendar = OwnTag("By calendar", phases: [.scheduled])
        calendar.calendars = ["BKC-1"]
        let tags = worn([at("A", .scheduled, 0), at("B", .scheduled, 1), at("B", .completed, 2), at("A", .canceled, 3)])
        {
            $0.ownTags = [came, pageA, calendar]
        }
        #expect(tags.intersection(["Came to an intro", "Page A", "By calendar"]) == ["Came to an intro", "Page A"])
        let other = worn([at("B", .scheduled, 1)]) { $0.ownTags = [came, pageA, calendar] }
        #expect(other.isDisjoint(with: ["Came to an intro", "Page A", "By calendar"]))
    }

    @Test func `a generic tag is put on anew for new events only if asked, and never for late or repeated ones`() {
        var settings = OnceHubSettings()
        settings.tags.reapply = .newEvents
        var contact = Wearer(settings)
        contact.take(.event(.scheduled, at: 1))
        #expect(contact.renewed == [])
        contact.take(.event(.scheduled, "BKNG-B", at: 2))
        #expect(contact.renewed == ["Scheduled"])
        contact.take(.event(.scheduled, "BKNG-B", at: 2))
        contact.take(.event(.scheduled, "BKNG-C", at: 0))
        #expect(contact.renewed == ["Scheduled"])
        var usual = Wearer()
        usual.take(.event(.scheduled, at: 1))
        usual.take(.event(.scheduled, "BKNG-B", at: 2))
        #expect(usual.renewed == [])
    }

    @Test func `the actor of a cancellation is a setting where OnceHub does not say`() {
        let tags = worn([.event(.canceled, at: 0)]) { $0.unknownActor = .user }
        #expect(tags == ["Canceled by Owner", "Canceled by Owner (Booking ID: BKNG-A)"])
    }

    @Test func `a calendar of which OnceHub gives an id alone fits a filter by the gym's own name for it`() {
        var calls = OwnTag("Called", phases: [.scheduled])
        calls.calendars = ["intro calls"]
        let tags = worn([.event(.scheduled, at: 0) { $0.calendar = Reference(id: "BKC-1") }]) { settings in
            settings.ownTags = [calls]
            settings.names = ["BKC-1": "Intro calls"]
        }
        #expect(tags.contains("Called"))
    }
}
