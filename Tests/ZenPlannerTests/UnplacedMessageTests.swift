import Connectors
import ContactSync
import Testing
import ZenPlanner

struct UnplacedMessageTests {
    @Test func `without a person id the reason names what came and what to set`() throws {
        let reading = try readForm("member_no=4711&firstName=Ana&email=ana%40example.org")
        #expect(reading.reason.contains("no field named personId"))
        #expect(reading.reason.contains("member_no, firstName, email"))
        #expect(reading.reason.contains("zenPlanner.fields.personId"))
        // Names may be shown, values are somebody's data.
        #expect(!reading.reason.contains("4711"))
        #expect(!reading.reason.contains("ana@example.org"))
        #expect(reading.ignored == ["member_no", "firstName", "email"])
    }

    @Test func `an empty person id is said to be empty`() throws {
        #expect(try readForm("personId=+&firstName=Ana").reason.contains("personId is empty"))
    }

    @Test func `an id longer than any real one is not taken`() throws {
        let id = String(repeating: "x", count: 255)
        #expect(try readForm("personId=\(id)&city=Denver").person?.sourceID == id)
        #expect(try readForm("personId=\(id)x&city=Denver").reason.contains("longer than 255"))
    }

    @Test func `a person id alone, or with unknown fields only, is not taken for a person without anything`() throws {
        #expect(try readForm("personId=1").reason.contains("nothing else"))
        let reason = try readForm("personId=1&vorname=Ana&nachname=Ruiz").reason
        #expect(reason.contains("vorname, nachname"))
        #expect(reason.contains("firstName, lastName"))
        #expect(reason.contains("zenPlanner.fields"))
    }

    @Test(arguments: ["birthDate", "signupDate"])
    func `a date that fits no form names its field and value`(field: String) throws {
        let person = try #require(try readForm("personId=1&city=Denver&\(field)=31.12.2014").person)
        #expect(person.values == [.city: .value("Denver")])
        let note = try #require(person.notes.first)
        #expect(note.field == field && note.value == "31.12.2014")
        #expect(note.text.contains("MM/DD/YYYY") && note.text.contains("zenPlanner.dateOrder"))
    }

    @Test func `an unknown event is named`() throws {
        #expect(try readForm("event=booking.created&personId=1&city=x").reason.contains("\"booking.created\""))
        #expect(try readForm("event=person.deleted&personId=1&city=x").reason.contains("\"person.deleted\""))
    }

    @Test func `one field with two values is ambiguous, with the same value twice it is not`() throws {
        #expect(try readForm("personId=1&personId=2&city=x").reason.contains("\"personId\" comes more than once"))
        #expect(try readForm("personId=1&email=a%40b.c&E-Mail=d%40e.f").reason.contains("\"email\""))
        #expect(try readForm("personId=1&person_id=1&city=x").person?.sourceID == "1")
    }

    @Test(arguments: [#"{"id": 1}"#, #"["x"]"#, "true", #""\ud83d""#, "\"#####\"", #""1.2E+9""#, #""n/a""#, "0"])
    func `an id that cannot be used is named with its value`(json: String) throws {
        let reason = try readJSON(#"{"personId": \#(json), "city": "x"}"#).reason
        #expect(reason.contains("The field personId holds") && reason.contains("does not say whose it is"))
    }

    @Test func `a list of several records is kept, not guessed at`() throws {
        #expect(try readJSON(#"[{"personId": 1}, {"personId": 2}]"#).reason.contains("list of 2 records"))
    }

    @Test func `a reason stays short, whatever was sent`() throws {
        let names = (0..<900).map { "\(String(repeating: "n", count: 200))\($0)=v" }.joined(separator: "&")
        let reading = try readForm(names)
        #expect(reading.reason.count < 4_000)
        #expect(reading.reason.contains("and 860 more"))
        #expect(reading.ignored.count == 100)
        let date = String(repeating: "9", count: 10_000)
        let notes = try #require(try readForm("personId=1&birthDate=\(date)").person).notes
        #expect(notes.allSatisfy { $0.text.count < 400 && ($0.value ?? "").count < 400 } && notes.count == 1)
    }
}
