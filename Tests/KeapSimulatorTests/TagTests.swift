import Testing

@testable import KeapSimulator

@Suite struct TagTests {
    @Test func `a tag has a name, a category and an id as text`() {
        let caller = Caller()
        let category = caller.call("POST", "/v2/tags/categories", ["name": "Zen Planner"])
        #expect(category.status == 201)
        let id = category.json?["id"] ?? .null
        let tag = caller.call("POST", "/v2/tags", ["name": "A", "category": ["id": id]])
        #expect(tag.status == 201)
        #expect(tag.json?["id"]?.text != nil)
        #expect(tag.json?["category"]?["id"] == id)
        #expect(caller.call("GET", "/v2/tags/\(tag.json?["id"]?.text ?? "")").json == tag.json)
    }

    @Test func `what a name that exists does is a setting`() {
        for (behaviour, status) in [
            (Quirks.RepeatedName.refused(status: 400), 400), (.refused(status: 409), 409), (.accepted, 201),
        ] {
            let caller = Caller {
                $0.quirks.repeatedTagName = behaviour
                $0.quirks.repeatedCategoryName = behaviour
            }
            _ = caller.tag("Gold")
            #expect(caller.call("POST", "/v2/tags", ["name": "GOLD"]).status == status)
            _ = caller.call("POST", "/v2/tags/categories", ["name": "C"])
            #expect(caller.call("POST", "/v2/tags/categories", ["name": "c"]).status == status)
        }
    }

    @Test func `a long name is cut without a word`() {
        let caller = Caller()
        let answer = caller.call("POST", "/v2/tags", ["name": .string(String(repeating: "x", count: 300))])
        #expect(answer.json?["name"]?.text?.count == 255)
    }

    @Test func `commas pass unless they are not wanted`() {
        for (allowed, status) in [(true, 201), (false, 400)] {
            let caller = Caller { $0.quirks.commasInTagNames = allowed }
            #expect(caller.call("POST", "/v2/tags", ["name": "a,b"]).status == status)
        }
    }

    @Test(
        arguments: [
            [:], ["name": " "], ["name": 3], ["name": "A", "colour": "red"], ["name": "A", "category": ["id": "99"]],
            ["name": "A", "category": [:]], [],
        ] as [JSON])
    func `a tag without a proper body is refused`(body: JSON) {
        let caller = Caller()
        #expect(caller.call("POST", "/v2/tags", body).status == 400)
        #expect(caller.account.tags.isEmpty)
    }

    @Test func `a rename under a mask keeps the category, one without a mask loses it`() {
        let caller = Caller()
        let category = caller.call("POST", "/v2/tags/categories", ["name": "C"]).json?["id"] ?? .null
        let id = caller.call("POST", "/v2/tags", ["name": "A", "category": ["id": category]]).json?["id"]?.id ?? 0
        #expect(caller.call("PATCH", "/v2/tags/\(id)?update_mask=name", ["name": "B"]).status == 200)
        #expect(caller.account.tags[id]?.name == "B")
        #expect(caller.account.tags[id]?.category != nil)
        #expect(caller.call("PATCH", "/v2/tags/\(id)", ["name": "b"]).status == 200, "its own name is not taken")
        #expect(caller.account.tags[id]?.category == nil)
        #expect(caller.call("PATCH", "/v2/tags/\(id)?update_mask=colour", [:]).status == 400)
        #expect(caller.call("PATCH", "/v2/tags/9", ["name": "B"]).status == 404)
    }

    @Test func `a deleted tag comes off all contacts, and the history says so`() {
        let caller = Caller()
        let id = caller.contact()
        let tag = caller.tag("A")
        _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": [.string(String(id))]])
        #expect(caller.call("DELETE", "/v2/tags/\(tag)").status == 204)
        #expect(caller.account.contacts[id]?.tags.isEmpty == true)
        #expect(caller.account.history.events(of: id).map(\.what) == [.created, .tagApplied(tag), .tagRemoved(tag)])
        #expect(caller.call("GET", "/v2/tags/\(tag)").status == 404)
        #expect(caller.call("DELETE", "/v2/tags/\(tag)").status == 404)
        let apply = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": ["1"]])
        #expect(apply.status == 404)
    }

