import Foundation
import Testing

@testable import LockstepService

/// What is believed about Keap is renewed, on the running service and after a backup was restored.
struct ResyncTests {
    private func downtown(_ path: String...) -> [String] { ["accounts", "KeapAK-one", "rest", "v2"] + path }

    /// As a person does it in Keap.
    private func changeByHand(_ contact: [String: Any], _ town: ServiceHarness, lastName: String) {
        _ = town.keap(
            "PATCH", downtown("contacts", contact["id"] as? String ?? ""), #"{"family_name": "\#(lastName)"}"#)
    }

    private func tagID(_ name: String, _ town: ServiceHarness) throws -> String {
        let tags = town.keap("GET", ["accounts", "KeapAK-one", "tags"])["tags"] as? [[String: Any]] ?? []
        return try #require(tags.first { $0["name"] as? String == name }?["id"] as? String)
    }

    private func takeOff(_ tag: String, _ contact: [String: Any], _ town: ServiceHarness) throws {
        _ = town.keap(
            "POST", downtown("tags", "\(try tagID(tag, town))", "contacts:removeTags"),
            #"{"contact_ids": ["\#(contact["id"] as? String ?? "")"]}"#)
    }

    private func contact(_ town: ServiceHarness, _ email: String) throws -> [String: Any] {
        try #require(
            town.contacts().first { contact in
                (contact["email_addresses"] as? [[String: Any]] ?? []).contains { $0["email"] as? String == email }
            })
    }

    private func resync(_ query: String, _ town: ServiceHarness) async throws {
        let answer = try await town.post("/api/resync?\(query)")
        #expect(answer.status == 202, "\(answer.text)")
        try await town.settle()
    }

    @Test(.timeLimit(.minutes(30)), arguments: ["person=7", "contact=", ""])
    func `a person, a contact or a gym is put right, and then costs nothing`(_ subject: String) async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "8", "9", "10", "11", "12"] { try await town.accept(person(id)) }
            try await town.settle()
            let ana = try contact(town, "7@example.org")
            changeByHand(ana, town, lastName: "Byhand")
            try takeOff("ZP Status: Student", ana, town)

            let calls = town.calls
            let query = subject == "contact=" ? "contact=\(ana["id"] as? String ?? "")" : subject
            try await resync("gym=downtown" + (query.isEmpty ? "" : "&" + query), town)
            let after = try contact(town, "7@example.org")
            #expect(after["family_name"] as? String == "Ruiz")
            #expect(town.worn(by: after) == ["ZP Status: Student"])
            // A list or nothing, the contact, its tag, its name.
            #expect(town.calls - calls <= 4)

