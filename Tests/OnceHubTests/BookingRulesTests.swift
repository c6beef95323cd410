import Connectors
import ContactSync
import Keap
import Testing
import WireFormats

@testable import OnceHub

/// What bookings ask of their contact beside tags, under the settings of the wizard's steps.
@Suite struct BookingRulesTests {
    private func booking(
        _ kind: BookingEventKind = .scheduled, at minute: Int64 = 0, _ change: (inout Booking) -> Void = { _ in }
    ) -> Booking {
        let event = BookingEvent(
            id: "EVNT-\(kind.rawValue)-\(minute)", at: 1_772_442_000_000 + minute * 60_000, kind: kind,
            actor: .customer)
        var booking = Booking(
            id: "BKNG-1", event: event,
            customer: Customer(firstName: "Carrie", lastName: "Customer", email: "carrie@example.net"))
        booking.customer.company = "Acme"
        booking.subject = "Intro session"
        booking.startsAt = "2026-03-05T15:00:00.000Z"
        booking.minutes = 45
        booking.timeZone = "America/Denver"
        booking.masterPage = Reference(id: "MP-1", name: "Front desk")
        booking.eventType = Reference(id: "ET-1", name: "Intro")
        booking.bookingPage = Reference(id: "BP-1", name: "Olive")
        booking.owner = Reference(id: "USR-1", name: "Olive Owner", email: "olive@example.com")
        booking.customFields = [FormField(name: "Goal", value: "Strength"), FormField(name: "Born", value: "7/9/1990")]
        change(&booking)
        return booking
    }

    private func wanted(
        _ booking: Booking, after earlier: [Booking] = [], _ change: (inout OnceHubSettings) -> Void = { _ in }
    ) -> DesiredContact {
        var settings = OnceHubSettings()
        change(&settings)
        var memory = BookingMemory()
        for booking in earlier {
            memory.note(booking.event, of: booking.id, places: BookingContext(of: booking, names: [:]))
        }
        memory.note(booking.event, of: booking.id, places: BookingContext(of: booking, names: [:]))
        var wanted = DesiredContact(values: [:])
        BookingRules(settings: settings, booking: booking)
            .add(to: &wanted, after: memory, isNewest: memory.newest == booking.event.stamp)
        return wanted
    }

