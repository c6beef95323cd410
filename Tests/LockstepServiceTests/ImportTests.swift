import Foundation
import Testing

@testable import LockstepService

/// Rows of a report, handed over at the operator's door.
struct ImportTests {
    private func row(_ name: String, _ more: String = "") -> String {
        "First+Name=\(name)&Last+Name=Ruiz&Email=\(name)%40example.org&Status=Student\(more)"
    }

    private func send(_ rows: [String], to town: ServiceHarness, gym: String = "downtown") async throws
        -> ServiceHarness.Answer
    {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: ["rows": rows]), as: UTF8.self)
        return try await town.ask(
            "POST", town.admin + "/api/gyms/\(gym)/people", body: body, headers: ["Content-Type": "application/json"])
    }

    @Test(.timeLimit(.minutes(30)))
    func `people of a report become contacts, with one search for all of them`() async throws {
        try await ServiceHarness.with { town in
            let rows = (1...40).map { row("p\($0)") }
            let answer = try await send(rows, to: town)
            #expect(answer.status == 202)
            #expect(answer.object["accepted"] as? Int == 40)
            try await town.settle()

            #expect(town.contacts().count == 40)
            for contact in town.contacts() { #expect(town.worn(by: contact) == ["ZP Status: Student"]) }
            let calls = town.keap("GET", ["audit"])["byEndpoint"] as? [String: Int] ?? [:]
            #expect(calls["POST /v2/contacts"] == 40)
            #expect(calls["GET /v2/contacts"] ?? 0 <= 5, "pages, not searches: \(calls)")

            let before = town.calls
            #expect(try await send(rows, to: town).status == 202)
            try await town.settle()
            #expect(town.calls == before, "importing again changes nothing")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a row without an id shares the contact of the person who came with one`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept([
                "personId": "zp-1", "firstName": "ana", "lastName": "Ruiz", "email": "ana@example.org",
                "status": "Prospect",
            ])
            try await town.settle()
            #expect(try await send([row("ana")], to: town).status == 202)
            try await town.settle()

            let contact = try #require(town.contacts().first)
            #expect(town.contacts().count == 1)
            #expect(town.worn(by: contact) == ["ZP Status: Student"])
            let fields = contact["custom_fields"] as? [[String: Any]] ?? []
            #expect(fields.contains { $0["content"] as? String == "zp-1" }, "the id stays")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a person who is in a file twice ends as the later row says`() async throws {
        try await ServiceHarness.with { town in
            _ = try await send([row("ana"), row("bo"), row("ana", "&Birth+Date=2001-02-03")], to: town)
            try await town.settle()
            #expect(town.contacts().count == 2)
            #expect(town.contacts().contains { $0["birth_date"] as? String == "2001-02-03" })
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a row that cannot be kept is named with its number and a reason, and costs no other row`() async throws {
        try await ServiceHarness.with { town in
            let long = String(repeating: "x", count: 1_100)
            let huge = String(repeating: "y", count: 200_000)
            let rows = [
                row("ana"), "First+Name=Bo&Status=Student", row(long), "%zz", row("cy", "&Zen+Planner+ID=\(long)"),
                row(huge), "", "First+Name=\"\"&Last+Name=%22%0A%22&Email=\(long)", row("di"),
            ]
            let answer = try await send(rows, to: town)
            #expect(answer.status == 202)
            let refused = answer.object["refused"] as? [[String: Any]] ?? []
            #expect(refused.compactMap { $0["row"] as? Int } == [2, 3, 4, 6, 7, 8])
            #expect(refused.allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
            #expect((refused.first?["reason"] as? String)?.contains("lastName is missing") == true)
            #expect(answer.object["accepted"] as? Int == rows.count - refused.count)
            try await town.settle()
            let names = Set(town.contacts().compactMap { $0["given_name"] as? String })
            #expect(names.isSuperset(of: ["ana", "di"]))
            // The same again ends as it did, and the service is there.
            #expect(try await send(rows, to: town).object["accepted"] as? Int == rows.count - refused.count)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what is no batch is refused with a sentence, and nothing of it is taken`() async throws {
        try await ServiceHarness.with { town in
            #expect(try await send([row("ana")], to: town, gym: "nowhere").status == 404)
            #expect(try await send(Array(repeating: row("ana"), count: 1_001), to: town).status == 413)
            let shapeless = try await town.ask("POST", town.admin + "/api/gyms/downtown/people", body: "[]")
            #expect(shapeless.status == 400)
            try await town.settle()
            #expect(town.contacts().isEmpty)
        }
    }
}
