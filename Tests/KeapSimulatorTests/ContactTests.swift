import Testing

@testable import KeapSimulator

@Suite struct ContactTests {
    @Test func `a new contact is answered with what it was given, ids as text`() throws {
        let caller = Caller()
        let answer = caller.call(
            "POST", "/v2/contacts",
            [
                "given_name": "Ada", "birth_date": "1815-12-10",
                "email_addresses": [["field": "EMAIL1", "email": "ada@x.org", "opt_in_reason": "She asked"]],
                "phone_numbers": [["field": "PHONE1", "number": "555", "type": "Mobile"]],
                "addresses": [["field": "BILLING", "line1": "1 Main", "country_code": "USA", "region_code": "US-CO"]],
            ])
        #expect(answer.status == 201)
        let contact = try #require(answer.json)
        #expect(contact["id"]?.text != nil)
        #expect(contact["email_addresses"]?.items?.first?["email_opt_status"] == "SINGLE_OPT_IN")
        #expect(contact["phone_numbers"]?.items?.first?["type"] == "Mobile")
        #expect(contact["addresses"]?.items?.first?["region"] == "Colorado")
        #expect(contact["family_name"] == .null)
        #expect(contact["create_time"] == "2026-03-02T12:00:00Z")
        #expect(contact["custom_fields"] == nil, "not unless asked for")
    }

    @Test func `only the fields asked for are answered, and unknown ones are refused`() {
        let caller = Caller()
        let id = caller.contact()
        let answer = caller.call("GET", "/v2/contacts/\(id)?fields=tag_ids,given_name")
        #expect(answer.json == ["tag_ids": [], "given_name": "Ada"])
        #expect(caller.call("GET", "/v2/contacts/\(id)?fields=name").status == 400)
    }

    @Test func `a contact without an opt-in reason is not mailed`() {
        let caller = Caller()
        let id = caller.contact()
        let json = caller.call("GET", "/v2/contacts/\(id)").json
        #expect(json?["email_addresses"]?.items?.first?["is_opt_in"] == false)
    }

    @Test func `a list that is sent replaces the one that is there`() {
        let caller = Caller()
        let id = caller.contact()
        let path =
            "/v2/contacts/\(id)?update_mask=email_addresses&update_mask=phone_numbers&fields=email_addresses,phone_numbers"
        _ = caller.call(
            "PATCH", path,
            [
                "email_addresses": [["field": "EMAIL2", "email": "b@x.org"]],
                "phone_numbers": [["field": "PHONE1", "number": "1"], ["field": "PHONE2", "number": "2"]],
            ])
        #expect(caller.account.contacts[id]?.emails == ["b@x.org"])
        _ = caller.call("PATCH", path, ["phone_numbers": []])
        #expect(caller.account.contacts[id]?.lists["phone_numbers"] == nil)
        #expect(caller.account.contacts[id]?.emails == ["b@x.org"], "named by the mask, not sent: untouched")
    }

    @Test(arguments: ["update_mask=given_name&update_mask=website", "update_mask=given_name,website"])
    func `the mask may be repeated or joined, and hides the rest`(mask: String) {
        let caller = Caller()
        let id = caller.contact()
        let body: JSON = ["given_name": "Augusta", "family_name": "King", "website": "x.org"]
        #expect(caller.call("PATCH", "/v2/contacts/\(id)?" + mask, body).status == 200)
        #expect(caller.account.contacts[id]?.scalars["given_name"] == "Augusta")
        #expect(caller.account.contacts[id]?.scalars["website"] == "x.org")
        #expect(caller.account.contacts[id]?.scalars["family_name"] == "Byron")
    }

    @Test(
        arguments: [
            (Quirks.Clearing.clears, 200, nil), (.ignored, 200, "Ada"), (.refused, 400, "Ada"),
        ] as [(Quirks.Clearing, Int, String?)])
    func `what empty text and null do is a setting`(clearing: Quirks.Clearing, status: Int, left: String?) {
        for value: JSON in ["", .null] {
            let caller = Caller {
                $0.quirks.emptyText = clearing
                $0.quirks.nullValue = clearing
            }
            let id = caller.contact()
            let answer = caller.call("PATCH", "/v2/contacts/\(id)?update_mask=given_name", ["given_name": value])
            #expect(answer.status == status)
            #expect(caller.account.contacts[id]?.scalars["given_name"] == left)
        }
    }

    @Test func `what a masked but absent scalar does is a setting`() {
        for (clearing, left) in [(Quirks.Clearing.ignored, "Ada" as String?), (.clears, nil)] {
            let caller = Caller { $0.quirks.maskedButAbsent = clearing }
            let id = caller.contact()
            _ = caller.call("PATCH", "/v2/contacts/\(id)?update_mask=given_name", [:])
            #expect(caller.account.contacts[id]?.scalars["given_name"] == left)
        }
    }

