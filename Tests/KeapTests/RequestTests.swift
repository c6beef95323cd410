import OutboundAPI
import Testing

@testable import Keap

@Suite struct RequestTests {
    @Test func `a search encodes everything that is not plain`() throws {
        let filter = try Filter([.email("a+b&c@x.com"), .givenName("Zoë Ann"), .familyName("O'Neil")])
        let request = APIRequest.findContacts(filter, fields: [.givenName, .tagIDs], size: 50, page: nil)

        #expect(request.method == .get)
        #expect(request.body == nil)
        #expect(
            request.target
                == "/v2/contacts?page_size=50&filter=email%3D%3Da%2Bb%26c%40x.com%3Bgiven_name%3D%3DZo%C3%AB%20Ann"
                + "%3Bfamily_name%3D%3DO%27Neil&fields=id,given_name,tag_ids")
    }

    @Test func `a custom field is searched by its field name`() throws {
        let filter = try Filter([.custom(fieldName: "_ZenPlannerID", value: "7F3C-1")])
        #expect(
            APIRequest.findContacts(filter, fields: [.id], size: 10, page: nil).target
                == "/v2/contacts?page_size=10&filter=_ZenPlannerID%3D%3D7F3C-1&fields=id")
    }

    @Test func `the next page is asked for with its token`() throws {
        let filter = try Filter([.email("a@x.com")])
        #expect(
            APIRequest.findContacts(filter, fields: [], size: 10, page: "t/1=").target
                == "/v2/contacts?page_size=10&page_token=t%2F1%3D&filter=email%3D%3Da%40x.com&fields=id")
    }

    @Test func `an address as a token keeps its query, but neither its host nor its path`() throws {
        let filter = try Filter([.email("a@x.com")])
        let token = "https://elsewhere.example/steal?page_token=abc&filter=email%3D%3Da;b&x=a+b"
        #expect(
            APIRequest.findContacts(filter, fields: [], size: 10, page: token).target
                == "/v2/contacts?page_token=abc&filter=email%3D%3Da%3Bb&x=a%20b")
    }

    @Test func `a contact is read with just the fields asked for`() throws {
        #expect(
            try APIRequest.readContact(ContactID("12"), fields: [.id, .emailAddresses, .emailAddresses]).target
                == "/v2/contacts/12?fields=id,email_addresses")
    }

    @Test(arguments: [("a/b", "a%2Fb"), ("1?x=2", "1%3Fx%3D2")])
    func `an id cannot leave its place in the path`(id: String, part: String) throws {
        #expect(try APIRequest.readTag(TagID(id)).target == "/v2/tags/\(part)")
    }

    @Test(arguments: ["", ".", ".."])
    func `an id that would name something else is refused`(id: String) {
        #expect(throws: KeapFailure.refused(status: 0, message: "An id cannot be “\(id)”.")) {
            try APIRequest.readContact(ContactID(id), fields: [])
        }
    }

    @Test func `a create carries its properties and says how to find an earlier one`() throws {
        let request = try APIRequest.createContact(.whole, duplicates: .emailAndName)

        #expect(request.method == .post)
        #expect(request.target == "/v2/contacts?duplicate_option=EmailAndName&fields=id")
        #expect(
            request.json == """
                {"addresses":[{"country_code":"USA","field":"BILLING","line1":"1 Elm St","line2":"Apt 2",\
                "locality":"Denver","postal_code":"80014","region_code":"US-CO"}],"birth_date":"1985-03-15",\
                "custom_fields":[{"content":"7F3C","id":"9"}],"email_addresses":[{"email":"a@x.com","field":"EMAIL1",\
                "opt_in_reason":"Member"}],"family_name":"Lovelace","given_name":"Ada",\
                "phone_numbers":[{"extension":"4","field":"PHONE1","number":"555","type":"Mobile"}]}
                """)
    }

    @Test func `a create without a duplicate option has none`() throws {
        #expect(try APIRequest.createContact(.whole, duplicates: nil).target == "/v2/contacts?fields=id")
    }

    @Test func `a contact without an e-mail, a phone number or an address is not created`() {
        var body = ContactBody()
        body.givenName = "Ada"
        body.emails = []
        #expect(
            throws: KeapFailure.refused(
                status: 0, message: "Keap makes no contact without an e-mail, a phone number or an address.")
        ) { try APIRequest.createContact(body, duplicates: nil) }
    }

    @Test func `an update names each property it changes in the mask, once each`() throws {
        var body = ContactBody()
        body.givenName = "Ada"
        body.birthDate = ""
        body.emails = []
        let request = try APIRequest.updateContact(ContactID("7"), with: body)

        #expect(request.method == .patch)
        #expect(
            request.target
                == "/v2/contacts/7?update_mask=birth_date&update_mask=email_addresses&update_mask=given_name&fields=id")
        #expect(request.json == #"{"birth_date":"","email_addresses":[],"given_name":"Ada"}"#)
    }

    @Test func `a foreign custom field goes back as it came`() throws {
        let content = try #require(JSONValue(json: Array(#"{"a":[1.10,12345678901234567890,null]}"#.utf8)))
        var body = ContactBody()
        body.customFields = [CustomFieldContent(id: CustomFieldID("3"), content: content)]
        #expect(
            try APIRequest.updateContact(ContactID("7"), with: body).json
                == #"{"custom_fields":[{"content":{"a":[1.10,12345678901234567890,null]},"id":"3"}]}"#)
    }

    @Test func `tags of one contact are v1 calls with numbers`() throws {
        let tags = [TagID("1"), TagID("22")]
        let apply = try APIRequest.apply(tags, to: ContactID("7"))
        #expect(apply.line == "POST /v1/contacts/7/tags")
        #expect(apply.json == #"{"tagIds":[1,22]}"#)
        let remove = try APIRequest.remove(tags, from: ContactID("7"))
        #expect(remove.line == "DELETE /v1/contacts/7/tags?ids=1%2C22")
        #expect(remove.body == nil)
    }

    @Test(arguments: ["", "x", "1,2", "1e3", "99999999999999999999"])
    func `a tag id that is no number is not sent`(id: String) {
        #expect(throws: KeapFailure.refused(status: 0, message: "“\(id)” is not a tag id that Keap can know.")) {
            try APIRequest.apply([TagID(id)], to: ContactID("7"))
        }
    }

    @Test func `one tag of many contacts is a v2 call with texts`() throws {
        let request = try APIRequest.remove(TagID("5"), from: [ContactID("1"), ContactID("2")])
        #expect(request.line == "POST /v2/tags/5/contacts:removeTags")
        #expect(request.json == #"{"contact_ids":["1","2"]}"#)
    }

    @Test func `the other calls`() throws {
        #expect(try APIRequest.wearers(of: TagID("5"), page: nil).line == "GET /v2/tags/5/contacts?page_size=1000")
        #expect(
            APIRequest.listTags(nameFilter("name", "ZP: a&b"), page: nil).line
                == "GET /v2/tags?page_size=1000&filter=name%3D%3DZP%3A%20a%26b")
        #expect(try APIRequest.createTag("New", in: CategoryID("3")).json == #"{"category":{"id":"3"},"name":"New"}"#)
        #expect(try APIRequest.createTag("New", in: nil).line == "POST /v2/tags")
        #expect(try APIRequest.createTag("New", in: nil).json == #"{"name":"New"}"#)
        #expect(try APIRequest.rename(TagID("5"), to: "Old").line == "PATCH /v2/tags/5?update_mask=name")
        #expect(try APIRequest.rename(TagID("5"), to: "Old").json == #"{"name":"Old"}"#)
        #expect(try APIRequest.delete(TagID("5")).line == "DELETE /v2/tags/5")
        #expect(
            APIRequest.listCategories(nil, page: "p").line == "GET /v2/tags/categories?page_size=1000&page_token=p")
        #expect(try APIRequest.createCategory("Zen").line == "POST /v2/tags/categories")
        #expect(try APIRequest.createCategory("Zen").json == #"{"name":"Zen"}"#)
        #expect(APIRequest.readModel.line == "GET /v2/contacts/model")
        let field = try APIRequest.createCustomField("Signup Date", type: .date)
        #expect(field.line == "POST /v2/contacts/model/customFields")
        #expect(field.json == #"{"field_type":"DATE","label":"Signup Date"}"#)
        #expect(APIRequest.userInfo.line == "GET /v2/oauth/connect/userinfo")
    }

    @Test func `a name that Keap would cut is not sent`() throws {
        let longest = String(repeating: "n", count: 255)
        #expect(try APIRequest.createTag(longest, in: nil).json == #"{"name":"\#(longest)"}"#)
        #expect(throws: KeapFailure.self) { try APIRequest.createTag(longest + "n", in: nil) }
        #expect(throws: KeapFailure.self) { try APIRequest.rename(TagID("1"), to: longest + "n") }
        #expect(throws: KeapFailure.self) { try APIRequest.createCategory("") }
        #expect(throws: KeapFailure.self) { try APIRequest.createCustomField("", type: .text) }
    }
}

