import Foundation
import DurableQueue
import Testing

@testable import LockstepService

/// The whole line for bookings: signed events go in, and Keap's contacts wear what the table says.
struct BookingDeliveryTests {
    /// What happens to bookings A and B of one customer, and what is to be worn at the end.
    struct Situation: Sendable {
        var name: String
        var events: [BookingMessage]
        var generic: String
        var specific: [String: String]
    }

    private static let created = BookingMessage.of("scheduled", at: 0, status: "scheduled")
    private static let requested = BookingMessage.of(
        "canceled_reschedule_requested", at: 1, status: "canceled", by: "user")

    static let situations = [
        Situation(name: "created", events: [created], generic: "Scheduled", specific: ["A": "Scheduled"]),
        Situation(
            name: "customer rescheduled",
            events: [created, .of("rescheduled", at: 1, status: "rescheduled", by: "customer")],
            generic: "Rescheduled by Customer", specific: ["A": "Rescheduled by Customer"]),
        Situation(
            name: "rescheduled at the owner's request, on the same page",
            events: [created, requested, .of("rescheduled", at: 2, status: "rescheduled", by: "customer")],
            generic: "Rescheduled by Owner", specific: ["A": "Rescheduled by Owner"]),
        Situation(
            name: "rescheduled at the owner's request, as a new booking",
            events: [created, requested, .of("rescheduled", "BKNG-B", at: 2, by: "customer", other: "BKNG-A")],
            generic: "Rescheduled by Owner",
            specific: ["A": "Canceled (reschedule requested by Owner)", "B": "Rescheduled by Owner"]),
        Situation(
            name: "owner canceled and asked", events: [created, requested],
            generic: "Canceled (reschedule requested by Owner)",
            specific: ["A": "Canceled (reschedule requested by Owner)"]),
        Situation(
            name: "took place", events: [created, .of("completed", at: 1, status: "completed")],
            generic: "Completed", specific: ["A": "Completed"]),
        Situation(
            name: "customer canceled", events: [created, .of("canceled", at: 1, status: "canceled", by: "customer")],
            generic: "Canceled by Customer", specific: ["A": "Canceled by Customer"]),
        Situation(
            name: "owner canceled", events: [created, .of("canceled", at: 1, status: "canceled", by: "user")],
            generic: "Canceled by Owner", specific: ["A": "Canceled by Owner"]),
        Situation(
            name: "no-show", events: [created, .of("completed", at: 1), .of("no_show", at: 2, status: "no_show")],
            generic: "No-show", specific: ["A": "No-show"]),
        Situation(
            name: "scheduled, reassigned", events: [created, .of("reassigned", at: 1, status: "scheduled")],
            generic: "Scheduled (Reassigned by User)", specific: ["A": "Scheduled (Reassigned by User)"]),
        Situation(
            name: "rescheduled, reassigned",
            events: [
                created, .of("rescheduled", at: 1, by: "customer"), .of("reassigned", at: 2, status: "rescheduled"),
            ],
            generic: "Rescheduled (Reassigned by User)", specific: ["A": "Rescheduled (Reassigned by User)"]),
        Situation(
            name: "canceled, then rescheduled on another page",
            events: [
                created, .of("canceled_then_rescheduled", "BKNG-B", at: 1, status: "rescheduled", other: "BKNG-A"),
            ],
            generic: "Rescheduled by Customer",
            specific: ["A": "Canceled by Customer", "B": "Rescheduled by Customer"]),
    ]

    @Test(.timeLimit(.minutes(30)))
    func `every situation ends with the tags of the table, in every order of arrival`() async throws {
        try await ServiceHarness.with { town in
            var expected: [String: (name: String, tags: Set<String>)] = [:]
            for situation in Self.situations {
                for order in permutations(situation.events) {
                    // A customer for each order, with bookings of their own.
                    let number = expected.count
                    let email = "c\(number)@example.net"
                    for event in order { try await town.acceptBooking(event.of(customer: number, email)) }
                    let specific = situation.specific.map { "\($1) (Booking ID: BKNG-\($0)\(number))" }
                    let arrival = order.map(\.type).joined(separator: ", ")
                    expected[email] = ("\(situation.name): \(arrival)", Set(specific + [situation.generic]))
                }
            }
            try await town.settle()
            let contacts = town.contacts()
            #expect(contacts.count == expected.count)
            for contact in contacts {
                let mails = contact["email_addresses"] as? [[String: Any]] ?? []
                let (name, tags) = try #require(expected[mails.first?["email"] as? String ?? ""])
                #expect(town.worn(by: contact) == tags, "\(name)")
                expectOneGeneric(contact, town, name)
            }
            #expect(town.keap("GET", ["audit"])["violations"] as? Int == 0)
        }
    }

