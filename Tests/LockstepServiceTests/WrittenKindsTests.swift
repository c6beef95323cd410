import ContactSync
import Foundation
import Testing
import ZenPlanner

@testable import LockstepService

/// Each kind of odd input through the whole service: what Keap then holds, and a second sending that costs no call.
struct WrittenKindsTests {
    /// A message about one person, what their contact then holds, and which field is listed under attention, if any.
    struct Case: CustomTestStringConvertible, Sendable {
        var sent: [String: String]
        var holds: [String: String]
        var noted: String?

        init(_ sent: [String: String], _ holds: [String: String], noted: String? = nil) {
            (self.sent, self.holds, self.noted) = (sent, holds, noted)
        }

        var testDescription: String { "\(sent)" }
    }

    static let base = [
        "firstName": "Ana", "lastName": "Ruiz", "mobilePhone": "303-555-0101", "status": "Student",
        "address1": "1 Main St", "city": "Denver", "state": "CO", "zip": "80203", "country": "USA",
    ]

    /// Sends the base and then each case to a person of its own, looks, and sends all of the cases again.
    private func check(_ cases: [Case], first: [String: String] = base) async throws {
        #expect(cases.count >= 10)
        try await ServiceHarness.with { town in
            for number in cases.indices { try await town.accept(Self.message(number, first)) }
            try await town.settle()
            for (number, item) in cases.enumerated() { try await town.accept(Self.message(number, item.sent)) }
            try await town.settle()
            let contacts = town.contacts()
            #expect(contacts.count == cases.count)
            let notes = try await town.get("/api/attention").list
            for (number, item) in cases.enumerated() {
                let contact = try #require(contacts.first { Self.text("email", of: $0) == "p\(number)@example.org" })
                for (field, value) in item.holds {
                    #expect(Self.text(field, of: contact) == value, "\(item): \(field)")
                }
                let own = notes.filter { ($0["person"] as? String)?.contains("person-\(number))") == true }
                if let noted = item.noted {
                    #expect(own.contains { $0["field"] as? String == noted }, "\(item): \(own)")
                } else {
                    #expect(own.isEmpty, "\(item): \(own)")
                }
            }
            let calls = town.calls
            for (number, item) in cases.enumerated() { try await town.accept(Self.message(number, item.sent)) }
            try await town.settle()
            #expect(town.calls == calls)
        }
    }

    private static func message(_ number: Int, _ fields: [String: String]) -> [String: String] {
        fields.merging(["personId": "person-\(number)", "email": "p\(number)@example.org"]) { own, _ in own }
    }

    /// What a contact holds, by the names of the source's fields.
    static func text(_ field: String, of contact: [String: Any]) -> String {
        func slot(_ list: String, _ name: String, _ member: String) -> String {
            let entries = contact[list] as? [[String: Any]] ?? []
            return entries.first { $0["field"] as? String == name }?[member] as? String ?? ""
        }
        switch field {
        case "firstName": return contact["given_name"] as? String ?? ""
        case "lastName": return contact["family_name"] as? String ?? ""
        case "birthDate": return contact["birth_date"] as? String ?? ""
        case "email": return slot("email_addresses", "EMAIL1", "email")
        case "mobilePhone": return slot("phone_numbers", "PHONE1", "number")
        case "address1": return slot("addresses", "BILLING", "line1")
        case "city": return slot("addresses", "BILLING", "locality")
        case "state": return slot("addresses", "BILLING", "region_code")
        case "country": return slot("addresses", "BILLING", "country_code")
        case "zip": return slot("addresses", "BILLING", "postal_code")
        case "tags": return (contact["tags"] as? [String] ?? []).sorted().joined(separator: ", ")
        default: return "?"
        }
    }

    private static let student = "ZP Status: Student"