@Suite struct FilterTests {
    @Test(arguments: [
        ("Ann; Bob", "given_name==Ann*"), ("Ann*", "given_name==Ann*"), ("Ann;family_name==Bob", "given_name==Ann*"),
        ("Ann > Bob", "given_name==Ann*"), ("Ann<3", "given_name==Ann*"), ("Ann=Bob", "given_name==Ann*"),
        ("Ann!=Bob", "given_name==Ann!*"),
    ])
    func `a value that Keap would misread is asked for by its start and compared here`(value: String, text: String)
        throws
    {
        let filter = try Filter([.givenName(value)])
        #expect(filter.text == text)
        #expect(filter.fieldsToCompare == [.givenName])

        var contact = KeapContact(id: ContactID("1"))
        contact.givenName = "Annabel"
        #expect(!filter.matches(contact))
        contact.givenName = value.uppercased()
        #expect(filter.matches(contact))
    }

    @Test func `a blank value is compared here and asked for only beside another`() throws {
        let filter = try Filter([.email("a@x.com"), .familyName("")])
        #expect(filter.text == "email==a@x.com")

        var contact = KeapContact(id: ContactID("1"))
        #expect(filter.matches(contact))
        contact.familyName = "Lovelace"
        #expect(!filter.matches(contact))
    }

