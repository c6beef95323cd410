import Foundation
import Testing

@testable import LockstepService

/// Values as people write them, through the whole service.
struct WrittenValueDeliveryTests {
    private func post(
        _ body: [UInt8], _ town: ServiceHarness, type: String = "application/x-www-form-urlencoded"
    ) async throws -> ServiceHarness.Answer {
        try await town.ask(
            "POST", "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown",
            body: String(decoding: body, as: UTF8.self), headers: ["Content-Type": type])
    }

    private func attention(_ town: ServiceHarness) async throws -> [[String: Any]] {
        try await town.get("/api/attention").list
    }

    private func importRows(_ rows: [String], _ town: ServiceHarness) async throws -> ServiceHarness.Answer {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: ["rows": rows]), as: UTF8.self)
        return try await town.ask(
            "POST", town.admin + "/api/gyms/downtown/people", body: body, headers: ["Content-Type": "application/json"])
    }

    @Test(.timeLimit(.minutes(30)))
    func `an id is one person in every spelling, and a spelling costs no call`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("1205", ["email": "ana@example.org"]))
            try await town.settle()
            let calls = town.calls
            for id in [
                "1205.0", "01205", "1,205", "\u{FEFF}1205", "{1205}", "\"1205\"", "１２０５", "1205\u{200E}", " 1205",
            ] {
                try await town.accept(person(id, ["email": "ana@example.org"]))
            }
            try await town.settle()
            #expect(town.contacts().count == 1)
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `values that cannot be used cost nothing else, overwrite nothing and are listed`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7", ["birthDate": "2014-07-09", "mobilePhone": "303-555-0101"]))
            try await town.settle()
            let bad = [
                "birthDate": "0000-00-00", "mobilePhone": "1.30356E+10", "status": "-", "programs": "Boxing",
                "city": "none",
                "zip": "#####", "firstName": "Anita",
            ]
            try await town.accept(person("7", bad))
            try await town.settle()

            let contact = try #require(town.contacts().first)
            #expect(contact["birth_date"] as? String == "2014-07-09")
            #expect(contact["given_name"] as? String == "Anita")
            #expect(town.worn(by: contact) == ["ZP Status: Student"])
            let notes = try await attention(town)
            for (field, value) in bad where field != "firstName" {
                #expect(
                    notes.contains { $0["field"] as? String == field && $0["value"] as? String == value }, "\(field)")
            }
            #expect(notes.allSatisfy { ($0["person"] as? String)?.contains("7") == true })

            let calls = town.calls
            try await town.accept(person("7", bad))
            try await town.settle()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a row without an id writes the fields of a person whose id a web hook told`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7", ["email": "ana@example.org"]))
            try await town.settle()
            let row = "First+Name=Ana&Last+Name=Ruiz&Email=ana%40example.org&Birth+Date=2014-07-09&Status=Alumni"
            #expect(try await importRows([row], town).status == 202)
            try await town.settle()

            let contact = try #require(town.contacts().first)
            #expect(town.contacts().count == 1)
            #expect(contact["birth_date"] as? String == "2014-07-09")
            #expect(town.worn(by: contact) == ["ZP Status: Alumni"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `fields that are not known are listed once for the gym`() async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "8"] {
                let form = "personId=\(id)&email=p\(id)%40example.org&lastName=Ruiz&belt=blue&shoe[size]=9"
                #expect(try await post(Array(form.utf8), town).status == 202)
            }
            try await town.settle()
            let fields = try await attention(town).compactMap { $0["field"] as? String }
            #expect(fields.filter { $0 == "belt" } == ["belt"])
            #expect(fields.filter { $0 == "shoe.size" } == ["shoe.size"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `brackets, wrappers and half characters are understood end to end`() async throws {
        try await ServiceHarness.with { town in
            let form =
                "person[personId]=7&person[email]=%3Cana@example.org%3E&person[lastName]=O%92Brien"
                + "&person[programs][0][name]=Boxing&person[programs][0][status]=CURRENT&person[address][city]=Denver"
            #expect(try await post(Array(form.utf8), town).status == 202)
            let json = #"{"personId": 8, "email": "bo@example.org", "firstName": "Ana \ud83d", "lastName": false}"#
            #expect(try await post(Array(json.utf8), town, type: "application/json").status == 202)
            try await town.settle()

            let contacts = town.contacts()
            let ana = try #require(contacts.first { $0["family_name"] as? String == "O’Brien" })
            #expect(town.worn(by: ana) == ["ZP Program: Boxing - CURRENT"])
            #expect(contacts.contains { ($0["given_name"] as? String)?.hasPrefix("Ana") == true })
            #expect(!contacts.contains { $0["family_name"] as? String == "false" })
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an id of over a kilobyte is kept as a dead letter that says so`() async throws {
        try await ServiceHarness.with { town in
            let job = try await town.accept(person(String(repeating: "x", count: 2_000)))
            #expect(try await town.state(of: job) == "dead")
            #expect((try await town.job(job)["reason"] as? String)?.contains("longer than 255") == true)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a value of a field that the gym ignores is not missed`() async throws {
        let gym = ServiceHarness.Gym(more: #""sync": {"policies": {"birthDate": "ignore"}}"#)
        try await ServiceHarness.with([gym]) { town in
            try await town.accept(person("7", ["birthDate": "soon"]))
            try await town.settle()
            #expect(town.contacts().count == 1)
            #expect(try await attention(town).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `one program of a list that cannot be read leaves the tags of the others`() async throws {
        try await ServiceHarness.with { town in
            let both = #"[{"name": "Kids", "status": "CURRENT"}, {"name": "Yoga", "status": "CURRENT"}]"#
            try await town.accept(person("7", ["programs": both]))
            try await town.settle()
            try await town.accept(person("7", ["programs": #"[{"name": "Kids", "status": "HOLD"}, {"name": "Yoga"}]"#]))
            try await town.settle()
            let contact = try #require(town.contacts().first)
            #expect(
                town.worn(by: contact) == [
                    "ZP Status: Student", "ZP Program: Kids - HOLD", "ZP Program: Yoga - CURRENT",
                ])
        }
    }
}
