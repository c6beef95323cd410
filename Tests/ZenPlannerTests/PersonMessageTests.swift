import ContactSync
import Testing
import ZenPlanner

struct PersonMessageTests {
    static let wholeForm = """
        personId=7c1f&firstName=Ana&lastName=Ruiz&email=ana%40example.org&mobilePhone=%2B1+303+555+0101\
        &birthDate=07%2F09%2F2014&address1=1+Main+St&address2=Apt+2&city=Denver&state=CO&zip=80201&country=US\
        &signupDate=2026-02-14&prospectSource=Facebook&status=Student\
        &programs=%5B%7B%22id%22%3A%22p1%22%2C%22name%22%3A%22Kids%22%2C%22status%22%3A%22CURRENT%22%7D%5D
        """

    static let whole = PersonSnapshot(
        sourceID: "7c1f",
        values: [
            .firstName: .value("Ana"), .lastName: .value("Ruiz"), .email: .value("ana@example.org"),
            .mobilePhone: .value("+1 303 555 0101"), .birthDate: .value("2014-07-09"), .address1: .value("1 Main St"),
            .address2: .value("Apt 2"), .city: .value("Denver"), .state: .value("CO"), .zip: .value("80201"),
            .country: .value("US"), .signupDate: .value("2026-02-14"), .prospectSource: .value("Facebook"),
        ],
        status: .value("Student"), programs: [ProgramMembership(id: "p1", name: "Kids", status: "CURRENT")])

    @Test func `a form with every field becomes the whole person`() throws {
        #expect(try readForm(Self.wholeForm) == .change(.person(Self.whole), ignored: []))
    }

    @Test func `the same person as JSON is the same change`() throws {
        let json = """
            {"personId": "7c1f", "firstName": "Ana", "lastName": "Ruiz", "email": "ana@example.org",
             "mobilePhone": "+1 303 555 0101", "birthDate": "2014-07-09T00:00:00Z", "address1": "1 Main St",
             "address2": "Apt 2", "city": "Denver", "state": "CO", "zip": 80201, "country": "US",
             "signupDate": "Feb 14, 2026", "prospectSource": "Facebook", "status": "Student",
             "programs": [{"id": "p1", "name": "Kids", "status": "CURRENT"}]}
            """
        #expect(try readJSON(json) == .change(.person(Self.whole), ignored: []))
    }

    @Test func `the same person as multipart is the same change`() throws {
        let fields = [
            ("personId", "7c1f"), ("firstName", "Ana"), ("lastName", "Ruiz"), ("email", "ana@example.org"),
            ("mobilePhone", "+1 303 555 0101"), ("birthDate", "7/9/2014"), ("address1", "1 Main St"),
            ("address2", "Apt 2"), ("city", "Denver"), ("state", "CO"), ("zip", "80201"), ("country", "US"),
            ("signupDate", "2026-02-14"), ("prospectSource", "Facebook"), ("status", "Student"),
            ("programs", #"[{"id":"p1","name":"Kids","status":"CURRENT"}]"#),
        ]
        let parts = fields.map { "--cut\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
        let reading = try ZenPlannerReader().read(
            contentType: "multipart/form-data; boundary=cut", body: Array((parts.joined() + "--cut--\r\n").utf8))
        #expect(reading == .change(.person(Self.whole), ignored: []))
    }

    @Test func `a field that is not carried is left alone and one carried empty is empty`() throws {
        let person = try #require(try readForm("personId=1&email=&city=+++&status=&programs=").person)
        #expect(person.values == [.email: .empty, .city: .empty])
        #expect(person.status == .empty)
        #expect(person.programs == [])

        let other = try #require(try readForm("personId=1&lastName=Ruiz").person)
        #expect(other.values == [.lastName: .value("Ruiz")])
        #expect(other.status == nil)
        #expect(other.programs == nil)
    }

    @Test func `null in JSON says nothing, and clears nothing`() throws {
        let person = try #require(
            try readJSON(#"{"personId": 1, "email": null, "birthDate": null, "status": null, "programs": null}"#).person
        )
        #expect(person == PersonSnapshot(sourceID: "1"))
    }

    @Test(arguments: [
        #"{"person": {"personId": "1", "city": "Denver"}}"#,
        #"{"data": {"personId": "1", "city": "Denver"}}"#,
        #"{"event": "person.updated", "data": {"person": {"personId": "1", "city": "Denver"}}}"#,
        #"{"Data": {"personId": "1"}, "city": "Denver"}"#,
        #"[{"personId": "1", "city": "Denver"}]"#,
    ])
    func `a record inside a wrapper is read as if it stood outside`(json: String) throws {
        let person = try #require(try readJSON(json).person)
        #expect(person == PersonSnapshot(sourceID: "1", values: [.city: .value("Denver")]))
    }

    @Test func `inside a wrapper the record's own fields hide those of the envelope`() throws {
        let person = try #require(
            try readJSON(#"{"status": "sent", "data": {"personId": "1", "status": "Student"}}"#).person)
        #expect(person.status == .value("Student"))
    }

    @Test func `names match whatever their case, blanks, underscores and dashes`() throws {
        let person = try #require(
            try readForm("PERSON_ID=1&First+Name=Ana&LAST-NAME=Ruiz&cell_phone=5&Zip+Code=80201&e-mail=a%40b.c").person)
        #expect(
            person.values == [
                .firstName: .value("Ana"), .lastName: .value("Ruiz"), .mobilePhone: .value("5"),
                .zip: .value("80201"), .email: .value("a@b.c"),
            ])
        #expect(person.sourceID == "1")
    }

    @Test func `values are trimmed and line breaks inside become a blank`() throws {
        let person = try #require(
            try readForm("personId=+1%0D%0A&email=%09a%40b.c%C2%A0&address1=1+Main+St%0D%0A+%0D%0A++Apt+2%00&city=A++B")
                .person)
        #expect(person.sourceID == "1")
        #expect(
            person.values == [
                .email: .value("a@b.c"), .address1: .value("1 Main St Apt 2"), .city: .value("A  B"),
            ])
    }

    @Test func `unknown fields are ignored but listed`() throws {
        let reading = try readForm("personId=1&city=Denver&Belt=blue&belt=blue&event=person&programId=9")
        #expect(reading.person == PersonSnapshot(sourceID: "1", values: [.city: .value("Denver")]))
        #expect(reading.ignored == ["Belt", "programId"])
    }

    @Test(arguments: [
        "person", "person.updated", "Person Created", "PERSON_CHANGED", "person.added", "person.saved", "",
    ])
    func `an event about a person is a person's message`(event: String) throws {
        let encoded = event.split(separator: " ").joined(separator: "+")
        #expect(try readForm("event=\(encoded)&personId=1&city=Denver").person?.sourceID == "1")
    }

    @Test func `reading a message twice gives the same`() throws {
        #expect(try readForm(Self.wholeForm) == readForm(Self.wholeForm))
        let json = #"{"b": 1, "a": 2, "d": 3, "c": 4, "personId": 1, "city": "x"}"#
        #expect(try readJSON(json).ignored.sorted() == ["a", "b", "c", "d"])
    }
}
