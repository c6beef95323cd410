import Foundation
import KeapSimulator
import Testing

@testable import LockstepService

/// Keap knows what a new or restored journal does not, and things that we rely on are deleted in Keap.
struct ForgottenTests {
    private func rest(_ path: String...) -> [String] { ["accounts", "KeapAK-one", "rest"] + path }

    private func appointments(_ town: ServiceHarness) -> [[String: Any]] {
        town.keap("GET", rest("v1", "appointments"))["appointments"] as? [[String: Any]] ?? []
    }

    private func contact(_ town: ServiceHarness, _ email: String) throws -> [String: Any] {
        try #require(town.contacts().first { WrittenKindsTests.text("email", of: $0) == email })
    }

    private static func timed(_ message: BookingMessage, day: Int) -> BookingMessage {
        var timed = message
        timed.more =
            #","starting_time":"2026-04-0\#(day)T15:00:00Z","duration_minutes":30,"subject":"Intro""#
        return timed
    }

    // MARK: Appointments

    static let later: [(message: BookingMessage, starts: [String])] = [
        (timed(.of("rescheduled", at: 10, by: "customer"), day: 1), ["2026-04-01"]),
        (timed(.of("rescheduled", at: 10, by: "customer"), day: 8), ["2026-04-08"]),
        (timed(.of("rescheduled", at: 10, by: "user"), day: 2), ["2026-04-02"]),
        (timed(.of("reassigned", at: 10, status: "scheduled"), day: 1), ["2026-04-01"]),
        (timed(.of("reassigned", at: 10, status: "rescheduled"), day: 3), ["2026-04-03"]),
        (timed(.of("canceled", at: 10, by: "customer"), day: 1), []),
        (timed(.of("canceled", at: 10, by: "user"), day: 1), []),
        (timed(.of("canceled_reschedule_requested", at: 10), day: 1), []),
        (timed(.of("completed", at: 10), day: 1), ["2026-04-01"]),
        (timed(.of("no_show", at: 10), day: 1), ["2026-04-01"]),
        (timed(.of("rescheduled", "BKNG-B", at: 10, by: "customer", other: "BKNG-A"), day: 4), ["2026-04-04"]),
        (
            timed(.of("canceled_then_rescheduled", "BKNG-B", at: 10, status: "scheduled", other: "BKNG-A"), day: 5),
            ["2026-04-05"]
        ),
    ]

