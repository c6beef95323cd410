import SeededRandom
@testable import ContactSync
@testable import OnceHub
import Testing

struct BookingMemoryTests {
    @Test func `a memory is read back as it was written`() throws {
        var memory = BookingMemory()
        for number in 0..<40 {
            let booking = Booking.event(
                BookingEventKind.allCases[number % 8], "BKNG-\(number % 20)", at: number,
                status: number.isMultiple(of: 3) ? .rescheduled : nil, by: number.isMultiple(of: 2) ? .user : nil,
                other: number.isMultiple(of: 5) ? "BKNG-X" : nil)
            var places = BookingContext()
            places.eventType = ["et-\(number)"]
            memory.note(booking.event, of: booking.id, places: places)
        }
        #expect(try BookingMemory(text: memory.text) == memory)
        #expect(memory.bookings.count { !$0.events.isEmpty } == BookingMemory.mostBookings)
    }

    @Test func `it stays small, also with the longest ids, so that a lane's state has room`() {
        var memory = BookingMemory()
        let long = String(repeating: "x", count: Booking.longestID - 4)
        for number in 0..<400 {
            var event = BookingEvent(id: "\(long)\(1000 + number)", at: Int64(number), kind: .canceledThenRescheduled)
            (event.status, event.actor, event.otherBooking) = (.rescheduled, .customer, "\(long)other")
            var places = BookingContext()
            (places.bookingPage, places.eventType) = (["\(long)page", "\(long)name"], ["\(long)type", "\(long)name"])
            memory.note(event, of: "\(long)\(1000 + number % 40)", places: places)
        }
        #expect(memory.text.utf8.count < 48 << 10, "\(memory.text.utf8.count) bytes")
    }

    @Test func `an event older than all evicted ones is not taken up again`() {
        var contact = Wearer()
        for number in 0..<60 { contact.take(.event(.scheduled, "BKNG-\(number)", at: 100 + number)) }
        let before = contact.worn
        contact.take(.event(.canceled, "BKNG-3", at: 103, by: .user))
        contact.take(.event(.completed, "BKNG-OLD", at: 50))
        #expect(contact.worn == before)
        contact.take(.event(.completed, "BKNG-3", at: 500))
        #expect(contact.worn.contains("Completed"))
    }

    @Test func `of a booking with many events the newest decides, whichever are evicted`() {
        var events: [Booking] = (0..<20).map { .event(.rescheduled, at: $0, by: .customer) }
        events.append(.event(.completed, at: 30))
        for seed in 1...40 {
            var random = SeededGenerator(seed: UInt64(seed))
            var contact = Wearer()
            for event in events.shuffled(using: &random) { contact.take(event) }
            #expect(contact.worn == tags(.completed, ["BKNG-A": .completed]), "seed \(seed)")
            #expect(contact.memory.bookings[0].events.count == BookingMemory.mostEvents)
        }
    }

    @Test func `the memories of two lanes become what one lane would remember`() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            var (both, left, right) = (BookingMemory(), BookingMemory(), BookingMemory())
            for number in 0..<12 {
                let booking = Booking.event(
                    BookingEventKind.allCases.randomElement(using: &random)!,
                    "BKNG-\(Int.random(in: 0..<4, using: &random))", at: number)
                both.note(booking.event, of: booking.id, places: BookingContext())
                if Bool.random(using: &random) {
                    left.note(booking.event, of: booking.id, places: BookingContext())
                } else {
                    right.note(booking.event, of: booking.id, places: BookingContext())
                }
            }
            #expect(try BookingMemory(text: BookingMemory.united(left.text, right.text)) == both)
            #expect(try BookingMemory(text: BookingMemory.united(right.text, left.text)) == both)
        }
    }

    @Test func `what a newer version wrote is kept, and what it does not share with this one decides nothing`() throws {
        let teleported = #"{"at":1,"id":"E","kind":"teleported","status":"scheduled"}"#
        let reassigned = #"{"actor":"robot","at":2,"id":"F","kind":"reassigned","status":"on_hold"}"#
        var memory = try BookingMemory(text: #"{"bookings":[{"events":[\#(teleported),\#(reassigned)],"id":"B"}]}"#)
        #expect(!memory.contains(event: "E") && memory.contains(event: "F"))
        #expect(Lifecycle(memory, unknownActor: .user).latest?.phase == .scheduledReassigned)
        memory.note(BookingEvent(id: "G", at: 3, kind: .completed), of: "B", places: BookingContext())
        let again = try BookingMemory(text: memory.text).text
        for text in [memory.text, again, BookingMemory.united(memory.text, again)] {
            #expect(text.contains(teleported) && text.contains(reassigned), "\(text)")
            #expect(text.ranges(of: reassigned).count == 1)
        }
    }

    @Test(arguments: ["[]", "x", #"{"bookings":[{"id":7}]}"#])
    func `text that is no memory stops the delivery, and is kept`(text: String) throws {
        #expect(throws: BookingMemory.Unreadable.self) { try BookingMemory(text: text) }
        #expect(try BookingMemory(text: nil) == BookingMemory())
        var mirror = Mirror()
        mirror.memories = [BookingMemory.source: text]
        let wanted = BookingChange(.event(.scheduled, at: 1), settings: OnceHubSettings()).wanted(after: mirror)
        #expect(wanted.impossible?.hasPrefix("What was remembered of this contact's bookings cannot be read") == true)
        #expect(wanted.memory == nil)
        let other = BookingMemory().text
        #expect(BookingMemory.united(text, other) == text && BookingMemory.united(other, text) == text)
    }

    @Test(arguments: Array(1...100))
    func `an event asks for the same at every try, whatever the first ones noted`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var settings = OnceHubSettings()
        settings.tags.keepsHistory = seed.isMultiple(of: 2)
        settings.tags.reapply = .newEvents
        settings.ownTags = Phase.allCases.map { OwnTag("own \($0.rawValue)", phases: [$0]) }
        var mirror = Mirror()
        for booking in LifecycleTests.randomStory(&random).shuffled(using: &random) {
            let change = BookingChange(booking, settings: settings)
            let first = change.wanted(after: mirror)
            if let underway = first.memory?.underway { mirror.memories[BookingMemory.source] = underway }
            #expect(change.wanted(after: mirror) == first)
            // Some stay dead letters.
            if let memory = first.memory, Int.random(in: 0..<4, using: &random) > 0 {
                mirror.memories[BookingMemory.source] = memory.text
            }
        }
    }

    @Test func `a booking ahead is remembered by its id alone for longer than one that is over`() throws {
        var memory = BookingMemory()
        for number in 0..<60 {
            let kind: BookingEventKind = number < 10 ? .completed : .scheduled
            let event = BookingEvent(id: "E\(number)", at: Int64(number), kind: kind)
            memory.note(event, of: "B\(number)", places: BookingContext())
        }
        #expect(memory.named == Set((12..<60).map { "B\($0)" }))
        #expect(memory.isOvertaken(BookingEvent(id: "A", at: 11, kind: .scheduled), of: "B0"))
        #expect(memory.isOvertaken(BookingEvent(id: "A", at: 12, kind: .scheduled), of: "B12"))
        #expect(!memory.isOvertaken(BookingEvent(id: "A", at: 13, kind: .completed), of: "B12"))
        #expect(try BookingMemory(text: memory.text) == memory)
    }
}