    @Test func `by default a new contact gets owner, lead source, type and company, and the booking an appointment`() {
        let wanted = wanted(booking())
        #expect(
            wanted.wishes == [
                FieldRequest(.owner, .text("olive@example.com"), .onlyNew),
                FieldRequest(.leadSource, .text("Front desk > Intro > Olive"), .onlyNew),
                FieldRequest(.property(.contactType), .text("Prospect"), .onlyNew),
                FieldRequest(.company, .text("Acme"), .fillEmpty),
            ])
        #expect(wanted.appointments.map(\.key) == ["BKNG-1"])
        guard case .hold(let plan)? = wanted.appointments.first?.what else {
            Issue.record("no appointment")
            return
        }
        #expect(plan.title == "Intro session")
        #expect(plan.start.text == "2026-03-05T15:00:00.000Z" && plan.end.text == "2026-03-05T15:45:00.000Z")
        #expect(plan.description.hasPrefix("OnceHub booking BKNG-1\nCarrie Customer <carrie@example.net>"))
        #expect(plan.owner == "olive@example.com")
    }

    @Test func `each step can be turned off`() {
        let wanted = wanted(booking()) { settings in
            settings.creation.owner = .unowned
            settings.creation.makesAppointments = false
            settings.classification.leadSource = nil
            settings.classification.contactType = nil
            settings.mapping = []
        }
        #expect(wanted.wishes == [] && wanted.appointments == [])
    }

    @Test(arguments: [
        (FieldPolicy.overwrite, FieldRequest.Rule.override), (.fillEmpty, .fillEmpty), (.ignore, .onlyNew),
    ])
    func `mapped fields follow the rule for known contacts, or their own`(
        known: FieldPolicy, rule: FieldRequest.Rule
    ) {
        let wishes = wanted(booking()) { settings in
            settings.creation.known = known
            settings.creation.owner = .user("sam")
            settings.creation.reassignsKnown = true
            settings.mapping = [
                FieldMapping(from: .form("goal"), to: .wish(.custom("Goal"))),
                FieldMapping(from: .named(.startingTime), to: .wish(.custom("Next visit")), rule: .override),
            ]
        }.wishes
        #expect(wishes.first == FieldRequest(.owner, .text("sam"), .override))
        #expect(
            wishes.suffix(2) == [
                FieldRequest(.custom("Goal"), .text("Strength"), rule),
                FieldRequest(
                    .custom("Next visit"), .moment(KeapTime("2026-03-05T15:00:00Z")!), .override),
            ])
    }

    @Test func `what a form left empty asks for nothing`() {
        let wanted = wanted(booking { $0.customer.company = "" }) { settings in
            settings.mapping += [
                FieldMapping(from: .form("Shoe size"), to: .wish(.custom("Shoe size"))),
                FieldMapping(from: .named(.note), to: .synced(.city)),
            ]
        }
        #expect(!wanted.wishes.contains { $0.target == .company || $0.target == .custom("Shoe size") })
        #expect(wanted.values[.city] == nil)
    }

    @Test func `a mapped birth date is read in the order of days that the gym uses`() {
        func born(_ order: ValueReading.DayOrder, _ text: String = "7/9/1990") -> DesiredContact {
            wanted(booking { $0.customFields = [FormField(name: "Born", value: text)] }) { settings in
                settings.dates.order = order
                settings.mapping = [FieldMapping(from: .form("Born"), to: .synced(.birthDate))]
            }
        }
        #expect(born(.monthFirst).values[.birthDate] == .value("1990-07-09"))
        #expect(born(.dayFirst).values[.birthDate] == .value("1990-09-07"))
        #expect(born(.monthFirst, "long ago").values[.birthDate] == nil)
        #expect(
            born(.monthFirst, "long ago").notes.map(\.text) == [
                #""long ago" was not sent to "birth date", which holds a date: 2026-03-05 would fit."#
            ])
    }

    @Test func `times have their date in the customer's zone, or in one that the gym names`() {
        let late = booking { $0.startsAt = "2026-03-06T03:00:00Z" }
        #expect(wanted(late).reading.zone == "America/Denver")
        #expect(wanted(booking { $0.timeZone = "Nowhere" }).reading.zone == "UTC")
        let tokyo = wanted(late) { $0.dates.zone = .named(ValueReading(zone: "Asia/Tokyo")!) }
        #expect(tokyo.reading.day(of: late.start!).text == "2026-03-06")
        #expect(wanted(late).reading.day(of: late.start!).text == "2026-03-05")
    }

    @Test func `an owner of whom OnceHub gives an id alone is known by the gym's names`() {
        let anonymous = booking { $0.owner = Reference(id: "USR-1") }
        #expect(wanted(anonymous).wishes.first?.value == .text("USR-1"))
        #expect(
            wanted(anonymous) { $0.names = ["USR-1": "olive@example.com"] }.wishes.first?.value
                == .text("olive@example.com"))
    }

    @Test func `an owner is called as OnceHub does, or as the gym does where OnceHub says no name`() throws {
        let template = try LeadSourceTemplate(parsing: "{owner}")
        for (owner, name) in [
            (Reference(id: "USR-1"), "Olive"), (Reference(id: "USR-1", name: "Olive Owner"), "Olive Owner"),
        ] {
            let wanted = wanted(booking { $0.owner = owner }) { settings in
                settings.names = ["USR-1": "Olive"]
                settings.classification.leadSource = template
                settings.mapping = [FieldMapping(from: .named(.owner), to: .wish(.custom("Coach")))]
            }
            #expect(wanted.wishes.first { $0.target == .leadSource }?.value == .text(name))
            #expect(wanted.wishes.first { $0.target == .custom("Coach") }?.value == .text(name))
        }
    }

    @Test func `a beginning without a zone is one in UTC, as for the event itself`() {
        for text in ["2026-03-05T15:00:00", "2026-03-05 15:00:00Z", "2026-03-05t15:00:00z"] {
            #expect(booking { $0.startsAt = text }.start == KeapTime("2026-03-05T15:00:00Z"), "\(text)")
        }
        #expect(booking { $0.startsAt = "2026-02-31T15:00:00Z" }.start == nil)
    }

    @Test func `a booking moves, ends and comes off with its events, in whatever order they arrive`() {
        let scheduled = booking(.scheduled)
        let moved = booking(.rescheduled, at: 10) { $0.startsAt = "2026-03-06T15:00:00.000Z" }
        let canceled = booking(.canceled, at: 20)
        func whats(_ booking: Booking, after: [Booking]) -> [String] {
            wanted(booking, after: after).appointments.map { wish in
                switch wish.what {
                case .hold(let plan): "\(wish.key) at \(plan.start.text.prefix(10))"
                case .drop: "\(wish.key) off"
                case .leave: "\(wish.key) over"
                }
            }
        }
        #expect(whats(scheduled, after: []) == ["BKNG-1 at 2026-03-05"])
        #expect(whats(moved, after: [scheduled]) == ["BKNG-1 at 2026-03-06"])
        #expect(whats(canceled, after: [scheduled, moved]) == ["BKNG-1 off"])
        #expect(whats(booking(.completed, at: 30), after: [scheduled]) == ["BKNG-1 over"])
        #expect(whats(booking(.noShow, at: 30), after: [scheduled]) == ["BKNG-1 over"])
        // The late one says nothing any more.
        #expect(whats(scheduled, after: [moved]) == [])
        #expect(whats(scheduled, after: [canceled]) == ["BKNG-1 off"])
        #expect(wanted(scheduled, after: [moved]).wishes == [])
    }

    @Test func `a booking that replaces another takes its appointment off`() {
        var new = booking(.canceledThenRescheduled, at: 10)
        new.id = "BKNG-2"
        new.event.otherBooking = "BKNG-1"
        let wishes = wanted(new, after: [booking()]).appointments
        #expect(wishes.map(\.key) == ["BKNG-2", "BKNG-1"])
        #expect(wishes.last?.what == .drop)
    }

    @Test func `a booking without a time makes no appointment`() {
        #expect(wanted(booking { $0.startsAt = "" }).appointments == [])
    }
}

