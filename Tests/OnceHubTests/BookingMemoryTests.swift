@testable import ContactSync
@testable import OnceHub
import Testing

struct BookingMemoryTests {
    @Test func `a memory is read back as it was written`() {
        var memory = BookingMemory()
        for number in 0..<40 {
            let booking = Booking.event(
                BookingEventKind.allCases[number % 8], "BKNG-\(number % 20)", at: number,
                status: number.isMultiple(of: 3) ? .rescheduled : nil, by: number.isMultiple(of: 2) ? .user : nil,
                other: number.isMultiple(of: 5) ? "BKNG-X" : nil)
            var places = Places()
            places.eventType = ["et-\(number)"]
            memory.note(booking.event, of: booking.id, places: places)
        }
        #expect(BookingMemory(text: memory.text) == memory)
        #expect(memory.bookings.count == BookingMemory.mostBookings)
    }

    @Test func `it stays small, also with the longest ids, so that a lane's state has room`() {
        var memory = BookingMemory()
        let long = String(repeating: "x", count: OnceHubReader.longestID - 4)
        for number in 0..<400 {
            var event = BookingEvent(id: "\(long)\(1000 + number)", at: Int64(number), kind: .canceledThenRescheduled)
            (event.status, event.actor, event.otherBooking) = (.rescheduled, .customer, "\(long)other")
            var places = Places()
            (places.bookingPage, places.eventType) = (["\(long)page", "\(long)name"], ["\(long)type", "\(long)name"])
            memory.note(event, of: "\(long)\(1000 + number % 40)", places: places)
        }
        #expect(memory.text.utf8.count < 48 << 10, "\(memory.text.utf8.count) bytes")
    }

    @Test func `what is older than all that was let go is not taken up again`() {
        var contact = Wearer()
        for number in 0..<30 { contact.take(.event(.scheduled, "BKNG-\(number)", at: 100 + number)) }
        let before = contact.worn
        contact.take(.event(.canceled, "BKNG-3", at: 103, by: .user))
        contact.take(.event(.completed, "BKNG-OLD", at: 50))
        #expect(contact.worn == before)
        contact.take(.event(.completed, "BKNG-3", at: 500))
        #expect(contact.worn.contains("Completed"))
    }

    @Test func `of a booking with many events the newest decides, whatever is let go`() {
        var events: [Booking] = (0..<20).map { .event(.rescheduled, at: $0, by: .customer) }
        events.append(.event(.completed, at: 30))
        for seed in 1...40 {
            var random = Random(state: UInt64(seed))
            var contact = Wearer()
            for event in events.shuffled(using: &random) { contact.take(event) }
            #expect(contact.worn == tags(.completed, ["BKNG-A": .completed]), "seed \(seed)")
            #expect(contact.memory.bookings[0].events.count == BookingMemory.mostEvents)
        }
    }

    @Test func `the memories of two lanes become what one lane would remember`() {
        var random = Random(state: 5)
        for _ in 0..<50 {
            var (both, left, right) = (BookingMemory(), BookingMemory(), BookingMemory())
            for number in 0..<12 {
                let booking = Booking.event(
                    BookingEventKind.allCases.randomElement(using: &random)!,
                    "BKNG-\(Int.random(in: 0..<4, using: &random))", at: number)
                both.note(booking.event, of: booking.id, places: Places())
                if Bool.random(using: &random) {
                    left.note(booking.event, of: booking.id, places: Places())
                } else {
                    right.note(booking.event, of: booking.id, places: Places())
                }
            }
            #expect(BookingMemory(text: BookingMemory.united(left.text, right.text)) == both)
            #expect(BookingMemory(text: BookingMemory.united(right.text, left.text)) == both)
        }
    }

    @Test func `text of another version is no memory, and an event of an unknown kind decides nothing`() {
        #expect(BookingMemory(text: "[]") == BookingMemory())
        #expect(BookingMemory(text: nil) == BookingMemory())
        let text = #"{"bookings":[{"id":"B","events":[{"id":"E","at":1,"kind":"teleported"}]}]}"#
        #expect(!BookingMemory(text: text).contains(event: "E"))
        #expect(Lifecycle(BookingMemory(text: text), unknownActor: .user).latest == nil)
    }
}
