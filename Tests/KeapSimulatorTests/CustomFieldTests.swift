import Testing

@testable import KeapSimulator

@Suite struct CustomFieldTests {
    @Test func `the model tells the id to write by and the name to search by`() {
        let caller = Caller()
        let body: JSON = ["label": "Zen Planner ID", "field_type": "TEXT"]
        let created = caller.call("POST", "/v2/contacts/model/customFields", body)
        #expect(created.status == 201)
        #expect(created.json?["field_name"] == "ZenPlannerID0")
        #expect(created.json?["record_type"] == "CONTACT")
        let second = caller.call("POST", "/v2/contacts/model/customFields", body)
        #expect(second.json?["field_name"] == "ZenPlannerID1", "a label may be used twice")
        #expect(caller.call("GET", "/v2/contacts/model").json?["custom_fields"]?.items?.first == created.json)
        let v1 = caller.call("GET", "/v1/contacts/model").json?["custom_fields"]?.items?.first
        #expect(v1?["field_type"] == "Text")
        #expect(v1?["id"] == created.json?["id"]?.id.map { .integer($0) })
    }

    @Test func `v1 has its own words for types`() {
        let caller = Caller()
        let path = "/v1/contacts/model/customFields"
        #expect(caller.call("POST", path, ["label": "A", "field_type": "WholeNumber"]).status == 201)
        #expect(caller.call("POST", path, ["label": "A", "field_type": "WHOLE_NUMBER"]).status == 400)
    }

    @Test(
        arguments: [
            [:], ["label": "A"], ["label": "", "field_type": "TEXT"], ["label": "A", "field_type": "Text"],
            ["label": "A", "field_type": "TEXT", "colour": "red"],
        ] as [JSON])
    func `a field without label or type is refused`(body: JSON) {
        let caller = Caller()
        #expect(caller.call("POST", "/v2/contacts/model/customFields", body).status == 400)
    }

    @Test(
        arguments: [
            ("TEXT", "x", true), ("TEXT", 3, true), ("TEXT", ["a"], false), ("TEXT", ["a": 1], false),
            ("TEXT", .string(String(repeating: "x", count: 65_536)), false), ("DATE", "2026-01-31", true),
            ("DATE", "31.1.2026", false), ("WHOLE_NUMBER", "12", true), ("WHOLE_NUMBER", "twelve", false),
            ("YES_NO", true, true), ("TEXT", true, false), ("LIST_BOX", ["a", "b"], true), ("DATE", "", true),
            ("DATE_TIME", "2026-01-31T10:00:00.000Z", true), ("DATE_TIME", "2026-01-31", false),
            ("MONTH", 12, true), ("MONTH", "13", false), ("DAY_OF_WEEK", 7, true), ("DAY_OF_WEEK", "Monday", false),
            ("YEAR", "2026", true), ("YEAR", "next", false), ("CURRENCY", 9.5, true), ("CURRENCY", "$9.50", false),
            ("PERCENT", "50", true), ("PERCENT", "50%", false), ("YES_NO", "maybe", false), ("YES_NO", 1, true),
            ("USER", 1, true), ("USER", "77", false), ("USER_LIST_BOX", ["1"], true), ("USER_LIST_BOX", [77], false),
            ("EMAIL", "a@example.com", true), ("EMAIL", "a", false), ("WEBSITE", "example.com/x", true),
            ("WEBSITE", "none", false), ("PHONE_NUMBER", "+1 303 555 0101", true), ("PHONE_NUMBER", "none", false),
            ("SOCIAL_SECURITY_NUMBER", "123-45-6789", true), ("SOCIAL_SECURITY_NUMBER", "12", false),
            ("NAME", "Ada", true), ("TEXT_AREA", "a\nb", true), ("STATE", "Colorado", true), ("RADIO", 3, false),
        ] as [(String, JSON, Bool)])
    func `contents must fit the type`(type: String, content: JSON, fits: Bool) throws {
        let caller = Caller()
        let id = caller.contact()
        let field = try #require(caller.field("F", type: type))
        let body: JSON = ["custom_fields": [["id": .string(String(field.id)), "content": content]]]
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body).status == (fits ? 200 : 400))
    }

    @Test(arguments: [("RADIO", "A", true), ("DROPDOWN", "C", false), ("DRILLDOWN", "B", true), ("STATE", "a", false)])
    func `a choice must be one of the options`(type: String, content: String, fits: Bool) throws {
        let caller = Caller()
        let id = caller.contact()
        let model: JSON = [
            "label": "F", "field_type": .string(type), "options": [["label": "A"], ["label": "B"]],
        ]
        let field = try #require(caller.call("POST", "/v2/contacts/model/customFields", model).json?["id"]?.text)
        let body: JSON = ["custom_fields": [["id": .string(field), "content": .string(content)]]]
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body).status == (fits ? 200 : 400))
    }

    @Test func `fields that are sent replace all others, null and empty clear`() throws {
        let caller = Caller()
        let id = caller.contact()
        let fields = try ["A", "B"].map { try #require(caller.field($0)).id }
        func write(_ contents: [(Int, JSON)]) {
            let items = contents.map { ["id": .string(String($0.0)), "content": $0.1] as JSON }
            _ = caller.call("PATCH", "/v2/contacts/\(id)", ["custom_fields": .array(items)])
        }
        write([(fields[0], "1"), (fields[1], "2")])
        write([(fields[1], "3")])
        #expect(caller.account.contacts[id]?.customFields == [fields[1]: "3"])
        write([(fields[1], "")])
        #expect(caller.account.contacts[id]?.customFields == [:])
    }

    @Test func `a deleted field takes its contents along`() throws {
        let caller = Caller()
        let id = caller.contact()
        let field = try #require(caller.field("A")).id
        let body: JSON = ["custom_fields": [["id": .string(String(field)), "content": "1"]]]
        _ = caller.call("PATCH", "/v2/contacts/\(id)", body)
        #expect(caller.call("DELETE", "/v2/contacts/model/customFields/\(field)").status == 204)
        #expect(caller.account.contacts[id]?.customFields == [:])
        #expect(caller.call("PATCH", "/v2/contacts/\(id)", body).status == 400)
        #expect(caller.call("DELETE", "/v2/contacts/model/customFields/\(field)").status == 404)
        #expect(caller.found("A0==1") == nil)
    }
}
