import OutboundAPI
import Testing

@testable import Keap

@Suite struct RecordTests {
    @Test(
        arguments: [
            (RecordKind.leadSource, "GET /v2/leadSources?page_size=1000&filter=name%3D%3DFront%2A"),
            (.leadSourceCategory, "GET /v2/leadSourceCategories?page_size=1000&filter=name%3D%3DFront%2A"),
            (.company, "GET /v2/companies?page_size=1000&filter=name%3D%3DFront%2A"),
        ])
    func `a name with an operator in it is asked for by its start, and compared here`(
        kind: RecordKind, line: String
    ) async throws {
        let transport = ScriptedTransport(
            .json(
                #"{"\#(kind.list)":[{"id":"7","\#(kind.nameProperty)":"FRONT > intro"},"#
                    + #"{"id":8,"\#(kind.nameProperty)":"Front > Intro 2"}]}"#))
        let found = try await calls(transport).records(kind, named: "Front > Intro")
        #expect(found == [KeapRecord(id: RecordID("7"), name: "FRONT > intro")])
        #expect(transport.lines == [line])
    }

    @Test(
        arguments: [
            ("Acme & Sons!", "?page_size=1000&filter=company_name%3D%3DAcme%20%26%20Sons%21"),
            ("Smith; Sons", "?page_size=1000&filter=name%3D%3DSmith%2A"), (">1 Co", "?page_size=1000"),
        ])
    func `a company is asked for as exactly as Keap's filter allows`(name: String, query: String) async throws {
        let transport = ScriptedTransport(.json(#"{"companies":[]}"#))
        #expect(try await calls(transport).records(.company, named: name) == [])
        #expect(transport.lines == ["GET /v2/companies" + query])
    }

    @Test func `a lead source is made in its category`() async throws {
        let transport = ScriptedTransport(.status(201, #"{"id":"12","name":"A"}"#))
        let made = try await calls(transport).createRecord(.leadSource, named: "A", in: RecordID("3"))
        #expect(made == KeapRecord(id: RecordID("12"), name: "A"))
        #expect(transport.lines == ["POST /v2/leadSources"])
        #expect(
            transport.sent.first?.body.map { String(decoding: $0, as: UTF8.self) }
                == #"{"lead_source_category_id":"3","name":"A","status":"ACTIVE"}"#)
    }

    @Test func `a company carries its name under a name of its own`() async throws {
        let transport = ScriptedTransport(.status(201, #"{"id":12}"#))
        _ = try await calls(transport).createRecord(.company, named: "Acme", in: nil)
        #expect(
            transport.sent.first?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"company_name":"Acme"}"#)
    }

    @Test func `a name that no search would find again is not sent`() async {
        let transport = ScriptedTransport()
        let long = String(repeating: "x", count: 256)
        await #expect(throws: KeapFailure.self) {
            try await calls(transport).createRecord(.leadSource, named: long, in: nil)
        }
        await #expect(throws: KeapFailure.self) {
            try await calls(transport).createRecord(.leadSource, named: "", in: nil)
        }
        #expect(transport.sent.isEmpty)
    }

    @Test func `users come in pages of a hundred, with either version's addresses`() async throws {
        let transport = ScriptedTransport(
            .json(
                #"{"users":[{"id":"1","given_name":"Olive","family_name":"Owner","email_addresses":[{"email":"o@x.com"}]}],"#
                    + #""next_page_token":"p2"}"#),
            .json(#"{"users":[{"id":2,"email_address":"b@x.com","status":"Inactive"}]}"#))
        let users = try await calls(transport).users()
        #expect(
            users == [
                KeapUser(id: UserID("1"), givenName: "Olive", familyName: "Owner", emails: ["o@x.com"]),
                KeapUser(id: UserID("2"), givenName: "", familyName: "", emails: ["b@x.com"], isInactive: true),
            ])
        #expect(transport.lines == ["GET /v2/users?page_size=100", "GET /v2/users?page_size=100&page_token=p2"])
    }

    @Test func `a model tells the options of its fields, those of a drill-down flat`() async throws {
        let transport = ScriptedTransport(
            .json(
                #"{"custom_fields":[{"id":4,"label":"Goal","field_type":"DRILLDOWN","field_name":"Goal0","options":"#
                    + #"[{"id":"1","label":"Body","options":[{"id":"2","label":"Strength"}]},{"id":3,"label":"Mind"}]}]}"#
            ))
        let model = try #require(try await calls(transport).customFields().first)
        #expect(model.type == .drilldown)
        #expect(model.options.map(\.label) == ["Body", "Strength", "Mind"])
    }

    @Test func `both versions' words for types are understood`() {
        let words = [
            "Currency", "Date", "DateTime", "DayOfWeek", "Drilldown", "Email", "Month", "ListBox", "Name",
            "WholeNumber", "DecimalNumber", "Percent", "PhoneNumber", "Radio", "Dropdown", "SocialSecurityNumber",
            "State", "Text", "TextArea", "User", "UserListBox", "Website", "Year", "YesNo",
        ]
        #expect(Set(words.compactMap { CustomFieldType(word: $0) }) == Set(CustomFieldType.allCases))
        #expect(CustomFieldType.allCases.allSatisfy { CustomFieldType(word: $0.rawValue) == $0 })
        #expect(CustomFieldType(word: "HOLOGRAM") == nil)
    }

    @Test func `a contact's further texts and its company go by their own names`() throws {
        var body = ContactBody()
        body.texts = [.owner: "3", .leadSource: "12", .jobTitle: "Coach"]
        body.company = RecordID("9")
        let request = try APIRequest.updateContact(ContactID("7"), with: body)
        #expect(
            request.target
                == "/v2/contacts/7?update_mask=company&update_mask=job_title&update_mask=leadsource_id"
                + "&update_mask=owner_id&fields=id")
        #expect(
            request.body.map { String(decoding: $0, as: UTF8.self) }
                == #"{"company":{"id":"9"},"job_title":"Coach","leadsource_id":"12","owner_id":"3"}"#)
        body.texts = [.assistantName: String(repeating: "x", count: 21)]
        #expect(throws: KeapFailure.self) { try APIRequest.updateContact(ContactID("7"), with: body) }
    }
}