    @Test(.timeLimit(.minutes(30)))
    func `a spreadsheet's damage is restored where its meaning is plain, else Keap keeps its value`() async throws {
        let phone = "303-555-0101"
        try await check([
            Case(["mobilePhone": "1.30356E+10"], ["mobilePhone": phone, "lastName": "Ruiz"], noted: "mobilePhone"),
            Case(["mobilePhone": "3.04E+09"], ["mobilePhone": phone], noted: "mobilePhone"),
            Case(["mobilePhone": "#######"], ["mobilePhone": phone], noted: "mobilePhone"),
            Case(["mobilePhone": "#NAME?"], ["mobilePhone": phone], noted: "mobilePhone"),
            Case(["mobilePhone": "#VALUE!"], ["mobilePhone": phone], noted: "mobilePhone"),
            Case(["mobilePhone": "'+1 303 555 0199"], ["mobilePhone": "+1 303 555 0199"]),
            Case(["mobilePhone": "=\"303-555-0199\""], ["mobilePhone": "303-555-0199"]),
            Case(["mobilePhone": "3035550199.0"], ["mobilePhone": "3035550199"]),
            Case(["zip": "2138", "state": "MA"], ["zip": "02138", "state": "US-MA"]),
            Case(["zip": "2138.0", "state": "MA"], ["zip": "02138"]),
            Case(["zip": "80203.0"], ["zip": "80203"]),
            Case(["zip": "'80204"], ["zip": "80204"]),
            Case(["zip": "80204-1234"], ["zip": "80204-1234"]),
            Case(["zip": "8.02E+04"], ["zip": "80203"], noted: "zip"),
            Case(["zip": "#####"], ["zip": "80203"], noted: "zip"),
            Case(["city": "#REF!"], ["city": "Denver"], noted: "city"),
            Case(["lastName": "#N/A"], ["lastName": "Ruiz"], noted: "lastName"),
        ])
    }

    @Test(.timeLimit(.minutes(30)))
    func `countries are read as people write them, and placeholders overwrite nothing`() async throws {
        let other = ["state": "", "zip": ""]
        try await check([
            Case(other.merging(["country": "England"]) { $1 }, ["country": "GBR"]),
            Case(other.merging(["country": "Deutschland"]) { $1 }, ["country": "DEU"]),
            Case(other.merging(["country": "U.K."]) { $1 }, ["country": "GBR"]),
            Case(other.merging(["country": "Holland"]) { $1 }, ["country": "NLD"]),
            Case(other.merging(["country": "España"]) { $1 }, ["country": "ESP"]),
            Case(["country": "U.S.A."], ["country": "USA", "state": "US-CO"]),
            Case(["country": "United States of America"], ["country": "USA"]),
            Case(["country": "N/A"], ["country": "USA"], noted: "country"),
            Case(["country": "No"], ["country": "USA"], noted: "country"),
            Case(["zip": "-"], ["zip": "80203"], noted: "zip"),
            Case(["zip": "none"], ["zip": "80203"], noted: "zip"),
            Case(["address1": "n/a"], ["address1": "1 Main St"], noted: "address1"),
            Case(["status": "-"], ["tags": Self.student], noted: "status"),
            Case(["status": "none"], ["tags": Self.student], noted: "status"),
            Case(["country": "Atlantis"], ["country": "USA"], noted: "country"),
            Case(["state": "unknown"], ["state": "US-CO"], noted: "state"),
        ])
    }

    @Test(.timeLimit(.minutes(30)))
    func `one bad value costs its field alone`() async throws {
        let first = Self.base.merging(["birthDate": "2014-07-09"]) { $1 }
        let bad = [
            "0000-00-00", "00/00/0000", "0001-01-01T00:00:00", "N/A", "-", "soon", "31/31/2014", "2014-02-30", "#####",
            "1899-12-30T00:00:00", "20140709123456",
        ]
        try await check(
            bad.map {
                Case(
                    ["birthDate": $0, "firstName": "Anita"], ["birthDate": "2014-07-09", "firstName": "Anita"],
                    noted: "birthDate")
            } + [
                Case(["birthDate": "14-Feb-2026"], ["birthDate": "2026-02-14"]),
                Case(["birthDate": "2026-02-14T00:00:00"], ["birthDate": "2026-02-14"]),
                Case(
                    ["programs": "Boxing", "firstName": "Anita"], ["firstName": "Anita", "tags": Self.student],
                    noted: "programs"),
            ], first: first)
    }

