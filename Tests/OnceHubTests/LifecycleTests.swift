import SeededRandom
import ContactSync
@testable import OnceHub
import Testing

/// What may happen to bookings, and what is to be worn for it, whatever the order of arrival.
struct LifecycleTests {
    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var events: [Booking]
        var worn: Set<String>

        init(_ name: String, _ events: [Booking], _ worn: Set<String>) {
            (testDescription, self.events, self.worn) = (name, events, worn)
        }
    }

    /// The ten rows of the table, and the eleventh situation: canceled, then rescheduled on another page.
    static let table: [Story] = [
        Story("created", [.event(.scheduled, at: 0)], tags(.scheduled, ["BKNG-A": .scheduled])),
        Story(
            "customer rescheduled",
            [.event(.scheduled, at: 0), .event(.rescheduled, at: 1, status: .rescheduled, by: .customer)],
            tags(.rescheduledByCustomer, ["BKNG-A": .rescheduledByCustomer])),
        Story(
            "customer rescheduled the same booking at the owner's request",
            [
                .event(.scheduled, at: 0), .event(.rescheduleRequested, at: 1, by: .user),
                .event(.rescheduled, at: 2, by: .customer),
            ], tags(.rescheduledByOwner, ["BKNG-A": .rescheduledByOwner])),
        Story(
            "customer made a new booking at the owner's request",
            [
                .event(.scheduled, at: 0), .event(.rescheduleRequested, at: 1, by: .user),
                .event(.rescheduled, "BKNG-B", at: 2, by: .customer, other: "BKNG-A"),
            ], tags(.rescheduledByOwner, ["BKNG-A": .rescheduleRequested, "BKNG-B": .rescheduledByOwner])),
        Story(
            "owner canceled and asked to reschedule",
            [.event(.scheduled, at: 0), .event(.rescheduleRequested, at: 1, status: .canceled, by: .user)],
            tags(.rescheduleRequested, ["BKNG-A": .rescheduleRequested])),
        Story(
            "took place", [.event(.scheduled, at: 0), .event(.completed, at: 1)],
            tags(.completed, ["BKNG-A": .completed])),
        Story(
            "customer canceled", [.event(.scheduled, at: 0), .event(.canceled, at: 1, by: .customer)],
            tags(.canceledByCustomer, ["BKNG-A": .canceledByCustomer])),
        Story(
            "owner canceled", [.event(.scheduled, at: 0), .event(.canceled, at: 1, by: .user)],
            tags(.canceledByOwner, ["BKNG-A": .canceledByOwner])),
        Story(
            "no-show", [.event(.scheduled, at: 0), .event(.completed, at: 1), .event(.noShow, at: 2)],
            tags(.noShow, ["BKNG-A": .noShow])),
        Story(
            "scheduled booking reassigned",
            [.event(.scheduled, at: 0), .event(.reassigned, at: 1, status: .scheduled)],
            tags(.scheduledReassigned, ["BKNG-A": .scheduledReassigned])),
        Story(
            "rescheduled booking reassigned",
            [
                .event(.scheduled, at: 0), .event(.rescheduled, at: 1, by: .customer),
                .event(.reassigned, at: 2, status: .rescheduled),
            ], tags(.rescheduledReassigned, ["BKNG-A": .rescheduledReassigned])),
        Story(
            "customer canceled, then rescheduled on another page",
            [
                .event(.scheduled, at: 0),
                .event(.canceledThenRescheduled, "BKNG-B", at: 1, status: .rescheduled, other: "BKNG-A"),
            ],
            tags(.rescheduledByCustomer, ["BKNG-A": .canceledByCustomer, "BKNG-B": .rescheduledByCustomer])),
    ]

    /// Questions that the table leaves open, and what OnceHub leaves open.
    static let corners: [Story] = [
        Story(
            "the same cancellation, told of the old booking",
            [
                .event(.scheduled, at: 0),
                .event(.canceledThenRescheduled, "BKNG-A", at: 1, status: .canceled, other: "BKNG-B"),
            ],
            tags(.rescheduledByCustomer, ["BKNG-A": .canceledByCustomer, "BKNG-B": .rescheduledByCustomer])),
        Story(
            "told of both bookings, in two events",
            [
                .event(.scheduled, at: 0), .event(.canceled, at: 1, by: .customer),
                .event(.rescheduled, "BKNG-B", at: 2, by: .customer, other: "BKNG-A"),
            ],
            tags(.rescheduledByCustomer, ["BKNG-A": .canceledByCustomer, "BKNG-B": .rescheduledByCustomer])),
        Story(
            "an owner's cancellation stays one when the customer books anew",
            [
                .event(.scheduled, at: 0), .event(.canceled, at: 1, by: .user),
                .event(.canceledThenRescheduled, "BKNG-B", at: 2, other: "BKNG-A"),
            ], tags(.rescheduledByCustomer, ["BKNG-A": .canceledByOwner, "BKNG-B": .rescheduledByCustomer])),
        Story(
            "the same, told of the old booking",
            [
                .event(.scheduled, at: 0), .event(.canceled, at: 1, by: .user),
                .event(.canceledThenRescheduled, at: 2, status: .canceled, other: "BKNG-B"),
            ], tags(.rescheduledByCustomer, ["BKNG-A": .canceledByOwner, "BKNG-B": .rescheduledByCustomer])),
        Story(
            "booked anew at the owner's request, told of the old booking",
            [
                .event(.scheduled, at: 0), .event(.rescheduleRequested, at: 1, by: .user),
                .event(.canceledThenRescheduled, at: 2, status: .canceled, other: "BKNG-B"),
            ], tags(.rescheduledByOwner, ["BKNG-A": .rescheduleRequested, "BKNG-B": .rescheduledByOwner])),
        Story(
            "moved by the owner without asking", [.event(.scheduled, at: 0), .event(.rescheduled, at: 1, by: .user)],
            tags(.rescheduledByOwner, ["BKNG-A": .rescheduledByOwner])),
        Story(
            "a request is answered once: the next reschedule is the customer's own",
            [
                .event(.scheduled, at: 0), .event(.rescheduleRequested, at: 1), .event(.rescheduled, at: 2),
                .event(.rescheduled, at: 3, by: .customer),
            ], tags(.rescheduledByCustomer, ["BKNG-A": .rescheduledByCustomer])),
        Story(
            "a request along a chain of three bookings",
            [
                .event(.scheduled, at: 0), .event(.rescheduled, "BKNG-B", at: 1, by: .customer, other: "BKNG-A"),
                .event(.rescheduleRequested, "BKNG-B", at: 2),
                .event(.rescheduled, "BKNG-C", at: 3, by: .customer, other: "BKNG-B"),
            ],
            tags(
                .rescheduledByOwner,
                ["BKNG-A": .canceledByCustomer, "BKNG-B": .rescheduleRequested, "BKNG-C": .rescheduledByOwner])),
        Story(
            "reassigned, with a status that says nothing, after a reschedule",
            [.event(.scheduled, at: 0), .event(.rescheduled, at: 1), .event(.reassigned, at: 2)],
            tags(.rescheduledReassigned, ["BKNG-A": .rescheduledReassigned])),
        Story(
            "two bookings at once: the newest word of either is the generic tag",
            [
                .event(.scheduled, at: 0), .event(.scheduled, "BKNG-B", at: 1), .event(.completed, at: 3),
                .event(.canceled, "BKNG-B", at: 2, by: .customer),
            ], tags(.completed, ["BKNG-A": .completed, "BKNG-B": .canceledByCustomer])),
        Story(
            "two events of one moment have an order of their own",
            [.event(.scheduled, at: 0), .event(.completed, at: 1), .event(.noShow, at: 1)],
            tags(.noShow, ["BKNG-A": .noShow])),
        Story(
            "nobody says who canceled", [.event(.scheduled, at: 0), .event(.canceled, at: 1)],
            tags(.canceledByCustomer, ["BKNG-A": .canceledByCustomer])),
    ]

    @Test(arguments: table + corners)
    func `every order of arrival ends with the same tags`(_ story: Story) {
        for order in permutations(story.events) {
            var contact = Wearer()
            for event in order { contact.take(event) }
            #expect(contact.worn == story.worn, "\(order.map(\.event.id))")
        }
    }

    @Test(arguments: table + corners)
    func `events told twice change nothing`(_ story: Story) {
        var contact = Wearer()
        for event in story.events + story.events.reversed() { contact.take(event) }
        #expect(contact.worn == story.worn)
    }

    @Test func `in order of events, exactly one generic tag is worn at any time`() {
        let generic = Set(Phase.allCases.map(\.name))
        for story in Self.table + Self.corners {
            var contact = Wearer()
            for event in story.events.sorted(by: { $0.event.stamp < $1.event.stamp }) {
                contact.take(event)
                #expect(contact.worn.intersection(generic).count == 1)
            }
        }
    }

    @Test(arguments: Array(1...300))
    func `random stories end alike in any order, with history and own tags as well`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let events = Self.randomStory(&random)
        var settings = OnceHubSettings()
        settings.tags.keepsHistory = seed.isMultiple(of: 2)
        settings.ownTags = Phase.allCases.map { OwnTag("own \($0.rawValue)", phases: [$0]) }
        var first: Set<String>?
        for _ in 0..<12 {
            var contact = Wearer(settings)
            for event in events.shuffled(using: &random) { contact.take(event) }
            if first == nil { first = contact.worn }
            #expect(contact.worn == first, "seed \(seed)")
        }
    }

    /// At most so many events of one booking as are remembered.
    static func randomStory(_ random: inout SeededGenerator) -> [Booking] {
        let ids = ["BKNG-A", "BKNG-B", "BKNG-C"]
        return (0..<Int.random(in: 2...8, using: &random)).map { number in
            let id = ids.randomElement(using: &random)!
            let other = ids.filter { $0 != id }.randomElement(using: &random)!
            var booking = Booking.event(
                BookingEventKind.allCases.randomElement(using: &random)!, id,
                at: Int.random(in: 0...6, using: &random),
                status: [nil, .scheduled, .rescheduled, .canceled].randomElement(using: &random)!,
                by: [nil, .user, .customer].randomElement(using: &random)!,
                other: Bool.random(using: &random) ? other : nil)
            booking.event.id += "-\(number)"
            return booking
        }
    }
}

func permutations<T>(_ items: [T]) -> [[T]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index in
        var rest = items
        let item = rest.remove(at: index)
        return permutations(rest).map { [item] + $0 }
    }
}
