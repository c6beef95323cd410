import Testing

@testable import KeapSimulator

@Suite struct V1Tests {
    static let ada: JSON = [
        "given_name": "Ada", "family_name": "Byron", "opt_in_reason": "She asked",
        "email_addresses": [["field": "EMAIL1", "email": "ada@x.org"]],
    ]

    @Test func `ids are numbers, dates have their own form, much is null`() {
        let caller = Caller()
        let answer = caller.call("POST", "/v1/contacts", V1Tests.ada)
        #expect(answer.status == 201)
        #expect(answer.json?["id"]?.integer == 1001)
        #expect(answer.json?["date_created"] == "2026-03-02T12:00:00.000+0000")
        #expect(answer.json?["last_updated_utc_millis"]?.integer == Int(Caller.noon.milliseconds))
        #expect(answer.json?["middle_name"] == .null)
        #expect(answer.json?["email_status"] == "SingleOptIn")
        #expect(answer.json?["email_opted_in"] == true)
        #expect(answer.json?["custom_fields"] == nil)
        #expect(answer.json?["job_title"] == nil)
    }

    @Test func `optional properties come when they are asked for`() throws {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        let field = try #require(caller.field("A"))
        let body: JSON = ["custom_fields": [["id": .integer(field.id), "content": "x"]], "job_title": "Countess"]
        #expect(caller.call("PATCH", "/v1/contacts/1001", body).status == 200)
        let json = caller.call("GET", "/v1/contacts/1001?optional_properties=custom_fields,job_title").json
        #expect(json?["custom_fields"] == [["id": .integer(field.id), "content": "x"]])
        #expect(json?["job_title"] == "Countess")
    }