    @Test(.timeLimit(.minutes(30)))
    func `names that mean one person find one contact, however they are written`() async throws {
        let names: [(keap: String, sent: String)] = [
            ("O'Brien", "O’Brien"), ("O’Brien", "O`Brien"), ("ΣΊΣΥΦΟΣ", "Σίσυφος"), ("STRASSE", "Straße"),
            ("ﬁnn", "Finn"),
            ("Ｒｕｉｚ", "Ruiz"), ("RUIZ", "ruiz"), ("de  la Cruz", "De La Cruz"), ("İnce", "ince"),
            ("Smith–Jones", "Smith-Jones"),
            ("Jose\u{301}", "José"), ("Mu\u{200D}ller", "Muller"), ("Kids &amp; Co", "Kids & Co"),
        ]
        try await ServiceHarness.with { town in
            for (number, name) in names.enumerated() {
                let body: [String: Any] = [
                    "given_name": "Ana", "family_name": name.keap,
                    "email_addresses": [["field": "EMAIL1", "email": "p\(number)@example.org"]],
                ]
                let json = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
                _ = town.keap("POST", ["accounts", "KeapAK-one", "contacts"], json)
            }
            #expect(town.contacts().count == names.count)
            func send() async throws {
                for (number, name) in names.enumerated() {
                    try await town.accept(
                        Self.message(number, ["firstName": "Ana", "lastName": name.sent, "status": "Student"]))
                }
                try await town.settle()
            }
            try await send()
            #expect(town.contacts().count == names.count)
            for contact in town.contacts() { #expect(town.worn(by: contact) == [Self.student]) }
            let calls = town.calls
            try await send()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `ids are kept in the words in which they were written`() async throws {
        let long = String(repeating: "1234567890", count: 4)
        let ids: [(json: String, kept: String)] = [
            (long, long), (long + "1", long + "1"), ("9007199254740993", "9007199254740993"),
            ("9007199254740995.0", "9007199254740995"), ("9007199254740994", "9007199254740994"),
            ("18446744073709551616", "18446744073709551616"), (#""0x1F""#, "0x1F"), (#""1e5""#, "1e5"),
            (#""A-17""#, "A-17"), ("-7", "-7"), (#""7.5""#, "7.5"), (#""{AB12}""#, "AB12"),
        ]
        try await ServiceHarness.with { town in
            func send() async throws {
                for (number, id) in ids.enumerated() {
                    let body = #"{"personId": \#(id.json), "lastName": "Ruiz", "email": "p\#(number)@example.org"}"#
                    let answer = try await town.ask(
                        "POST", "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown", body: body,
                        headers: ["Content-Type": "application/json"])
                    #expect(answer.status == 202)
                }
                try await town.settle()
            }
            try await send()
            let kept = town.contacts().map { contact in
                (contact["custom_fields"] as? [[String: Any]] ?? []).compactMap { $0["content"] as? String }.first ?? ""
            }
            #expect(Set(kept) == Set(ids.map(\.kept)))
            #expect(kept.count == ids.count)
            let calls = town.calls
            try await send()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a member twice is refused with both values, and Keap is not asked`() async throws {
        let twice: [(json: String, values: [String])] = [
            (#""status": "Student", "status": "Alumni""#, ["Student", "Alumni"]),
            (#""personId": 99"#, ["7", "99"]), (#""person_id": "98""#, ["7", "98"]),
            (#""email": "a@example.org", "email": "b@example.org""#, ["a@example.org", "b@example.org"]),
            (#""lastName": "Ruiz", "LastName": "Ng""#, ["Ruiz", "Ng"]),
            (#""birthDate": "2014-07-09", "birthDate": "2014-09-07""#, ["2014-07-09", "2014-09-07"]),
            (#""address": {"city": "Denver", "city": "Boulder"}"#, ["Denver", "Boulder"]),
            (#""programs": [{"name": "A", "status": "HOLD", "status": "CURRENT"}]"#, ["HOLD", "CURRENT"]),
            (#""status": "Student", "status": false"#, ["Student", "false"]),
            (#""zip": 80201, "zip": "80202""#, ["80201", "80202"]),
            (#""firstName": "Ana", "first_name": "Eva""#, ["Ana", "Eva"]),
        ]
        try await ServiceHarness.with { town in
            try await town.accept(person("7"))
            try await town.settle()
            let calls = town.calls
            for _ in 0..<2 {
                for item in twice {
                    let answer = try await town.ask(
                        "POST", "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown",
                        body: #"{"personId": 7, \#(item.json)}"#, headers: ["Content-Type": "application/json"])
                    #expect(answer.status == 202, "\(item.json)")
                    let job = try await town.job(answer.object["job"] as? String ?? "")
                    #expect(job["state"] as? String == "dead", "\(item.json)")
                    for value in item.values {
                        #expect((job["reason"] as? String)?.contains("\"\(value)\"") == true, "\(item.json): \(value)")
                    }
                }
            }
            #expect(town.calls == calls)
        }
    }

    // MARK: Files

    /// Imports a file as the command does, and returns what was read of it.
    private func bring(_ bytes: [UInt8], _ town: ServiceHarness) async throws -> PeopleReport {
        let report = try PeopleReport(bytes, settings: ZenPlannerSettings())
        let rows = report.people.map { String(decoding: $0.form, as: UTF8.self) }
        let body = String(decoding: try JSONSerialization.data(withJSONObject: ["rows": rows]), as: UTF8.self)
        let answer = try await town.ask(
            "POST", town.admin + "/api/gyms/downtown/people", body: body, headers: ["Content-Type": "application/json"])
        #expect(answer.status == 202)
        try await town.settle()
        return report
    }

    /// Each file brings Ana and Bo and nobody else, and a second time costs nothing.
    private func check(_ files: [(bytes: [UInt8], ana: String)]) async throws {
        #expect(files.count >= 10)
        for (bytes, ana) in files {
            try await ServiceHarness.with { town in
                _ = try await bring(bytes, town)
                let names = town.contacts().map { Self.text("firstName", of: $0) }
                #expect(Set(names) == [ana, "Bo"], "\(String(decoding: bytes, as: UTF8.self))")
                #expect(town.contacts().count == 2)
                let calls = town.calls
                _ = try await bring(bytes, town)
                #expect(town.calls == calls)
            }
        }
    }

    private static func file(_ header: String, _ ana: String, _ bo: String, between: String = "") -> [UInt8] {
        Array("\(header)\n\(ana)\n\(between)\(bo)\n".utf8)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a file's separator is found, and its people arrive`() async throws {
        try await check([
            (
                Self.file(
                    "First Name;Last Name;Email;Notes", "Ana;Ruiz;a@example.org;a, b, c, d", "Bo;Ng;b@example.org;"),
                "Ana"
            ),
            (
                Self.file(
                    "First Name,Last Name,Email,Notes", "Ana,Ruiz,a@example.org,a;b;c;d", "Bo,Ng,b@example.org,x;y"),
                "Ana"
            ),
            (Self.file("sep=;\nFirst Name;Last Name;Email", "Ana;Ruiz;a@example.org", "Bo;Ng;b@example.org"), "Ana"),
            (Self.file("SEP=,\nFirst Name,Last Name,Email", "Ana,Ruiz,a@example.org", "Bo,Ng,b@example.org"), "Ana"),
            (Self.file("First Name\tLast Name\tEmail", "Ana\tRuiz\ta@example.org", "Bo\tNg\tb@example.org"), "Ana"),
            (Self.file("First Name|Last Name|Email", "Ana|Ruiz|a@example.org", "Bo|Ng|b@example.org"), "Ana"),
            (
                Self.file(
                    "\"First Name\";\"Last Name\";\"Email\"", "\"Ana\";\"Ruiz\";\"a@example.org\"",
                    "Bo;Ng;b@example.org"), "Ana"
            ),
            (Self.file("\u{FEFF}First Name;Last Name;Email", "Ana;Ruiz;a@example.org", "Bo;Ng;b@example.org"), "Ana"),
            (
                Self.file("People, all\nFirst Name;Last Name;Email", "Ana;Ruiz;a@example.org", "Bo;Ng;b@example.org"),
                "Ana"
            ),
            (
                Self.file(
                    "Notes, more;First Name;Last Name;Email", "x,y;Ana;Ruiz;a@example.org", ";Bo;Ng;b@example.org"),
                "Ana"
            ),
            (Array("First Name;Last Name;Email\r\nAna;Ruiz;a@example.org\r\nBo;Ng;b@example.org\r\n".utf8), "Ana"),
            (Array("First Name;Last Name;Email\rAna;Ruiz;a@example.org\rBo;Ng;b@example.org\r".utf8), "Ana"),
        ])
    }

    @Test(.timeLimit(.minutes(30)))
    func `a file's cells are read each in its own encoding`() async throws {
        func file(_ name: [UInt8], note: [UInt8] = []) -> [UInt8] {
            Array("First Name,Last Name,Email,Notes\n".utf8) + name + Array(",Ruiz,a@example.org,".utf8) + note
                + Array("\nBo,Ng,b@example.org,\n".utf8)
        }
        func wide(_ text: String, _ order: (UInt16) -> [UInt8], mark: [UInt8]) -> [UInt8] {
            mark + text.utf16.flatMap(order)
        }
        let text = "First Name,Last Name,Email\nJosé,Ruiz,a@example.org\nBo,Ng,b@example.org\n"
        try await check([
            (file(Array("José".utf8), note: Array("caf".utf8) + [0xC3]), "José"),
            (file(Array("José".utf8), note: [0xE9, 0x20, 0x92]), "José"),
            (file([0x4A, 0x6F, 0x73, 0xE9]), "José"), (file([0x4A, 0x6F, 0x73, 0xE9], note: Array("né".utf8)), "José"),
            (file([0x5A, 0x6F, 0xEB]), "Zoë"), (file([0x4D, 0xFC, 0x6C]), "Mül"), (file([0xD6, 0x7A]), "Öz"),
            (file([0xC9, 0x6C, 0x69]), "Éli"), (file(Array("Ｊｏ".utf8)), "Ｊｏ"), (file(Array("Łukasz".utf8)), "Łukasz"),
            (wide(text, { [UInt8($0 & 255), UInt8($0 >> 8)] }, mark: [0xFF, 0xFE]), "José"),
            (wide(text, { [UInt8($0 >> 8), UInt8($0 & 255)] }, mark: [0xFE, 0xFF]), "José"),
        ])
    }

    @Test(.timeLimit(.minutes(30)))
    func `rows about no person bring none`() async throws {
        let rows = [
            "First Name,Last Name,Email", "Total,,", "Total: 45,,", "Grand Total,,45", "45 people,,", "Page 1 of 3,,",
            ",,",
            "---,---,---", "Printed on 11/30/2026,,", "FIRST NAME,LAST NAME,EMAIL", "2 records,,",
            "\"First Name\",\"Last Name\",\"Email\"",
        ]
        try await check(
            rows.map {
                (
                    Self.file(
                        "First Name,Last Name,Email", "Ana,Ruiz,a@example.org", "Bo,Ng,b@example.org",
                        between: $0 + "\n"), "Ana"
                )
            })
    }
}
