import Connectors
import ContactSync
import Testing
import ZenPlanner

/// Messages as people and programs write them: what cannot be used is left out, noted, and costs nothing else.
struct WrittenMessageTests {
    private func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let hex = String(byte, radix: 16)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }

    @Test(
        arguments: [
            ("birthDate", "0000-00-00"), ("birthDate", "00/00/0000"), ("birthDate", "0001-01-01T00:00:00"),
            ("birthDate", "N/A"), ("birthDate", "-"), ("signupDate", "none"), ("birthDate", "soon"),
            ("birthDate", "#####"),
            ("email", "none"), ("email", "a@example.org, b@example.org"), ("email", "ana"),
            ("mobilePhone", "1.30356E+10"),
            ("mobilePhone", "#######"), ("zip", "-"), ("city", "n/a"), ("state", "unknown"), ("address1", "null"),
            ("address2", "."), ("country", "none"), ("lastName", "N/A"), ("firstName", "null"), ("status", "-"),
            ("status", "none"), ("programs", "Boxing"), ("programs", "[{\"name\":"), ("city", "Caf\u{FFFD}"),
            ("prospectSource", "#REF!"), ("firstName", "=A1"),
        ])
    func `a value that cannot be used is left out and noted, and the rest is read`(field: String, value: String) throws
    {
        let person = try #require(
            try readForm(
                "personId=7&address1=1+Main+St&prospectSource=Web&\(field)=\(encoded(value))"
                    .replacing("address1=1+Main+St&", with: field == "address1" ? "" : "address1=1+Main+St&")
                    .replacing("prospectSource=Web&", with: field == "prospectSource" ? "" : "prospectSource=Web&")
            ).person)
        #expect(person.sourceID == "7")
        #expect(person.values.count == (field == "address1" || field == "prospectSource" ? 1 : 2), "\(person.values)")
        #expect(person.status == nil && person.programs == nil)
        #expect(person.notes.map(\.field) == [field])
        #expect(person.notes.first?.value == value)
    }

    @Test(
        arguments: [
            ("email", "<ana@example.org>", "ana@example.org"), ("email", "ana@example.org,", "ana@example.org"),
            ("email", "Ana <ana@example.org>", "ana@example.org"), ("birthDate", "14-Feb-2026", "2026-02-14"),
            ("birthDate", "'02/14/2026", "2026-02-14"), ("birthDate", "２０２６-０２-１４", "2026-02-14"),
            ("mobilePhone", "\u{202D}303-555-0101\u{202C}", "303-555-0101"), ("firstName", "Ana\u{200E}", "Ana"),
            ("firstName", "می\u{200C}خواهم", "می\u{200C}خواهم"), ("lastName", "'t Hooft", "'t Hooft"),
            ("lastName", "Null", "Null"), ("prospectSource", "Unknown", "Unknown"), ("city", "=\"Denver\"", "Denver"),
            ("zip", "2138.0", "2138.0"), ("country", "NA", "NA"), ("lastName", "O&#39;Brien", "O'Brien"),
            ("lastName", "O&rsquo;x", "O&rsquo;x"), ("prospectSource", "Web &amp; Mail", "Web & Mail"),
            ("city", "Winston&amp;Salem", "Winston&Salem"), ("address1", "1 A&amp;amp;B St", "1 A&B St"),
            ("prospectSource", "R&D; more", "R&D; more"), ("mobilePhone", "٣٠٣-٥٥٥-٠١٠٩", "303-555-0109"),
            ("mobilePhone", "३०३५५५०१०९", "3035550109"), ("mobilePhone", "＋１ ３０３ ５５５ ０１０９", "+1 303 555 0109"),
        ])
    func `a value with one meaning is read without a note`(field: String, value: String, meaning: String) throws {
        let person = try #require(try readForm("personId=7&\(field)=\(encoded(value))").person)
        #expect(person.values.values.map { Array($0.text.utf8) } == [Array(meaning.utf8)])
        #expect(person.notes == [])
    }

    @Test func `text in a wrong encoding is read, with a note`() throws {
        let person = try #require(try readForm("personId=7&city=\(encoded("CafÃ©"))").person)
        #expect(person.values == [.city: .value("Café")])
        #expect(person.notes.map(\.value) == ["CafÃ©"])
    }

    @Test(
        arguments: [
            ("lastName", "false"), ("lastName", "17"), ("email", "[\"a@example.org\"]"), ("city", "{\"name\": \"x\"}"),
            ("state", "true"), ("birthDate", "20260214"), ("mobilePhone", "false"), ("zip", "[80201]"),
            ("prospectSource", "3"), ("country", "{}"), ("firstName", "[]"), ("city", "1.5"),
        ])
    func `a type of JSON's where a text belongs is left out and noted`(field: String, json: String) throws {
        let person = try #require(
            try readJSON(#"{"personId": 7, "address1": "1 Main St", "\#(field)": \#(json)}"#).person)
        #expect(person.values == [.address1: .value("1 Main St")])
        #expect(person.notes.map(\.field) == [field])
    }

    @Test(arguments: ["false", "3", "[]", "{\"name\": \"Student\"}", "true", "[\"Student\"]"])
    func `a status that is no text makes no tag`(json: String) throws {
        let person = try #require(try readJSON(#"{"personId": 7, "city": "x", "status": \#(json)}"#).person)
        #expect(person.status == nil && person.notes.map(\.field) == ["status"])
    }

    @Test(arguments: [
        ("1205", "1205"), ("1205.0", "1205"), ("9007199254740995.0", "9007199254740995"), ("1e3", "1e3"),
        ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"), (#""1,205""#, "1205"),
        (#""{7C1F}""#, "7C1F"), ("-7", "-7"), ("2.5", "2.5"), (#""0042""#, "0042"),
    ])
    func `an id is kept in its own words`(json: String, id: String) throws {
        #expect(try readJSON(#"{"personId": \#(json), "city": "x"}"#).person?.sourceID == id)
    }

    @Test func `numbers of JSON are phone numbers, zip codes and house numbers`() throws {
        let person = try #require(
            try readJSON(#"{"personId": 7, "mobilePhone": 13035550101, "zip": 80201, "address2": 4}"#).person)
        #expect(person.values == [.mobilePhone: .value("13035550101"), .zip: .value("80201"), .address2: .value("4")])
    }

    @Test(arguments: [
        "programs[0][name]=Boxing&programs[0][status]=CURRENT",
        "programs%5B0%5D%5Bname%5D=Boxing&programs%5B0%5D%5Bstatus%5D=CURRENT",
        "programs[][name]=Boxing&programs[][status]=CURRENT", "programs.0.name=Boxing&programs.0.status=CURRENT",
        "Programs[0].Name=Boxing&Programs[0].Status=CURRENT",
        "person[programs][0][name]=Boxing&person[programs][0][status]=CURRENT",
        "data[person][programs][][name]=Boxing&data[person][programs][][status]=CURRENT",
        "programs[name]=Boxing&programs[status]=CURRENT", "programs.name=Boxing&programs.status=CURRENT",
        "programs[7][programName]=Boxing&programs[7][programStatus]=CURRENT",
    ])
    func `programs in brackets and with dots are programs`(form: String) throws {
        let person = try #require(try readForm("personId=7&" + form).person)
        #expect(person.programs == [ProgramMembership(id: nil, name: "Boxing", status: "CURRENT")])
        #expect(person.notes == [])
    }

    @Test func `brackets without a number begin the next program where a name comes again`() throws {
        let person = try #require(
            try readForm(
                "personId=7&programs[][name]=A&programs[][status]=HOLD&programs[][name]=B&programs[][status]=CURRENT"
            ).person)
        #expect(person.programs?.map(\.name) == ["A", "B"] && person.programs?.map(\.status) == ["HOLD", "CURRENT"])
    }

    @Test(arguments: [
        "address[city]=Denver&address[street]=1+Main+St", "address.city=Denver&address.line1=1+Main+St",
        "Address[City]=Denver&Address[Address1]=1+Main+St",
        "person[address][city]=Denver&person[address][line_1]=1+Main+St",
        "homeAddress[city]=Denver&homeAddress[streetAddress]=1+Main+St", "person.city=Denver&person.address1=1+Main+St",
        "record[city]=Denver&record[address][addressLine1]=1+Main+St",
        "billing_address[city]=Denver&billing_address[street]=1+Main+St",
        "payload[person][address][city]=Denver&payload[person][address][line1]=1+Main+St",
        "data[attributes][city]=Denver&data[attributes][address1]=1+Main+St",
    ])
    func `an address in brackets and with dots is an address`(form: String) throws {
        let reading = try readForm("personId=7&" + form)
        #expect(reading.person?.values == [.city: .value("Denver"), .address1: .value("1 Main St")])
        #expect(reading.ignored == [])
    }

    @Test func `nested JSON is read, and another's address inside is not the person's`() throws {
        let reading = try readJSON(
            #"""
            {"personId": 7, "name": {"first": "Ana", "last": "Ruiz"}, "address": {"city": "Denver", "floor": 3},
             "salesRep": {"email": "rep@example.org", "firstName": "Bo"}, "belt": "blue"}
            """#)
        #expect(
            reading.person?.values == [.firstName: .value("Ana"), .lastName: .value("Ruiz"), .city: .value("Denver")])
        #expect(reading.ignored == ["address.floor", "salesRep.email", "salesRep.firstName", "belt"])
    }

    @Test func `of several addresses one is taken whole`() throws {
        let person = try #require(
            try readForm("personId=7&billingAddress[city]=Boulder&homeAddress[zip]=80201&homeAddress[city]=Denver")
                .person)
        #expect(person.values == [.city: .value("Denver"), .zip: .value("80201")])
    }

    @Test(arguments: [
        "a[", "a]b", "[0]=x", "a[0", "a..b", ".a", "a.", "Att. Total", "a[0]b",
        "\(String(repeating: "[x]", count: 40))",
        String(repeating: "a.", count: 400),
    ])
    func `a name with loose marks is a name like any other`(name: String) throws {
        #expect(try readForm("personId=7&city=x&\(encoded(name))=1").person?.sourceID == "7")
    }

    @Test(arguments: [
        (#"{"personId": 7, "status": "Student", "status": "Alumni"}"#, ["Student", "Alumni"]),
        (#"{"personId": 7, "personId": 8, "city": "x"}"#, ["7", "8"]),
        (#"{"personId": "7", "person_id": 8, "city": "x"}"#, ["7", "8"]),
        (#"{"data": {"personId": 7, "email": "a@b.org", "email": "c@d.org"}}"#, ["a@b.org", "c@d.org"]),
        (#"{"personId": 7, "status": "Student", "status": false}"#, ["Student", "false"]),
        (#"{"personId": 7, "programs": [{"name": "A", "status": "HOLD", "status": "CURRENT"}]}"#, ["HOLD", "CURRENT"]),
        (#"{"personId": 7, "data": {"city": "A"}, "data": {"city": "B"}}"#, ["A", "B"]),
        (#"{"personId": 7, "birthDate": "2014-07-09", "birthday": "x", "birthDate": "2014-09-07"}"#, ["2014-07-09"]),
        (#"{"personId": "1e3", "personId": 1000, "city": "x"}"#, ["1e3", "1000"]),
        (#"{"personId": 7, "address": {"city": "A", "city": "B"}}"#, ["A", "B"]),
    ])
    func `a member that comes twice with different values is refused with both`(json: String, values: [String]) throws {
        let reason = try readJSON(json).reason
        #expect(reason.contains("comes more than once"))
        for value in values { #expect(reason.contains("\"\(value)\"")) }
    }

    @Test(arguments: [
        #"{"personId": 7, "city": "x", "personId": "7"}"#, #"{"personId": "7.0", "city": "x", "person_id": 7}"#,
        #"{"personId": 7, "city": "x", "city": " x "}"#, #"{"personId": 7, "city": "x", "city": null}"#,
        #"{"personId": "007", "city": "x", "personId": "7"}"#, #"{"personId": 7, "city": "x", "city": "x\u200e"}"#,
    ])
    func `a member that comes twice and means the same is one`(json: String) throws {
        let person = try #require(try readJSON(json).person)
        #expect(SourceID.isSame(person.sourceID, "7") && person.values == [.city: .value("x")])
    }

    @Test(
        arguments: [
            ("application/x-www-form-urlencoded", Array("personId=7&lastName=O%92Brien".utf8)),
            ("application/x-www-form-urlencoded; charset=iso-8859-1", Array("personId=7&lastName=O%92Brien".utf8)),
            ("application/x-www-form-urlencoded; charset=windows-1252", Array("personId=7&lastName=O%92Brien".utf8)),
            ("application/x-www-form-urlencoded", Array("personId=7&lastName=O".utf8) + [0x92] + Array("Brien".utf8)),
            ("application/x-www-form-urlencoded", Array("personId=7&lastName=O%E2%80%99Brien".utf8)),
            ("application/x-www-form-urlencoded; charset=latin1", Array("personId=7&lastName=O%E2%80%99Brien".utf8)),
            ("application/x-www-form-urlencoded", [0xEF, 0xBB, 0xBF] + Array("personId=7&lastName=O%92Brien".utf8)),
            ("application/x-www-form-urlencoded", Array("%EF%BB%BFpersonId=7&lastName=O%92Brien".utf8)),
            ("application/json", Array(#"{"personId":7,"lastName":"O"#.utf8) + [0x92] + Array("Brien\"}".utf8)),
            ("application/json; charset=iso-8859-1", Array(#"{"personId":7,"lastName":"O\u2019Brien"}"#.utf8)),
            (
                "application/json",
                [0xFF, 0xFE]
                    + #"{"personId":7,"lastName":"O’Brien"}"#.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            ),
            (
                "application/json",
                #"{"personId":7,"lastName":"O’Brien"}"#.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
            ),
            ("application/json", [0xEF, 0xBB, 0xBF] + Array(#"{"personId":7,"lastName":"O’Brien"}"#.utf8)),
            (
                "multipart/form-data; boundary=cut",
                Array(
                    "--cut\r\nContent-Disposition: form-data; name=personId\r\n\r\n7\r\n--cut\r\nContent-Disposition: form-data; name=lastName\r\n\r\nO"
                        .utf8)
                    + [0x92] + Array("Brien\r\n--cut--".utf8)
            ),
        ] as [(String, [UInt8])])
    func `a name is the same in every encoding`(type: String, body: [UInt8]) throws {
        let person = try ZenPlannerReader().read(contentType: type, body: body).person
        #expect(person == PersonSnapshot(sourceID: "7", values: [.lastName: .value("O’Brien")]))
    }

    @Test(arguments: [#""Ana \ud83d""#, #""Ana\ud83d""#, #""\ude00Ana""#, #""Ana \ud83d\u0041""#])
    func `half a character in JSON is replaced, and noted`(json: String) throws {
        let person = try #require(try readJSON(#"{"personId": 7, "firstName": \#(json)}"#).person)
        #expect(person.values[.firstName]?.text.contains("Ana") == true)
        #expect(person.values[.firstName]?.text.contains("\u{FFFD}") == true)
        #expect(person.notes.map(\.field) == ["firstName"])
    }

    @Test func `a compressed body is refused with a sentence`() {
        #expect {
            try ZenPlannerReader().read(contentType: "application/json", body: [0x1F, 0x8B, 8, 0])
        } throws: { error in
            guard case .unsupportedMediaType(let sentence) = error as? ZenPlannerReadError else { return false }
            return sentence.contains("gzip")
        }
    }

    @Test func `marks that cannot be seen are shown in a reason`() throws {
        let reading = try readForm("%E2%80%8Bmember_no=1&\(encoded("first\u{FEFF}"))=Ana")
        #expect(reading.reason.contains("U+200Bmember_no") && reading.reason.contains("firstU+FEFF"))
        #expect(try readForm("\(encoded("person\u{FEFF}Id"))=7&city=x").person?.sourceID == "7")
    }

    @Test func `an entry of the programs that cannot be used leaves the others, and what it may name, alone`() throws {
        let person = try #require(
            try readJSON(
                #"{"personId": 7, "programs": [{"name": "A", "status": "HOLD"}, {"name": "B"}, "C", {"name": false, "status": "x"}]}"#
            ).person)
        #expect(person.programs == [ProgramMembership(id: nil, name: "A", status: "HOLD")])
        #expect(person.lacksPrograms && person.notes.count == 3)
        #expect(person.notes.allSatisfy { $0.field == "programs" })
    }

    @Test func `an id of many bytes is refused, however few its characters are`() throws {
        let family = String(repeating: "👨‍👩‍👧‍👦", count: 60)
        #expect(try readForm("personId=\(encoded(family))&city=x").reason.contains("longer than 255"))
    }
}