@Suite struct LeadSourceTemplateTests {
    private func name(_ template: String, _ values: [LeadSourceTemplate.Placeholder: String]) throws -> String? {
        try LeadSourceTemplate(parsing: template).name { values[$0] ?? "" }
    }

    @Test(
        arguments: [
            ([.masterPage: "A", .eventType: "B", .bookingPage: "C"], "A > B > C"), ([.eventType: "B"], "B"),
            ([.masterPage: "A", .bookingPage: "C > D"], "A > C D"), ([:], nil),
        ] as [([LeadSourceTemplate.Placeholder: String], String?)])
    func `parts that say nothing are left out`(
        values: [LeadSourceTemplate.Placeholder: String], expected: String?
    ) throws {
        #expect(try name("{masterPage} > {eventType} > {bookingPage}", values) == expected)
    }

    @Test func `a part of plain text stays where anything is said`() throws {
        #expect(try name("OnceHub > {eventType}", [.eventType: "B"]) == "OnceHub > B")
        #expect(try name("OnceHub > {eventType}", [:]) == nil)
    }

    @Test func `a template must have a placeholder, and none that stands for nothing`() {
        #expect(throws: LeadSourceTemplate.Problem.none) { try LeadSourceTemplate(parsing: "OnceHub") }
        #expect(throws: LeadSourceTemplate.Problem.unknown(placeholder: "{page}")) {
            try LeadSourceTemplate(parsing: "{page}")
        }
    }
}