    @Test(.timeLimit(.minutes(30)), arguments: later)
    func `after the memory is lost, a later event of a booking makes no second appointment`(
        _ message: BookingMessage, _ starts: [String]
    ) async throws {
        try await ServiceHarness.with { town in
            try await town.acceptBooking(Self.timed(.of("scheduled", at: 0), day: 1))
            try await town.settle()
            #expect(appointments(town).count == 1)
            try await town.reopen(isForgetful: true)
            try await town.acceptBooking(message)
            try await town.settle()
            let days = appointments(town).compactMap { ($0["start_date"] as? String)?.prefix(10) }.map(String.init)
            #expect(days == starts, "\(message.type)")
            #expect(town.contacts().count == 1)
            // Of each booking and of all together, the contact has one tag.
            let worn = town.worn(by: try contact(town, "carrie@example.net"))
            #expect(worn.count { !$0.contains("Booking ID") } == 1, "\(worn)")
            #expect(worn.count { $0.contains("Booking ID: BKNG-A)") } == 1, "\(worn)")
            #expect(worn.count == (message.other.isEmpty ? 2 : 3), "\(worn)")

            let calls = town.calls
            #expect(try await town.book(message).status == 200)
            try await town.settle()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `another booking of the same person keeps its appointment`() async throws {
        try await ServiceHarness.with { town in
            try await town.acceptBooking(Self.timed(.of("scheduled", "BKNG-A", at: 0), day: 1))
            try await town.acceptBooking(Self.timed(.of("scheduled", "BKNG-AB", at: 1), day: 1))
            try await town.settle()
            try await town.reopen(isForgetful: true)
            try await town.acceptBooking(Self.timed(.of("rescheduled", "BKNG-A", at: 10, by: "customer"), day: 8))
            try await town.settle()
            let days = appointments(town).compactMap { ($0["start_date"] as? String)?.prefix(10) }.map(String.init)
            #expect(days.sorted() == ["2026-04-01", "2026-04-08"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `in an ordinary life no appointment is searched for`() async throws {
        try await ServiceHarness.with { town in
            try await town.acceptBooking(Self.timed(.of("scheduled", at: 0), day: 1))
            try await town.settle()
            let calls = town.calls
            try await town.acceptBooking(Self.timed(.of("rescheduled", at: 10, by: "customer"), day: 8))
            try await town.settle()
            let paths = town.keap("GET", ["audit", "requests"])["requests"] as? [[String: Any]] ?? []
            let lists = paths.suffix(max(0, town.calls - calls)).filter {
                $0["method"] as? String == "GET" && ($0["path"] as? String)?.contains("appointments") == true
            }
            #expect(lists.isEmpty)
        }
    }

    // MARK: Names

    static let programs = [
        "Kids & Teens", "Men's Boxing", "\"Little\" Dragons", "A < B", "R&B; Soul", "Tom & Jerry's", "50 &amp; over",
        "AT&T",
        "Mums & Dads & Kids", "&", "Yoga &copy;", "O'Neil's \"Best\" & <Only>",
    ]

    @Test(.timeLimit(.minutes(30)))
    func `a program whose tags come back escaped is renamed after the memory was lost`() async throws {
        var quirks = Quirks()
        quirks.escapesNames = true
        for program in Self.programs {
            try await ServiceHarness.with(quirks: quirks) { town in
                let list = String(
                    decoding: try JSONSerialization.data(withJSONObject: [["name": program, "status": "CURRENT"]]),
                    as: UTF8.self)
                try await town.accept(person("7", ["programs": list]))
                try await town.settle()
                try await town.reopen(isForgetful: true)
                try await town.accept(["event": "program.renamed", "oldName": program, "newName": "New & Better"])
                try await town.settle()
                #expect(town.tagNames() == ["ZP Status: Student", "ZP Program: New & Better - CURRENT"], "\(program)")

                let renamed = list.replacing(program.jsonEscaped, with: "New & Better")
                try await town.accept(person("7", ["programs": renamed]))
                try await town.settle()
                #expect(town.tagNames().count == 2, "\(program)")
                let calls = town.calls
                try await town.accept(person("7", ["programs": renamed]))
                try await town.settle()
                #expect(town.calls == calls)
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a renaming that finds no tag says so`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7"))
            try await town.accept(["event": "program.renamed", "oldName": "Nothing", "newName": "Something"])
            try await town.settle()
            let notes = try await town.get("/api/attention").list
            #expect(notes.contains { ($0["note"] as? String)?.contains("nothing was renamed") == true })
        }
    }

    // MARK: Deleted in Keap

    private func deleteCustomField(_ label: String, _ town: ServiceHarness) throws {
        let model = town.keap("GET", rest("v2", "contacts", "model"))["custom_fields"] as? [[String: Any]] ?? []
        let field = try #require(model.first { $0["label"] as? String == label }?["id"] as? String)
        _ = town.keap("DELETE", rest("v2", "contacts", "model", "customFields", field))
    }

    private func deleteCategory(_ name: String, _ town: ServiceHarness) throws {
        let categories = town.keap("GET", rest("v2", "tags", "categories"))["tag_categories"] as? [[String: Any]] ?? []
        let category = try #require(categories.first { $0["name"] as? String == name }?["id"] as? String)
        _ = town.keap("DELETE", rest("v2", "tags", "categories", category))
    }

    private func custom(_ label: String, of contact: [String: Any], _ town: ServiceHarness) -> String? {
        let model = town.keap("GET", rest("v2", "contacts", "model"))["custom_fields"] as? [[String: Any]] ?? []
        let id = model.first { $0["label"] as? String == label }?["id"] as? String
        let contents = contact["custom_fields"] as? [[String: Any]] ?? []
        return contents.first { $0["id"] as? String == id }?["content"] as? String
    }

    private func isDelivered(_ town: ServiceHarness) async throws -> Bool {
        try await town.settle()
        let dead = try await town.get("/api/jobs?state=dead").list
        for job in dead { Issue.record("\(job["reason"] ?? "")") }
        return dead.isEmpty
    }

    @Test(.timeLimit(.minutes(30)), arguments: ["Zen Planner ID", "Signup Date", "Prospect Source"])
    func `a custom field that was deleted is made again, and filled again`(_ label: String) async throws {
        try await ServiceHarness.with { town in
            let all = ["signupDate": "2026-02-14", "prospectSource": "Web"]
            for id in ["7", "8"] { try await town.accept(person(id, all)) }
            #expect(try await isDelivered(town))
            try deleteCustomField(label, town)
            // Whoever comes first finds it out: a change of another field, and a new person.
            try await town.accept(person("7", ["signupDate": "2026-03-15", "prospectSource": "Friend"]))
            try await town.accept(person("9", all))
            #expect(try await isDelivered(town))
            try await town.accept(person("8", ["firstName": "Bea"]))
            #expect(try await isDelivered(town))

            let values = [
                "Zen Planner ID": ["7", "8", "9"], "Signup Date": ["2026-03-15", "2026-02-14", "2026-02-14"],
                "Prospect Source": ["Friend", "Web", "Web"],
            ]
            for (number, id) in ["7", "8", "9"].enumerated() {
                let holder = try contact(town, "\(id)@example.org")
                for (label, texts) in values {
                    #expect(custom(label, of: holder, town) == texts[number], "\(label) of \(id)")
                }
            }
            #expect(town.contacts().count == 3)
            let calls = town.calls
            try await town.accept(person("8", ["firstName": "Bea"]))
            #expect(try await isDelivered(town))
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a tag category that was deleted is made again, by a crowd only once`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7"))
            #expect(try await isDelivered(town))
            try deleteCategory("Zen Planner", town)
            for id in 8..<20 { try await town.accept(person("\(id)", ["status": "Status \(id)"])) }
            #expect(try await isDelivered(town))
            for id in 8..<20 {
                #expect(town.worn(by: try contact(town, "\(id)@example.org")) == ["ZP Status: Status \(id)"])
            }
            let categories =
                town.keap("GET", rest("v2", "tags", "categories"))["tag_categories"] as? [[String: Any]] ?? []
            #expect(categories.filter { $0["name"] as? String == "Zen Planner" }.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `everything at once that was deleted is made again`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7", ["signupDate": "2026-02-14"]))
            try await town.acceptBooking(Self.timed(.of("scheduled", at: 0), day: 1))
            #expect(try await isDelivered(town))
            for category in ["Zen Planner", "OnceHub"] { try deleteCategory(category, town) }
            for label in ["Zen Planner ID", "Signup Date", "Prospect Source"] { try deleteCustomField(label, town) }
            for tag in town.keap("GET", ["accounts", "KeapAK-one", "tags"])["tags"] as? [[String: Any]] ?? [] {
                _ = town.keap("DELETE", rest("v2", "tags", tag["id"] as? String ?? ""))
            }
            for contact in town.contacts() {
                _ = town.keap("DELETE", rest("v2", "contacts", contact["id"] as? String ?? ""))
            }
            #expect(town.contacts().isEmpty && town.tagNames().isEmpty)
            try await town.accept(["personId": "7", "status": "Alumni"])
            try await town.acceptBooking(Self.timed(.of("rescheduled", at: 10, by: "customer"), day: 3))
            #expect(try await isDelivered(town))
            #expect(town.worn(by: try contact(town, "7@example.org")) == ["ZP Status: Alumni"])
            #expect(
                town.worn(by: try contact(town, "carrie@example.net")) == [
                    "Rescheduled by Customer", "Rescheduled by Customer (Booking ID: BKNG-A)",
                ])
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: ["recreate", "leave"])
    func `a deleted contact of whom only the status changes is made again, where the gym wants that`(
        _ choice: String
    ) async throws {
        let gym = ServiceHarness.Gym(more: #""sync": {"onDeleted": "\#(choice)"}"#)
        try await ServiceHarness.with([gym]) { town in
            try await town.accept(person("7", ["city": "Denver", "state": "CO"]))
            #expect(try await isDelivered(town))
            let before = try contact(town, "7@example.org")
            _ = town.keap("DELETE", rest("v2", "contacts", before["id"] as? String ?? ""))
            try await town.accept(["personId": "7", "status": "Alumni"])
            #expect(try await isDelivered(town))
            guard choice == "recreate" else {
                #expect(town.contacts().isEmpty)
                return
            }
            let after = try contact(town, "7@example.org")
            for field in ["firstName", "lastName", "mobilePhone", "city", "state"] {
                #expect(WrittenKindsTests.text(field, of: after) == WrittenKindsTests.text(field, of: before))
            }
            #expect(town.worn(by: after) == ["ZP Status: Alumni"])
            let calls = town.calls
            try await town.accept(["personId": "7", "status": "Alumni"])
            try await town.accept(person("7", ["city": "Denver", "state": "CO", "status": "Alumni"]))
            #expect(try await isDelivered(town))
            #expect(town.calls == calls)
        }
    }

    // MARK: Lists that shift, gyms that share, people known already

    @Test(.timeLimit(.minutes(30)))
    func `an import asks Keap once more before it makes a contact that a list may have hidden`() async throws {
        // The unit's own tests let the list shift; here the whole import runs beside deletions.
        try await ServiceHarness.with { town in
            for number in 0..<60 {
                let json =
                    #"{"given_name": "P\#(number)", "family_name": "Ruiz", "email_addresses": [{"field": "EMAIL1", "email": "p\#(number)@example.org"}]}"#
                _ = town.keap("POST", ["accounts", "KeapAK-one", "contacts"], json)
            }
            let rows = (0..<60).map {
                "personId=\($0)&First+Name=P\($0)&Last+Name=Ruiz&Email=p\($0)%40example.org&Status=Student"
            }
            let body = String(decoding: try JSONSerialization.data(withJSONObject: ["rows": rows]), as: UTF8.self)
            for _ in 0..<2 {
                let answer = try await town.ask(
                    "POST", town.admin + "/api/gyms/downtown/people", body: body,
                    headers: ["Content-Type": "application/json"])
                #expect(answer.status == 202)
                try await town.settle()
            }
            #expect(town.contacts().count == 60)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `two gyms of one account never take each other's tags, IDs or memory`() async throws {
        let settings = #"""
            "sync": {"tags": {"status": "UP Status: {status}", "program": "UP Program: {program} - {status}", "category": "Uptown"},
                     "customFields": {"zenPlannerID": "Uptown ID", "signupDate": "Uptown Signup", "prospectSource": "Uptown Source"}}
            """#
        let downtown = ServiceHarness.Gym()
        let uptown = ServiceHarness.Gym(id: "uptown", token: "token-of-uptown", more: settings, onceHub: nil)
        try await ServiceHarness.with([downtown, uptown]) { town in
            try await town.accept(person("7", ["email": "ana@example.org"]), to: downtown)
            try await town.accept(
                person("7", ["firstName": "Ben", "email": "ben@example.org", "status": "Coach"]), to: uptown)
            // One person in both.
            try await town.accept(person("8", ["email": "both@example.org"]), to: downtown)
            try await town.settle()
            try await town.accept(person("21", ["email": "both@example.org", "status": "Guest"]), to: uptown)
            try await town.settle()
            #expect(town.worn(by: try contact(town, "ana@example.org")) == ["ZP Status: Student"])
            #expect(town.worn(by: try contact(town, "ben@example.org")) == ["UP Status: Coach"])
            let both = town.contacts().filter { WrittenKindsTests.text("email", of: $0) == "both@example.org" }
            #expect(Set(both.flatMap { town.worn(by: $0) }) == ["ZP Status: Student", "UP Status: Guest"])

            // The end of one gym's program, its statuses and a resync touch nothing of the other's.
            try await town.accept(person("7", ["email": "ana@example.org", "status": "Alumni"]), to: downtown)
            try await town.settle()
            for gym in ["downtown", "uptown"] { #expect(try await town.post("/api/resync?gym=\(gym)").status == 202) }
            try await town.settle()
            #expect(town.worn(by: try contact(town, "ana@example.org")) == ["ZP Status: Alumni"])
            #expect(town.worn(by: try contact(town, "ben@example.org")) == ["UP Status: Coach"])
            #expect(custom("Uptown ID", of: try contact(town, "ben@example.org"), town) == "7")
            #expect(custom("Zen Planner ID", of: try contact(town, "ana@example.org"), town) == "7")
            let calls = town.calls
            try await town.accept(
                person("7", ["firstName": "Ben", "email": "ben@example.org", "status": "Coach"]), to: uptown)
            try await town.accept(person("7", ["email": "ana@example.org", "status": "Alumni"]), to: downtown)
            try await town.settle()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an import's preview counts who is known already, and changes nothing`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("7", ["email": "ana@example.org"]))
            try await town.settle()
            let calls = town.calls
            let rows = [
                "personId=7.0&First+Name=A", "First+Name=Ana&Last+Name=RUIZ&Email=ANA%40example.org",
                "personId=8&First+Name=B",
                "nothing=1",
            ]
            let body = String(decoding: try JSONSerialization.data(withJSONObject: ["rows": rows]), as: UTF8.self)
            func ask(_ query: String) async throws -> ServiceHarness.Answer {
                try await town.ask(
                    "POST", town.admin + "/api/gyms/downtown/people" + query, body: body,
                    headers: ["Content-Type": "application/json"])
            }
            let answer = try await ask("?preview=true")
            #expect(answer.status == 200)
            #expect(answer.object["known"] as? Int == 2 && answer.object["people"] as? Int == 3, "\(answer.text)")
            #expect(try await ask("?preview=perhaps").status == 400)
            try await town.settle()
            #expect(town.calls == calls && town.contacts().count == 1)
        }
    }
}

extension String {
    fileprivate var jsonEscaped: String {
        let data = try? JSONSerialization.data(withJSONObject: [self])  // a list of one text always encodes
        return String(decoding: data ?? Data(), as: UTF8.self).dropFirst(2).dropLast(2).description
    }
}