    @Test func `an e-mail is found in any slot`() throws {
        let filter = try Filter([.email("a;b@x.com")])
        var contact = KeapContact(id: ContactID("1"))
        #expect(!filter.matches(contact))
        contact.emails = [EmailSlot(field: "EMAIL1", email: "c@x.com"), EmailSlot(field: "EMAIL3", email: "A;B@x.com")]
        #expect(filter.matches(contact))
    }

    @Test func `a search for nothing would find every contact, so it is refused`() {
        let refusal = KeapFailure.refused(status: 0, message: "A search for contacts needs a value.")
        #expect(throws: refusal) { try Filter([]) }
        #expect(throws: refusal) { try Filter([.email(""), .familyName("")]) }
        #expect(throws: refusal) { try Filter([.givenName(";x")]) }
    }

    @Test(arguments: ["", "a;b", "a*", "a>b", "a="])
    func `a custom field that cannot be asked for exactly is refused`(value: String) {
        #expect(throws: KeapFailure.refused(status: 0, message: "Keap cannot search a custom field for “\(value)”.")) {
            try Filter([.custom(fieldName: "_Zen", value: value)])
        }
    }
}

extension APIRequest {
    var line: String { "\(method.rawValue) \(target)" }
    var json: String { String(decoding: body ?? [], as: UTF8.self) }
}

extension ContactBody {
    static var whole: ContactBody {
        var body = ContactBody()
        body.givenName = "Ada"
        body.familyName = "Lovelace"
        body.birthDate = "1985-03-15"
        body.emails = [EmailSlot(field: "EMAIL1", email: "a@x.com", optInReason: "Member")]
        body.phones = [PhoneSlot(field: "PHONE1", number: "555", type: "Mobile", extension: "4")]
        var address = AddressSlot(field: "BILLING")
        address.line1 = "1 Elm St"
        address.line2 = "Apt 2"
        address.locality = "Denver"
        address.regionCode = "US-CO"
        address.countryCode = "USA"
        address.postalCode = "80014"
        body.addresses = [address]
        body.customFields = [CustomFieldContent(id: CustomFieldID("9"), content: .string("7F3C"))]
        return body
    }
}