    @Test func `lists are written slot by slot`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        let body: JSON = ["email_addresses": [["field": "EMAIL2", "email": "b@x.org"]]]
        _ = caller.call("PATCH", "/v1/contacts/1001", body)
        #expect(caller.account.contacts[1001]?.emails == ["ada@x.org", "b@x.org"])
        _ = caller.call("PATCH", "/v1/contacts/1001", ["email_addresses": [["field": "EMAIL2", "email": ""]]])
        #expect(caller.account.contacts[1001]?.emails == ["ada@x.org"])
    }

    @Test func `a mask uses v1's names`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        let body: JSON = ["birthday": "1815-12-10T00:00:00.000Z", "given_name": "Augusta"]
        #expect(caller.call("PATCH", "/v1/contacts/1001?update_mask=birthday", body).status == 200)
        #expect(caller.account.contacts[1001]?.scalars["birth_date"] == "1815-12-10")
        #expect(caller.account.contacts[1001]?.givenName == "Ada")
        #expect(caller.call("PATCH", "/v1/contacts/1001?update_mask=birth_date", body).status == 400)
        #expect(caller.call("PATCH", "/v1/contacts/9", body).status == 404)
    }

    @Test func `what v1 answers as a region it does not take back`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        func body(_ region: JSON) -> JSON {
            ["addresses": [["field": "BILLING", "region": region, "country_code": "USA"]]]
        }
        let json = caller.call("PATCH", "/v1/contacts/1001", body("US-CA")).json
        #expect(json?["addresses"]?.items?.first?["region"] == "CA")
        let refused = caller.call("PATCH", "/v1/contacts/1001", body("CA"))
        #expect(refused.status == 400)
        #expect(refused.json == ["message": "BILLING Region is invalid"])
    }

    @Test func `tags do not travel in the body`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        let answer = caller.call("PATCH", "/v1/contacts/1001", ["tag_ids": [1]])
        #expect(answer.json == ["message": "Tags can't be added or removed through this object"])
    }

    @Test func `an upsert names its option in the body`() {
        let caller = Caller()
        func upsert(_ option: JSON) -> SimAnswer {
            caller.call(
                "PUT", "/v1/contacts",
                .object(
                    (V1Tests.ada.members ?? []) + [.init(name: "duplicate_option", value: option)]))
        }
        #expect(upsert("EmailAndName").status == 201)
        #expect(upsert("EmailAndName").status == 200)
        #expect(upsert("EmailAndNameAndCompany").status == 400)
        #expect(caller.call("PUT", "/v1/contacts", V1Tests.ada).status == 400)
        #expect(caller.account.contacts.count == 1)
        let create = caller.call(
            "POST", "/v1/contacts",
            .object(
                (V1Tests.ada.members ?? []) + [.init(name: "duplicate_option", value: "Email")]))
        #expect(create.status == 400)
    }

    @Test func `an unsubscribed address stays so, whatever the reason`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        var act = caller.account
        var contact = act.contacts[1001]!
        contact.lists["email_addresses"]?[0].attributes["email_opt_status"] = "LIST_UNSUBSCRIBE"
        act.change(contact, writes: [], by: Act(number: 0, now: caller.now, request: caller.request("GET", "")))
        caller.world.accounts["gym.infusionsoft.com"] = act
        let answer = caller.call("PATCH", "/v1/contacts/1001", ["opt_in_reason": "Again"])
        #expect(answer.status == 200)
        #expect(answer.json?["email_opted_in"] == false)
    }

    @Test func `social networks and sources have other names`() {
        let caller = Caller()
        _ = caller.call("POST", "/v1/contacts", V1Tests.ada)
        let body: JSON = ["social_accounts": [["type": "LinkedIn", "name": "ada"]], "source_type": "FORMAPIHOSTED"]
        #expect(caller.call("PATCH", "/v1/contacts/1001", body).json?["source_type"] == "FORMAPIHOSTED")
        let v2 = caller.call("GET", "/v2/contacts/1001").json
        #expect(v2?["social_accounts"]?.items?.first?["type"] == "LINKED_IN")
        #expect(v2?["source_type"] == "FORM_API_HOSTED")
        #expect(caller.call("PATCH", "/v1/contacts/1001", ["social_accounts": [["type": "LINKED_IN"]]]).status == 400)
    }

    @Test func `lists are searched by plain parameters`() {
        let caller = Caller()
        for name in ["Mary", "Ann"] {
            caller.wait(seconds: 60)
            _ = caller.contact(name, "Smith", email: "home@x.org")
        }
        func found(_ query: String) -> [Int?]? {
            caller.call("GET", "/v1/contacts?" + query).json?["contacts"]?.items?.map { $0["id"]?.integer }
        }
        #expect(found("email=HOME@x.org") == [1001, 1002])
        #expect(found("email=home@x.org&given_name=ann") == [1002])
        #expect(found("order=firstName") == [1002, 1001])
        #expect(found("order=id&order_direction=DESCENDING") == [1002, 1001])
        #expect(found("since=2026-03-02T12:01:30.000Z") == [1002])
        #expect(found("until=2026-03-02T12:01:30.000Z") == [1001])
        #expect(found("limit=1&offset=1") == [1002])
        #expect(found("colour=red") == [1001, 1002])
        for query in ["since=yesterday", "order=age", "order_direction=UP", "limit=x"] {
            #expect(caller.call("GET", "/v1/contacts?" + query).status == 400)
        }
    }

    @Test func `there is a next page even after the last, unless that is turned off`() {
        for isThere in [true, false] {
            let caller = Caller { $0.quirks.nextOnLastPage = isThere }
            _ = caller.contact()
            let json = caller.call("GET", "/v1/contacts").json
            #expect(json?["count"] == 1)
            #expect((json?["next"] != .null) == isThere)
        }
    }

    @Test(
        arguments: zip(
            [Quirks.TagAnswersInV1.map, .mapOfObjects, .entries],
            [
                ["101": "SUCCESS", "9": "TAG_ID_NOT_FOUND"],
                ["101": ["status": "SUCCESS"], "9": "TAG_ID_NOT_FOUND"],
                [["101": "SUCCESS"], ["9": "TAG_ID_NOT_FOUND"]],
            ] as [JSON]))
    func `many tags for one contact, answered one by one inside a 200`(shape: Quirks.TagAnswersInV1, expected: JSON) {
        let caller = Caller { $0.quirks.tagAnswersInV1 = shape }
        let id = caller.contact()
        _ = caller.tag("A")
        let answer = caller.call("POST", "/v1/contacts/\(id)/tags", ["tagIds": [101, 9]])
        #expect(answer.status == 200)
        #expect(answer.json == expected)
        let again = caller.call("POST", "/v1/contacts/\(id)/tags", ["tagIds": [101]])
        #expect(String(decoding: again.body, as: UTF8.self).contains("DUPLICATE"))
    }

    @Test func `an unknown contact is an item of the answer or a 404`() {
        for (isItem, status) in [(true, 200), (false, 404)] {
            let caller = Caller { $0.quirks.unknownContactIsAnItem = isItem }
            let tag = caller.tag("A")
            let answer = caller.call("POST", "/v1/contacts/77/tags", ["tagIds": [.integer(tag)]])
            #expect(answer.status == status)
            if isItem { #expect(answer.json?[String(tag)] == "CONTACT_NOT_FOUND") }
        }
    }

    @Test func `tags come off by a list in the query, from either end`() {
        let caller = Caller()
        let id = caller.contact()
        let tags = ["A", "B", "C", "D"].map { caller.tag($0) }
        _ = caller.call("POST", "/v1/contacts/\(id)/tags", ["tagIds": .array(tags.map { .integer($0) })])
        #expect(caller.call("DELETE", "/v1/contacts/\(id)/tags?ids=\(tags[0]),9").status == 204)
        #expect(caller.call("DELETE", "/v1/contacts/\(id)/tags/\(tags[1])").status == 204)
        #expect(caller.call("DELETE", "/v1/tags/\(tags[2])/contacts?ids=\(id),77").status == 204)
        #expect(caller.call("DELETE", "/v1/tags/\(tags[3])/contacts/\(id)").status == 204)
        #expect(caller.account.contacts[id]?.tags.isEmpty == true)
        #expect(
            caller.account.history.events(of: id).filter { if case .tagRemoved = $0.what { true } else { false } }.count
                == 4)
        for query in ["", "?ids=", "?ids=x"] {
            #expect(caller.call("DELETE", "/v1/contacts/\(id)/tags" + query).status == 400)
        }
        #expect(caller.call("DELETE", "/v1/contacts/77/tags?ids=1").status == 404)
        #expect(caller.call("DELETE", "/v1/tags/9/contacts?ids=1").status == 404)
    }

    @Test func `one tag for many contacts`() {
        let caller = Caller()
        let id = caller.contact()
        let tag = caller.tag("A")
        let answer = caller.call("POST", "/v1/tags/\(tag)/contacts", ["ids": [.integer(id), 77]])
        #expect(answer.json?[String(id)] == "SUCCESS")
        #expect(answer.json?["77"] == "CONTACT_NOT_FOUND")
        let list = caller.call("GET", "/v1/tags/\(tag)/contacts").json
        #expect(list?["contacts"]?.items?.first?["contact"]?["first_name"] == "Ada")
        let worn = caller.call("GET", "/v1/contacts/\(id)/tags").json?["tags"]?.items?.first
        #expect(worn?["tag"]?["id"]?.integer == tag)
        #expect(caller.call("POST", "/v1/tags/\(tag)/contacts", ["ids": ["1"]]).status == 400)
    }

    @Test func `a tag is created with a 200 and listed with its category`() {
        let caller = Caller()
        let category = caller.call("POST", "/v1/tags/categories", ["name": "C"])
        #expect(category.status == 200)
        let id = category.json?["id"] ?? .null
        let tag = caller.call("POST", "/v1/tags", ["name": "A", "category": ["id": id]])
        #expect(tag.status == 200)
        #expect(tag.json?["category"]?["name"] == "C")
        #expect(caller.call("GET", "/v1/tags/\(tag.json?["id"]?.integer ?? 0)").json == tag.json)
        #expect(caller.call("GET", "/v1/tags?name=a&category=\(id.integer ?? 0)").json?["tags"]?.items?.count == 1)
        #expect(caller.call("GET", "/v1/tags?name=b").json?["count"] == 0)
    }
}
