import Foundation
import KeapSimulator
import Testing

@testable import LockstepService

/// Messages that lead to one contact in Keap by ways that do not show before Keap is asked.
@Suite(.timeLimit(.minutes(30))) struct OneContactTests {
    /// A contact that somebody made by hand, with a second address.
    private func plant(_ town: ServiceHarness, lastName: String = "Customer") {
        let planted = town.keap(
            "POST", ["accounts", "KeapAK-one", "contacts"],
            """
            {"given_name": "Carrie", "family_name": "\(lastName)", "email_addresses": [
                {"field": "EMAIL1", "email": "carrie@home.example"}, {"field": "EMAIL2", "email": "carrie@work.example"}]}
            """)
        #expect(planted["id"] != nil, "\(planted)")
    }

    private func message(
        _ type: String, _ booking: String, at minute: Int, from place: String, by actor: String = ""
    ) -> BookingMessage {
        var message = BookingMessage.of(type, booking, at: minute, by: actor)
        message.email = "carrie@\(place).example"
        return message
    }

    @Test func `bookings from two addresses of one contact have one generic tag, the latest`() async throws {
        try await ServiceHarness.with { town in
            plant(town)
            try await town.acceptBooking(message("scheduled", "BKNG-A", at: 0, from: "home"))
            try await town.settle()
            try await town.acceptBooking(message("scheduled", "BKNG-B", at: 1, from: "work"))
            try await town.settle()
            try await town.acceptBooking(message("canceled", "BKNG-B", at: 2, from: "work", by: "customer"))
            try await town.settle()
            try await town.acceptBooking(message("completed", "BKNG-A", at: 3, from: "home"))
            try await town.settle()
            try expectOne(
                town,
                wearing: [
                    "Completed", "Completed (Booking ID: BKNG-A)", "Canceled by Customer (Booking ID: BKNG-B)",
                ])
            let lanes = try await town.get("/api/jobs").list.compactMap { $0["lane"] as? String }
            #expect(Set(lanes.suffix(2)).count <= 1, "both go on in one lane: \(lanes)")
        }
    }

    @Test func `all of them at one moment as well, also across a restart`() async throws {
        try await ServiceHarness.with { town in
            plant(town)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, booking) in [("home", "BKNG-A"), ("work", "BKNG-B")] {
                    for (minute, type) in ["scheduled", "rescheduled", "completed"].enumerated() {
                        let later = minute * 2 + (place == "work" ? 1 : 0)
                        let event = message(type, booking, at: later, from: place, by: "customer")
                        group.addTask { try await town.acceptBooking(event) }
                    }
                }
                try await group.waitForAll()
            }
            try await town.reopen()
            try await town.settle()
            try await town.acceptBooking(message("no_show", "BKNG-A", at: 9, from: "home"))
            try await town.settle()
            try expectOne(
                town, wearing: ["No-show", "No-show (Booking ID: BKNG-A)", "Completed (Booking ID: BKNG-B)"])
        }
    }

    @Test func `a person of Zen Planner's without a last name and a booking of that name are one`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("zp-1", ["lastName": "", "firstName": "Ana", "email": "ana@example.org"]))
            try await town.settle()
            var booking = BookingMessage.of("scheduled", at: 0)
            (booking.name, booking.email) = ("Ana", "ana@example.org")
            try await town.acceptBooking(booking)
            try await town.accept(
                person("zp-1", ["lastName": "", "firstName": "Ana", "email": "ana@example.org", "status": "Alumni"]))
            try await town.settle()
            try expectOne(
                town, wearing: ["ZP Status: Alumni", "Scheduled", "Scheduled (Booking ID: BKNG-A)"])
            let jobs = try await town.get("/api/jobs?state=done").list
            #expect(Set(jobs.compactMap { $0["attempts"] as? Int }) == [1], "to make way is no try: \(jobs)")
        }
    }

    @Test(arguments: [false, true])
    func `a contact without an id goes to one of two namesakes, and the other gets their own`(
        isImported: Bool
    ) async throws {
        try await ServiceHarness.with { town in
            plant(town)
            let same = ["firstName": "Carrie", "lastName": "Customer", "email": "carrie@home.example"]
            let people = [("7", "Student", "303-555-0107"), ("8", "Alumni", "303-555-0108")]
                .map { person($0, same.merging(["status": $1, "mobilePhone": $2]) { $1 }) }
            if isImported {
                let rows = [
                    "rows": people.map { $0.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "&") }
                ]
                let body = String(decoding: try JSONEncoder().encode(rows), as: UTF8.self)
                let answer = try await town.ask(
                    "POST", town.admin + "/api/gyms/downtown/people", body: body,
                    headers: ["Content-Type": "application/json"])
                try #require(answer.status < 300, "\(answer.text)")
            } else {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for person in people { group.addTask { try await town.accept(person) } }
                    try await group.waitForAll()
                }
            }
            try await town.settle()
            let worn = town.contacts().map { town.worn(by: $0) }
            #expect(worn.count == 2)
            #expect(Set(worn) == [["ZP Status: Student"], ["ZP Status: Alumni"]])
            #expect(town.overlaps == 0)
            for person in people { try await town.accept(person) }
            try await town.settle()
            let listed = try await town.get("/api/attention").text
            for id in ["7", "8"] { #expect(listed.contains("Zen Planner ID \(id)"), "\(listed)") }
        }
    }

    @Test func `one booking and two people of its name and address are two contacts, the booking one's`() async throws {
        try await ServiceHarness.with { town in
            var booking = BookingMessage.of("scheduled", at: 0)
            (booking.name, booking.email) = ("Carrie Customer", "carrie@home.example")
            let same = ["firstName": "Carrie", "lastName": "Customer", "email": "carrie@home.example"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [booking] in try await town.acceptBooking(booking) }
                for (id, status) in [("7", "Student"), ("8", "Alumni")] {
                    group.addTask {
                        try await town.accept(person(id, same.merging(["status": status]) { $1 }))
                    }
                }
                try await group.waitForAll()
            }
            try await town.reopen()
            try await town.settle()
            let worn = town.contacts().map { town.worn(by: $0) }
            #expect(worn.count == 2, "\(worn)")
            #expect(worn.count { $0.contains("Scheduled") } == 1, "\(worn)")
            for status in ["Student", "Alumni"] {
                #expect(worn.count { $0.contains("ZP Status: \(status)") } == 1, "\(worn)")
            }
            #expect(worn.allSatisfy { $0.count { $0.hasPrefix("ZP Status") } == 1 }, "\(worn)")
            #expect(town.overlaps == 0)
        }
    }

    /// Keap, asked to avoid duplicates, would take the second for the first.
    @Test func `two people of one name and address stay two, though Keap's search is behind`() async throws {
        var quirks = Quirks()
        quirks.searchLagInMilliseconds = 60_000
        try await ServiceHarness.with(quirks: quirks) { town in
            let same = ["firstName": "Ana", "lastName": "Ruiz", "email": "family@example.org"]
            for (id, status) in [("zp-1", "Student"), ("zp-2", "Alumni")] {
                try await town.accept(person(id, same.merging(["status": status]) { $1 }))
                try await town.settle()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in ["zp-3", "zp-4", "zp-5"] {
                    group.addTask { try await town.accept(person(id, same.merging(["status": "Prospect"]) { $1 })) }
                }
                try await group.waitForAll()
            }
            try await town.settle()
            let worn = town.contacts().map { town.worn(by: $0) }
            #expect(worn.count == 5)
            for (status, count) in [("Student", 1), ("Alumni", 1), ("Prospect", 3)] {
                #expect(worn.filter { $0 == ["ZP Status: \(status)"] }.count == count, "\(worn)")
            }
            #expect(town.overlaps == 0)
        }
    }

    @Test func `whichever of two comes to Keap first, that is so`() async throws {
        var quirks = Quirks()
        quirks.searchLagInMilliseconds = 60_000
        try await ServiceHarness.with(quirks: quirks) { town in
            let pairs = 16
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<(2 * pairs) {
                    let same = ["email": "family\(number / 2)@example.org"]
                    group.addTask { try await town.accept(person("zp-\(number)", same)) }
                }
                try await group.waitForAll()
            }
            try await town.settle()
            #expect(town.contacts().count == 2 * pairs)
        }
    }

    private func expectOne(
        _ town: ServiceHarness, wearing tags: Set<String>, at place: SourceLocation = #_sourceLocation
    ) throws {
        let contacts = town.contacts()
        #expect(contacts.count == 1, sourceLocation: place)
        #expect(town.worn(by: try #require(contacts.first)) == tags, sourceLocation: place)
        #expect(town.overlaps == 0, sourceLocation: place)
    }
}