    /// At no moment were two generic tags worn: the old one came off before the new one went on.
    private func expectOneGeneric(_ contact: [String: Any], _ town: ServiceHarness, _ name: String) {
        let id = contact["id"] as? String ?? "\(contact["id"] as? Int ?? 0)"
        let story = town.keap("GET", ["audit", "contacts", id])["events"] as? [[String: Any]] ?? []
        let generic = Set(Self.situations.map(\.generic))
        var worn: Set<String> = []
        for event in story {
            guard let tag = event["name"] as? String, generic.contains(tag) else { continue }
            if event["what"] as? String == "tagRemoved" { worn.remove(tag) }
            if event["what"] as? String == "tagApplied" { worn.insert(tag) }
            #expect(worn.count <= 1, "\(name)")
        }
        #expect(worn.count == 1, "\(name): \(story)")
    }

    @Test(.timeLimit(.minutes(30)))
    func `what an event costs in calls`() async throws {
        try await ServiceHarness.with { town in
            func cost(_ message: BookingMessage) async throws -> Int {
                let before = town.calls
                try await town.acceptBooking(message)
                try await town.settle()
                return town.calls - before
            }
            // The first connect, and every generic tag once.
            for (number, situation) in Self.situations.enumerated() {
                for event in situation.events {
                    try await town.acceptBooking(event.of(customer: 100 + number, "first\(number)@example.net"))
                }
            }
            try await town.settle()
            // Search, create, the booking's own tag, both tags on.
            #expect(try await cost(BookingMessage.of("scheduled", at: 0).of(customer: 1, "new@example.net")) == 4)
            // The booking's own tag, both old ones off, both new ones on.
            #expect(try await cost(BookingMessage.of("completed", at: 5).of(customer: 1, "new@example.net")) == 3)
            // One generic off and on; the new booking's own tag.
            let next = BookingMessage.of("scheduled", "BKNG-B", at: 9).of(customer: 1, "new@example.net")
            #expect(try await cost(next) == 3)
            // A late one that changes nothing.
            #expect(try await cost(BookingMessage.of("rescheduled", at: 3).of(customer: 1, "new@example.net")) == 0)
        }
        let gym = ServiceHarness.Gym(onceHub: #""tags": {"specific": false}"#)
        try await ServiceHarness.with([gym]) { town in
            for (index, type) in ["scheduled", "completed", "no_show"].enumerated() {
                try await town.acceptBooking(.of(type, at: index))
            }
            try await town.settle()
            let before = town.calls
            try await town.acceptBooking(.of("scheduled", "BKNG-B", at: 9))
            try await town.settle()
            #expect(town.calls - before == 2, "without tags of each booking: off and on")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a person and a booking that arrive at one moment make one contact, which has both sources' tags`()
        async throws
    {
        try await ServiceHarness.with { town in
            let count = 24
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask {
                        var message = BookingMessage.of("scheduled", at: 0).of(
                            customer: number, "zp-\(number)@example.org")
                        message.name = number.isMultiple(of: 2) ? "Ana Ruiz" : "ANA Maria Ruiz Lopez"
                        try await town.acceptBooking(message)
                    }
                    group.addTask {
                        let names = number.isMultiple(of: 2) ? ("Ana", "Ruiz") : ("Ana Maria", "Ruiz Lopez")
                        try await town.accept(person("zp-\(number)", ["firstName": names.0, "lastName": names.1]))
                    }
                }
                try await group.waitForAll()
            }
            try await town.settle()
            let contacts = town.contacts()
            #expect(contacts.count == count)
            for contact in contacts {
                #expect(town.worn(by: contact).isSuperset(of: ["ZP Status: Student", "Scheduled"]))
                #expect(["Ruiz", "Ruiz Lopez"].contains(contact["family_name"] as? String), "as Zen Planner has it")
            }
            #expect(await town.service.queue.counts().lanes == count)
            #expect(town.keap("GET", ["audit"])["violations"] as? Int == 0)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a booking fills gaps of a contact that Keap knew, and writes nothing of Zen Planner's`() async throws {
        try await ServiceHarness.with { town in
            _ = town.keap(
                "POST", ["accounts", "KeapAK-one", "contacts"],
                """
                {"given_name": "carrie", "family_name": "CUSTOMER", "tags": ["VIP", "Scheduled"],
                 "email_addresses": [{"field": "EMAIL1", "email": "carrie@example.net"}]}
                """)
            try await town.acceptBooking(.of("completed", at: 0))
            try await town.accept(person("zp-1"))
            try await town.settle()
            let carrie = try #require(town.contacts().first { $0["given_name"] as? String == "carrie" })
            #expect(town.contacts().count == 2)
            #expect(phones(carrie) == ["1-3035550101"])
            #expect(town.worn(by: carrie).isSuperset(of: ["VIP", "Completed"]))

            var message = BookingMessage.of("scheduled", "BKNG-Z", at: 1)
            (message.name, message.email, message.phone) = ("ANA RUIZ", "zp-1@example.org", "720-555-0199")
            let calls = town.calls
            try await town.acceptBooking(message)
            try await town.settle()
            let ana = try #require(town.contacts().first { $0["given_name"] as? String == "Ana" })
            #expect(phones(ana) == ["303-555-1000"])
            #expect(town.worn(by: ana).contains("Scheduled"))
            #expect(
                town.calls - calls == 3, "two tags made, one call to put both on: found by the mirror, nothing written")
        }
    }

    private func phones(_ contact: [String: Any]) -> [String] {
        (contact["phone_numbers"] as? [[String: Any]] ?? []).compactMap { $0["number"] as? String }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a second person of one name and address does not take over the contact that a booking met`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("zp-1", ["email": "both@example.org"]))
            try await town.settle()
            // A journal that is lost takes the lanes with it; Keap still has the contact and its id.
            try await town.reopen(isForgetful: true)
            var message = BookingMessage.of("scheduled", at: 0)
            (message.name, message.email) = ("Ana Ruiz", "both@example.org")
            try await town.acceptBooking(message)
            try await town.settle()
            try await town.accept(person("zp-2", ["email": "both@example.org", "status": "Alumni"]))
            try await town.settle()
            let ids = town.contacts().map { contact in
                (contact["custom_fields"] as? [[String: Any]] ?? []).compactMap { $0["content"] as? String }.first ?? ""
            }
            #expect(Set(ids) == ["zp-1", "zp-2"])
            let worn = town.contacts().map { town.worn(by: $0) }
            #expect(worn.contains { $0.contains("ZP Status: Alumni") })
            #expect(worn.contains { $0.contains("ZP Status: Student") })
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a generic tag is put on anew for a new booking if the gym asks for it`() async throws {
        let gym = ServiceHarness.Gym(onceHub: #""tags": {"reapply": "newEvents"}"#)
        try await ServiceHarness.with([gym]) { town in
            try await town.acceptBooking(.of("scheduled", at: 0))
            try await town.acceptBooking(.of("scheduled", "BKNG-B", at: 1))
            try await town.settle()
            let id = town.contacts().first?["id"]
            let story = town.keap("GET", ["audit", "contacts", "\(id ?? "")"])["events"] as? [[String: Any]] ?? []
            let generic = story.filter { $0["name"] as? String == "Scheduled" }.compactMap { $0["what"] as? String }
            #expect(generic == ["tagApplied", "tagRemoved", "tagApplied"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a gym without Zen Planner gets no field or category of its`() async throws {
        try await ServiceHarness.with([ServiceHarness.Gym(token: "")]) { town in
            try await town.acceptBooking(.of("scheduled", at: 0))
            try await town.settle()
            let fields = town.contacts().first?["custom_fields"] as? [[String: Any]] ?? []
            #expect(fields.isEmpty)
            #expect(town.tagNames().contains("Scheduled"))
        }
    }
}

extension BookingMessage {
    /// The same event for another customer, with bookings of their own.
    func of(customer number: Int, _ email: String) -> BookingMessage {
        var message = self
        message.event += "-\(number)"
        message.booking += "\(number)"
        if !other.isEmpty { message.other += "\(number)" }
        message.email = email
        return message
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