    @Test(
        arguments: [
            ["given_name": .string(String(repeating: "x", count: 41))], ["given_name": 3], ["nickname": "A"],
            ["tag_ids": ["1"]], ["birth_date": "2026-02-30"], ["preferred_locale": "english"], ["source_type": "MAGIC"],
            ["create_time": "2026-03-02T12:00:00Z"], ["duplicate_option": "Email"], ["email_addresses": "a@x.org"],
            ["email_addresses": [["email": "a@x.org"]]],
            ["email_addresses": [["field": "EMAIL4", "email": "a@x.org"]]],
            ["email_addresses": [["field": "EMAIL1", "email": .string(String(repeating: "x", count: 76))]]],
            ["email_addresses": [["field": "EMAIL1", "email": "a", "is_opt_in": true]]],
            ["email_addresses": [["field": "EMAIL1", "email": "a"], ["field": "EMAIL1", "email": "b"]]],
            ["phone_numbers": [["field": "PHONE4", "number": .string(String(repeating: "1", count: 21))]]],
            ["addresses": [["field": "BILLING", "country_code": "US"]]],
            ["addresses": [["field": "BILLING", "region_code": "US-CO"]]],
            ["addresses": [["field": "BILLING", "country_code": "USA", "region_code": "CO"]]],
            ["addresses": [["field": "BILLING", "country_code": "USA", "region_code": "US-XX"]]],
            ["addresses": [["field": "BILLING", "country_code": "CAN", "region_code": "US-CO"]]],
            ["addresses": [["field": "HOME", "line1": "x"]]],
            ["custom_fields": [["id": "99", "content": "x"]]], ["company": "Acme"], ["origin": [:]],
            ["utm_parameters": [:]],
        ] as [JSON])
    func `a body that breaks a documented rule is refused whole`(body: JSON) {
        let caller = Caller()
        let id = caller.contact()
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body).status == 400)
        #expect(caller.account.history.events(of: id).map(\.what) == [.created])
    }

    @Test func `unknown properties pass where that is wanted`() {
        let caller = Caller { $0.quirks.refusesUnknownProperties = false }
        let id = caller.contact()
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", ["nickname": "A"]).status == 200)
    }

    @Test func `an owner who does not exist makes Keap stumble`() {
        let caller = Caller()
        let id = caller.contact()
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", ["owner_id": "77"]).status == 500)
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", ["owner_id": "1"]).status == 200)
    }

    @Test func `addresses of countries without a list of regions are taken by their form`() {
        let caller = Caller()
        let id = caller.contact()
        func body(_ region: JSON) -> JSON {
            ["addresses": [["field": "OTHER", "country_code": "DEU", "region_code": region]]]
        }
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body("DE-BY")).status == 200)
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body("DE-Bayern")).status == 400)
    }

    @Test func `a mask with an unknown name or with tags is refused`() {
        let caller = Caller()
        let id = caller.contact()
        #expect(caller.call("PATCH", "/v2/contacts/\(id)?update_mask=name", [:]).status == 400)
        #expect(caller.call("PATCH", "/v2/contacts/\(id)?update_mask=tag_ids", [:]).status == 400)
    }

    @Test func `a new contact must be reachable`() {
        let caller = Caller()
        #expect(caller.call("POST", "/v2/contacts", ["given_name": "Ada"]).status == 400)
        let address: JSON = ["addresses": [["field": "BILLING", "line1": "1 Main"]]]
        #expect(caller.call("POST", "/v2/contacts", address).status == 201)
        #expect(caller.call("POST", "/v1/contacts", address).status == 400, "an address alone is new in v2")
    }

    @Test func `e-mail addresses are taken as they come, unless checked`() {
        for (checks, status) in [(false, 201), (true, 400)] {
            let caller = Caller { $0.quirks.checksEmailAddresses = checks }
            let body: JSON = ["email_addresses": [["field": "EMAIL1", "email": "not an address"]]]
            #expect(caller.call("POST", "/v2/contacts", body).status == status)
        }
    }

    @Test func `a deleted contact is gone for every caller`() {
        let caller = Caller()
        let id = caller.contact()
        let tag = caller.tag("A")
        _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": [.string(String(id))]])
        #expect(caller.call("DELETE", "/v2/contacts/\(id)").status == 204)
        #expect(caller.call("DELETE", "/v2/contacts/\(id)").status == 404)
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", [:]).status == 404)
        #expect(caller.found("email==ada.byron@example.com") == [])
        #expect(caller.account.wearers(of: tag) == [])
    }

    @Test func `a merge leaves the first, with what it lacked from the second`() throws {
        let caller = Caller()
        let first = caller.contact(email: "a@x.org")
        let second = caller.contact(email: "b@x.org")
        let tag = caller.tag("A")
        _ = caller.call("PATCH", "/v2/contacts/\(second)", ["website": "x.org", "given_name": "Other"])
        _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": [.string(String(second))]])
        let body: JSON = ["contact_id": .string(String(first)), "duplicate_contact_id": .string(String(second))]
        #expect(caller.call("POST", "/v2/contacts:merge", body).status == 200)
        let survivor = try #require(caller.account.contacts[first])
        #expect(survivor.scalars["website"] == "x.org")
        #expect(survivor.givenName == "Ada")
        #expect(survivor.tags.keys.sorted() == [tag])
        #expect(caller.call("GET", "/v2/contacts/\(second)").status == 404)
        #expect(caller.call("POST", "/v2/contacts:merge", body).status == 404)
    }
}

