import OutboundAPI
import Testing

@testable import Keap

@Suite struct AnswerTests {
    @Test func `a contact is read with ids of either kind, blanks and unknown keys`() throws {
        let contact = try #require(
            KeapContact(
                .parsed(
                    """
                    {"id": 1849, "given_name": "", "family_name": "Test", "birth_date": null, "ScoreValue": null,
                     "last_updated_utc_millis": 1616599023221, "tag_ids": [5, "6"],
                     "email_addresses": [{"email": "u@x.com", "field": "EMAIL1", "is_opt_in": true, "opt_in_reason": "x"},
                                         {"email": null, "field": "EMAIL2"}],
                     "phone_numbers": [{"number": "555", "field": "PHONE1", "type": "Work", "extension": null}],
                     "addresses": [{"field": "BILLING", "line1": "1 Elm", "country_code": "USA", "region_code": "US-CO",
                                    "country": "United States", "region": "Colorado", "zip_code": 80014},
                                   {"field": "OTHER", "country": "Atlantis", "region": "Deep"}],
                     "custom_fields": [{"id": 9, "content": "a"}, {"id": "10", "content": null}, {"id": "11", "content": [1.0]}]}
                    """)))

        #expect(contact.id == ContactID("1849"))
        #expect(contact.givenName == "")
        #expect(contact.familyName == "Test")
        #expect(contact.birthDate == nil)
        #expect(contact.tags == [TagID("5"), TagID("6")])
        #expect(contact.emails == [EmailSlot(field: "EMAIL1", email: "u@x.com")])
        #expect(contact.phones == [PhoneSlot(field: "PHONE1", number: "555", type: "Work")])
        #expect(
            contact.customFields == [
                CustomFieldContent(id: CustomFieldID("9"), content: .string("a")),
                CustomFieldContent(id: CustomFieldID("11"), content: .array([.number("1.0")])),
            ])
        var billing = AddressSlot(field: "BILLING")
        billing.line1 = "1 Elm"
        billing.countryCode = "USA"
        billing.regionCode = "US-CO"
        billing.zipCode = "80014"
        var other = AddressSlot(field: "OTHER")
        other.country = "Atlantis"
        other.region = "Deep"
        #expect(contact.addresses == [billing, other])
    }

    @Test func `a list that is null is empty, one that is missing is unknown`() throws {
        let contact = try #require(KeapContact(.parsed(#"{"id":"1","email_addresses":null}"#)))
        #expect(contact.emails == [])
        #expect(contact.phones == nil)
    }

    @Test(arguments: ["{}", #"{"id":""}"#, #"{"id":null}"#, "[]", "3"])
    func `without an id there is no contact`(text: String) {
        #expect(KeapContact(.parsed(text)) == nil)
    }

    @Test(arguments: [
        #"{"1":"SUCCESS","2":"DUPLICATE","3":"TAG_ID_NOT_FOUND","4":"CONTACT_NOT_FOUND","5":"NO_PERMISSION"}"#,
        #"[{"1":"SUCCESS"},{"2":"DUPLICATE"},{"3":"TAG_ID_NOT_FOUND"},{"4":"CONTACT_NOT_FOUND"},{"5":"NO_PERMISSION"}]"#,
        #"{"results":{"1":"SUCCESS","2":"DUPLICATE","3":"TAG_ID_NOT_FOUND","4":"CONTACT_NOT_FOUND","5":"NO_PERMISSION"}}"#,
        """
        {"1":{"id":1,"name":"VIP"},"2":{"status":"DUPLICATE"},"3":"TAG_ID_NOT_FOUND","4":{"result":"CONTACT_NOT_FOUND"},
         "5":{"code":"NO_PERMISSION"}}
        """,
    ])
    func `what Keap says of each tag is read in every shape`(text: String) {
        let tags = (1...5).map { TagID("\($0)") }
        #expect(
            TagAnswer.read(.parsed(text), for: tags) == [
                TagID("1"): .applied, TagID("2"): .duplicate, TagID("3"): .tagGone, TagID("4"): .contactGone,
                TagID("5"): .refused("NO_PERMISSION"),
            ])
    }

    @Test(arguments: [nil, "{}", "[]", "null"])
    func `an answer without items covers all`(text: String?) {
        #expect(TagAnswer.read(text.map { .parsed($0) }, for: [TagID("1")]) == [TagID("1"): .applied])
    }

    @Test func `a tag that the answer passes over is not taken for applied`() {
        #expect(
            TagAnswer.read(.parsed(#"{"1":"SUCCESS","9":"SUCCESS"}"#), for: [TagID("1"), TagID("2")])
                == [TagID("1"): .applied, TagID("2"): .refused("Keap's answer does not name it")])
    }

    @Test func `a tag may have no category`() {
        #expect(
            KeapTag(.parsed(#"{"id":5,"name":"VIP","category":{"id":3}}"#))
                == KeapTag(id: TagID("5"), name: "VIP", category: CategoryID("3")))
        #expect(KeapTag(.parsed(#"{"id":"5","name":"VIP","category":null}"#)) == KeapTag(id: TagID("5"), name: "VIP"))
        #expect(
            KeapTag(.parsed(#"{"id":"5","name":"VIP","category":{"id":""}}"#)) == KeapTag(id: TagID("5"), name: "VIP"))
        #expect(KeapTag(.parsed(#"{"id":"5"}"#)) == nil)
    }

    @Test(arguments: [
        (#"{"tags":[{"id":1,"name":"a"}],"next_page_token":"t"}"#, "t" as String?),
        (#"{"tags":[{"id":1,"name":"a"}],"next_page_token":""}"#, nil),
        (#"{"tags":[{"id":1,"name":"a"}],"next_page_token":null}"#, nil),
        (#"{"tags":[{"id":1,"name":"a"}]}"#, nil),
        (#"{"tags":[],"next_page_token":"t"}"#, nil),
    ])
    func `the last page is known by its token, or by being empty`(text: String, next: String?) throws {
        #expect(try APIResponse(status: 200, body: Array(text.utf8)).page("tags", KeapTag.init).next == next)
    }

    @Test func `a page without its list is no empty page`() {
        #expect(throws: KeapFailure.unclear(reason: "Keap's answer (200) has no list of tags.")) {
            try APIResponse(status: 200, body: Array("{}".utf8)).page("tags", KeapTag.init)
        }
        #expect(throws: KeapFailure.unclear(reason: "Keap's answer (200, 6 bytes) cannot be read.")) {
            try APIResponse(status: 200, body: Array("<html>".utf8)).page("tags", KeapTag.init)
        }
    }

    @Test func `a walk through pages does not go in circles`() {
        var walk = PageWalk()
        #expect(walk.token == nil)
        let followed = ["a", "b", "a", nil].map { walk.follow($0) }
        #expect(followed == [true, true, false, false])
        #expect(walk.token == "b")
    }

    @Test func `a walk ends even if every token is new`() {
        var walk = PageWalk()
        var pages = 1
        while walk.follow("\(pages)") { pages += 1 }
        #expect(pages == PageWalk.mostPages)
    }
}

extension JSONValue {
    static func parsed(_ text: String) -> JSONValue {
        guard let value = JSONValue(json: Array(text.utf8)) else {
            preconditionFailure("the test's own JSON is broken")
        }
        return value
    }
}