            let quiet = town.calls
            for id in ["7", "8", "9", "10", "11", "12"] { try await town.accept(person(id)) }
            try await town.settle()
            #expect(town.calls == quiet)
            #expect(town.contacts().count == 6)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `of a tag, those who should wear it and no others do`() async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "8"] { try await town.accept(person(id)) }
            try await town.accept(person("9", ["status": "Alumni"]))
            try await town.settle()
            try takeOff("ZP Status: Student", try contact(town, "7@example.org"), town)
            let other = try contact(town, "9@example.org")
            _ = town.keap(
                "POST", downtown("tags", try tagID("ZP Status: Student", town), "contacts:applyTags"),
                #"{"contact_ids": ["\#(other["id"] as? String ?? "")"]}"#)
            #expect(town.worn(by: try contact(town, "9@example.org")).count == 2)

            try await resync("gym=downtown&tag=zp%20status:%20student", town)
            #expect(town.worn(by: try contact(town, "7@example.org")) == ["ZP Status: Student"])
            #expect(town.worn(by: try contact(town, "8@example.org")) == ["ZP Status: Student"])
            #expect(town.worn(by: try contact(town, "9@example.org")) == ["ZP Status: Alumni"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a tag that was deleted in Keap is made again for all who should wear it`() async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "8"] { try await town.accept(person(id)) }
            try await town.settle()
            _ = town.keap("DELETE", downtown("tags", try tagID("ZP Status: Student", town)))
            try await resync("gym=downtown&tag=ZP%20Status:%20Student", town)
            for email in ["7@example.org", "8@example.org"] {
                #expect(town.worn(by: try contact(town, email)) == ["ZP Status: Student"])
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a contact that was deleted in Keap is made again by a resync of its gym`() async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "8", "9", "10", "11"] { try await town.accept(person(id)) }
            try await town.settle()
            _ = town.keap("DELETE", downtown("contacts", try contact(town, "8@example.org")["id"] as? String ?? ""))
            #expect(town.contacts().count == 4)
            try await resync("gym=downtown", town)
            let new = try contact(town, "8@example.org")
            #expect(town.worn(by: new) == ["ZP Status: Student"])
            #expect(town.contacts().count == 5)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a booking's contact is put right by the booking's id`() async throws {
        try await ServiceHarness.with { town in
            try await town.acceptBooking(BookingMessage())
            try await town.settle()
            let carrie = try contact(town, "carrie@example.net")
            try takeOff("Scheduled", carrie, town)
            try takeOff("Scheduled (Booking ID: BKNG-A)", carrie, town)
            try await resync("gym=downtown&booking=BKNG-A", town)
            #expect(
                town.worn(by: try contact(town, "carrie@example.net")) == [
                    "Scheduled", "Scheduled (Booking ID: BKNG-A)",
                ])
        }
    }

    @Test(
        .timeLimit(.minutes(30)),
        arguments: [
            ("", 400), ("gym=nowhere", 404), ("gym=downtown&person=99", 404), ("gym=downtown&tag=Nothing", 404),
            ("gym=downtown&person=7&tag=x", 400), ("gym=downtown&persona=7", 400), ("gym=downtown&person=", 400),
            ("gym=downtown&gym=uptown", 400),
        ])
    func `an order that cannot be carried out is refused with a sentence`(_ query: String, _ status: Int) async throws {
        try await ServiceHarness.with { town in
            let answer = try await town.post("/api/resync?\(query)")
            #expect(answer.status == status)
            #expect(answer.error.count > 10)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an order may come as a JSON object`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7"))
            try await town.settle()
            for (body, status) in [
                (#"{"gym": "downtown", "person": 7}"#, 202), (#"{"gym": "downtown", "person": ["7"]}"#, 400),
                ("[", 400),
                (#""downtown""#, 400), (#"{"gym": "downtown"}"#, 202),
            ] {
                let answer = try await town.ask("POST", town.admin + "/api/resync", body: body)
                #expect(answer.status == status, "\(body): \(answer.text)")
            }
            try await town.settle()
            #expect(try await town.get("/api/resync").status == 405)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `after a backup is restored, the next message ends with what it says`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7", ["status": "Student"]))
            try await town.accept(person("8"))
            try await town.settle()
            try town.backUp()
            try await town.accept(person("7", ["status": "Alumni"]))
            try await town.settle()
            #expect(town.worn(by: try contact(town, "7@example.org")) == ["ZP Status: Alumni"])

            try await town.restoreBackup()
            #expect(town.said.all.contains { $0.contains("restored from a copy") })
            try await town.accept(person("7", ["status": "Student"]))
            try await town.settle()
            #expect(town.worn(by: try contact(town, "7@example.org")) == ["ZP Status: Student"])

            // Renewed once: what repeats itself costs nothing, also after the next start.
            let calls = town.calls
            try await town.accept(person("7", ["status": "Student"]))
            try await town.settle()
            try await town.reopen()
            try await town.accept(person("7", ["status": "Student"]))
            try await town.settle()
            #expect(town.calls == calls)
            #expect(town.contacts().count == 2)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an ordinary restart believes what it remembers`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7"))
            try await town.settle()
            let calls = town.calls
            for _ in 0..<3 {
                try await town.reopen()
                try await town.accept(person("7"))
                try await town.settle()
            }
            #expect(town.calls == calls)
            #expect(!town.said.all.contains { $0.contains("restored") })
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `fields changed by hand go back with the next message where the gym verifies`() async throws {
        let gym = ServiceHarness.Gym(more: #""sync": {"verify": true}"#)
        try await ServiceHarness.with([gym]) { town in
            try await town.accept(person("7"))
            try await town.settle()
            changeByHand(try contact(town, "7@example.org"), town, lastName: "Byhand")
            try await town.accept(person("7"))
            try await town.settle()
            #expect(try contact(town, "7@example.org")["family_name"] as? String == "Ruiz")
            let calls = town.calls
            try await town.accept(person("7"))
            try await town.settle()
            #expect(town.calls == calls + 1)
        }
    }
}