    @Test func `the outcome of each contact hides inside a success`() {
        let caller = Caller()
        let id = String(caller.contact())
        let tag = caller.tag("A")
        let path = "/v2/tags/\(tag)/contacts:applyTags"
        #expect(
            caller.call("POST", path, ["contact_ids": [.string(id), "77", "x"]]).json == [
                "results": .object([
                    .init(name: id, value: "SUCCESS"), .init(name: "77", value: "CONTACT_NOT_FOUND"),
                    .init(name: "x", value: "CONTACT_NOT_FOUND"),
                ])
            ])
        let again = caller.call("POST", path, ["contact_ids": [.string(id), .string(id)]])
        #expect(again.status == 200)
        #expect(again.json?["results"]?.members?.map(\.value) == ["DUPLICATE"])
    }

    @Test func `taking a tag off answers nothing at all`() {
        let caller = Caller()
        let id = caller.contact()
        let tag = caller.tag("A")
        let path = "/v2/tags/\(tag)/contacts:removeTags"
        let answer = caller.call("POST", path, ["contact_ids": [.string(String(id)), "77"]])
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(caller.account.history.events(of: id).map(\.what) == [.created], "it was never worn")
    }

    @Test(
        arguments: [
            [:], ["contact_ids": []], ["contact_ids": [1]], ["ids": ["1"]],
            ["contact_ids": .array((0..<101).map { .string(String($0)) })],
        ] as [JSON])
    func `a bulk call that names no contact, or too many, is refused`(body: JSON) {
        let caller = Caller()
        let tag = caller.tag("A")
        #expect(caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", body).status == 400)
        #expect(caller.call("POST", "/v2/tags/\(tag)/contacts:removeTags", body).status == 400)
    }

    @Test func `lists of tags are filtered by name, category, ids and time`() throws {
        let caller = Caller()
        let category = caller.call("POST", "/v2/tags/categories", ["name": "C"]).json?["id"] ?? .null
        let a = caller.tag("A")
        caller.wait(seconds: 60)
        let b = caller.call("POST", "/v2/tags", ["name": "B=1", "category": ["id": category]]).json?["id"]?.id ?? 0
        func found(_ filter: String) -> [Int]? {
            caller.call("GET", "/v2/tags?filter=" + filter).json?["tags"]?.items?.compactMap { $0["id"]?.id }
        }
        #expect(found("") == [a, b])
        #expect(found("name==b=1") == [b])
        #expect(found("category_id==NONE") == [a])
        #expect(found("category_id==\(category.text ?? "")") == [b])
        #expect(found("tag_ids==\(a),9") == [a])
        #expect(found("description==NONE;since_create_time==2026-03-02T12:00:30.000Z") == [b])
        #expect(found("until_update_time==2026-03-02T12:00:30.000Z") == [a])
        #expect(found("colour==red") == nil)
        #expect(caller.call("GET", "/v2/tags?order_by=name desc").json?["tags"]?.items?.first?["name"] == "B=1")
    }

    @Test func `wearers are listed with the time, and pages shift when some leave`() throws {
        let caller = Caller()
        let ids = (0..<4).map { caller.contact("Ada", String($0)) }
        let tag = caller.tag("A")
        let texts = ids.map { JSON.string(String($0)) }
        _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": .array(texts)])
        let first = caller.call("GET", "/v2/tags/\(tag)/contacts?page_size=2").json
        #expect(first?["contacts"]?.items?.map { $0["id"] } == [texts[0], texts[1]])
        #expect(first?["contacts"]?.items?.first?["applied_time"] == "2026-03-02T12:00:00Z")
        _ = caller.call("POST", "/v2/tags/\(tag)/contacts:removeTags", ["contact_ids": .array(Array(texts[0...1]))])
        let token = try #require(first?["next_page_token"]?.text)
        let second = caller.call("GET", "/v2/tags/\(tag)/contacts?page_token=" + token).json
        #expect(second?["contacts"]?.items?.count == 0, "the two that are left moved to the first page")
        let found = caller.call("GET", "/v2/tags/\(tag)/contacts?filter=family_name==3").json
        #expect(found?["contacts"]?.items?.map { $0["id"] } == [texts[3]])
        #expect(caller.call("GET", "/v2/tags/\(tag)/contacts?filter=email==NONE").json?["contacts"] == [])
        #expect(caller.call("GET", "/v2/tags/\(tag)/contacts?filter=age==3").status == 400)
    }

    @Test func `a contact's tags are listed with the time`() {
        let caller = Caller()
        let id = caller.contact()
        let tags = ["B", "A"].map { caller.tag($0) }
        for tag in tags {
            caller.wait(seconds: 1)
            _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ["contact_ids": [.string(String(id))]])
        }
        func names(_ query: String) -> [JSON?]? {
            caller.call("GET", "/v2/contacts/\(id)/tags" + query).json?["tags"]?.items?.map { $0["tag"]?["name"] }
        }
        #expect(names("") == ["B", "A"])
        #expect(names("?order_by=name") == ["A", "B"])
        #expect(names("?filter=since_applied_time==2026-03-02T12:00:02.000Z") == ["A"])
        #expect(names("?filter=name==b;category_id==NONE") == ["B"])
        #expect(caller.call("GET", "/v2/contacts/9/tags").status == 404)
    }

    @Test func `categories are listed, renamed and deleted; their tags stay`() {
        let caller = Caller()
        let id = caller.call("POST", "/v2/tags/categories", ["name": "C"]).json?["id"]?.id ?? 0
        let tag = caller.call("POST", "/v2/tags", ["name": "A", "category": ["id": .string(String(id))]]).json?["id"]?
            .id
        #expect(caller.call("PATCH", "/v2/tags/categories/\(id)?update_mask=name", ["name": "D"]).status == 200)
        let list = caller.call("GET", "/v2/tags/categories?filter=name==d").json
        #expect(list?["tag_categories"]?.items?.map { $0["name"] } == ["D"])
        #expect(caller.call("GET", "/v2/tags/categories?filter=colour==red").status == 400)
        #expect(caller.call("GET", "/v2/tags/categories/\(id)").status == 200)
        #expect(caller.call("DELETE", "/v2/tags/categories/\(id)").status == 204)
        #expect(caller.call("GET", "/v2/tags/categories/\(id)").status == 404)
        #expect(caller.account.tags[tag ?? 0]?.category == nil)
        #expect(caller.account.tags.count == 1)
    }
}