@Suite struct DuplicateOptionTests {
    let twin: JSON = [
        "given_name": "ADA ", "family_name": "byron", "website": "x.org",
        "email_addresses": [["field": "EMAIL1", "email": "ADA.byron@example.com"]],
    ]

    @Test func `without an option a second contact is made, and the audit tells`() {
        let caller = Caller()
        let id = caller.contact()
        let answer = caller.call("POST", "/v2/contacts", twin)
        #expect(answer.status == 201)
        #expect(caller.account.duplicates.map(\.contacts) == [[id, id + 1]])
    }

    @Test func `with e-mail and name the first is found, whatever the case`() {
        let caller = Caller()
        let id = caller.contact()
        let answer = caller.call("POST", "/v2/contacts?duplicate_option=EmailAndName&fields=id", twin)
        #expect(answer.status == 200)
        #expect(answer.json == ["id": .string(String(id))])
        #expect(caller.account.contacts[id]?.scalars["website"] == "x.org")
        #expect(caller.account.duplicates.isEmpty)
    }

    @Test func `another name makes another contact, but not where the address alone decides`() {
        let caller = Caller()
        let id = caller.contact("Ralph", "King", email: "ada.byron@example.com")
        #expect(caller.call("POST", "/v2/contacts?duplicate_option=EmailAndName", twin).status == 201)
        let answer = caller.call("POST", "/v2/contacts?duplicate_option=Email&fields=id", twin)
        #expect(answer.json?["id"] == .string(String(id)), "the oldest")
    }

    @Test func `the company option never matches without a company record`() {
        let caller = Caller()
        _ = caller.contact()
        #expect(caller.call("POST", "/v2/contacts?duplicate_option=EmailAndNameAndCompany", twin).status == 201)
    }

    @Test func `an unknown option is refused`() {
        let caller = Caller()
        #expect(caller.call("POST", "/v2/contacts?duplicate_option=Phone", twin).status == 400)
    }

    @Test(arguments: [
        (Quirks.UpsertedLists.replaced, ["EMAIL1"], ["PHONE1"]), (.merged, ["EMAIL1", "EMAIL2"], ["PHONE1"]),
        (.wiped, ["EMAIL1"], []),
    ])
    func `what an upsert leaves of lists is a setting`(lists: Quirks.UpsertedLists, emails: [String], phones: [String])
    {
        let caller = Caller { $0.quirks.upsertedLists = lists }
        let id = caller.contact()
        _ = caller.call(
            "PATCH", "/v2/contacts/\(id)",
            [
                "phone_numbers": [["field": "PHONE1", "number": "1"]],
                "email_addresses": [
                    ["field": "EMAIL1", "email": "ada.byron@example.com"], ["field": "EMAIL2", "email": "b@x.org"],
                ],
            ])
        _ = caller.call("POST", "/v2/contacts?duplicate_option=EmailAndName", twin)
        let contact = caller.account.contacts[id]
        #expect((contact?.lists["email_addresses"] ?? []).map(\.slot) == emails)
        #expect((contact?.lists["phone_numbers"] ?? []).map(\.slot) == phones)
    }

    @Test func `a family with one address and one name is told apart by the identifying field`() throws {
        let caller = Caller()
        let field = try #require(caller.field("Zen Planner ID"))
        func body(_ content: JSON) -> JSON {
            .object(
                (twin.members ?? []) + [
                    .init(name: "custom_fields", value: [["id": .string(String(field.id)), "content": content]])
                ])
        }
        _ = caller.call("POST", "/v2/contacts", body("P1"))
        _ = caller.call("POST", "/v2/contacts", body("P2"))
        #expect(caller.account.duplicates.isEmpty)
        _ = caller.call("POST", "/v2/contacts", body("p1 "))
        #expect(caller.account.duplicates.map(\.reason) == ["the same Zen Planner ID"])
    }
}
