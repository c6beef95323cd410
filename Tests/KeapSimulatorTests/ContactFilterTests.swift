import Testing

@testable import KeapSimulator

@Suite struct ContactFilterTests {
    /// Three people: two share an address, one has hers in the third slot.
    static func people() throws -> (caller: Caller, ids: [Int]) {
        let caller = Caller()
        let field = try #require(caller.field("Zen Planner ID"))
        let score = try #require(caller.field("Score", type: "WHOLE_NUMBER"))
        let since = try #require(caller.field("Since", type: "DATE"))
        var ids: [Int] = []
        for (index, name) in ["Mary", "Mark", "Ann"].enumerated() {
            caller.wait(seconds: 60)
            let body: JSON = [
                "given_name": .string(name), "family_name": "Smith",
                "email_addresses": [["field": .string(name == "Ann" ? "EMAIL3" : "EMAIL1"), "email": "Home+1@x.org"]],
                "phone_numbers": [["field": "PHONE2", "number": .string("55\(index)")]],
                "addresses": [
                    ["field": "BILLING", "locality": "Chandler", "country_code": "USA", "region_code": "US-AZ"]
                ],
                "custom_fields": [
                    ["id": .string(String(field.id)), "content": .string("P-\(index)")],
                    ["id": .string(String(score.id)), "content": .integer(index * 10)],
                    ["id": .string(String(since.id)), "content": .string("2026-01-0\(index + 1)")],
                ],
            ]
            ids.append(caller.call("POST", "/v2/contacts", body).json?["id"]?.id ?? 0)
        }
        return (caller, ids)
    }

    @Test(arguments: [
        ("email==home+1@X.org", [0, 1, 2]), ("email==home*", [0, 1, 2]), ("email==hom", []),
        ("given_name==mar*", [0, 1]), ("given_name==Mary;family_name==SMITH", [0]), ("given_name==Mary;", [0]),
        ("phone_number==551;phone_fields==PHONE1,PHONE2", [1]), ("phone_number==551;phone_fields==PHONE1", []),
        ("city==Chan*;state==Arizona", [0, 1, 2]), ("billing_address_country_code==USA", [0, 1, 2]),
        ("shipping_address_locality==Chandler", []), ("ZenPlannerID0==p-1", [1]), ("zenplannerid0==P-*", [0, 1, 2]),
        ("Score0>5", [1, 2]), ("Score0<=10;Score0>=10", [1]), ("Since0>2026-01-02T00:00:00.000Z", [2]),
        ("start_update_time==2026-03-02T12:02:00.000Z", [1, 2]), ("end_update_time==2026-03-02T12:02:00.000Z", [0, 1]),
        ("website==x", []), ("lead_source_name==Google*", []), ("company_id==3", []), ("middle_name==*", [0, 1, 2]),
    ])
    func `clauses are joined by and`(filter: String, expected: [Int]) throws {
        let (caller, ids) = try ContactFilterTests.people()
        #expect(caller.found(filter) == expected.map { ids[$0] })
    }

    @Test func `ids can be listed and compared`() throws {
        let (caller, ids) = try ContactFilterTests.people()
        #expect(caller.found("ids==\(ids[0]),\(ids[2]),9") == [ids[0], ids[2]])
        #expect(caller.found("contact_id>\(ids[0])") == [ids[1], ids[2]])
        #expect(caller.found("contact_id==\(ids[1])") == [ids[1]])
    }

    @Test(arguments: [
        "nickname==x", "email=x", "email>x", "email==a@x.org,given_name==b", "==x", "given_name", "Score0==many",
        "start_update_time==2026-03-02", "Since0==2026-01-01", "phone_number==551", "contact_id==x", "given_name!=x",
        "given_name==A > B", "given_name==A<B", "given_name==A!=B", "given_name==A*B", "email==*@x.org",
    ])
    func `what the language does not know is refused`(filter: String) throws {
        let (caller, _) = try ContactFilterTests.people()
        #expect(caller.call("GET", "/v2/contacts?filter=" + filter).status == 400)
    }

    @Test func `a plain parameter in place of a filter is passed over and finds all contacts`() throws {
        let (caller, ids) = try ContactFilterTests.people()
        let answer = caller.call("GET", "/v2/contacts?email=nobody@x.org")
        #expect(answer.json?["contacts"]?.items?.count == ids.count)
    }

    @Test func `pages lead on by their token until it is empty`() throws {
        for areAddresses in [false, true] {
            let caller = Caller { $0.quirks.pageTokensAreAddresses = areAddresses }
            let ids = (0..<5).map { caller.contact("Ada", String($0)) }
            var found: [Int] = []
            var token = ""
            repeat {
                let page = caller.call("GET", "/v2/contacts?fields=id&page_size=2&page_token=" + token).json
                found += (page?["contacts"]?.items ?? []).compactMap { $0["id"]?.id }
                token = try #require(page?["next_page_token"]?.text)
                #expect(token.isEmpty || token.hasPrefix("https") == areAddresses)
            } while !token.isEmpty
            #expect(found == ids)
        }
    }

    @Test(arguments: [
        "page_size=1001", "page_size=-1", "page_size=x", "page_token=x", "order_by=name", "order_by=id up",
    ])
    func `paging out of bounds is refused`(query: String) {
        let caller = Caller()
        #expect(caller.call("GET", "/v2/contacts?" + query).status == 400)
    }

    @Test func `a new contact may stay hidden from searches for a while`() {
        let caller = Caller { $0.quirks.searchLagInMilliseconds = 2_000 }
        let id = caller.contact(email: "a@x.org")
        caller.wait(seconds: 1.999)
        #expect(caller.found("email==a@x.org") == [])
        #expect(caller.call("GET", "/v1/contacts?email=a@x.org").json?["count"] == 0)
        #expect(caller.call("GET", "/v2/contacts/\(id)").status == 200)
        caller.wait(seconds: 0.001)
        #expect(caller.found("email==a@x.org") == [id])
    }

    @Test func `order can be turned around`() throws {
        let (caller, ids) = try ContactFilterTests.people()
        for field in ["id", "create_time", "update_time"] {
            let answer = caller.call("GET", "/v2/contacts?fields=id&order_by=\(field) desc")
            #expect(answer.json?["contacts"]?.items?.compactMap { $0["id"]?.id } == ids.reversed())
        }
    }

    @Test func `the index follows every change`() throws {
        let (caller, ids) = try ContactFilterTests.people()
        _ = caller.call(
            "PATCH", "/v2/contacts/\(ids[0])?update_mask=email_addresses,custom_fields",
            ["email_addresses": [["field": "EMAIL1", "email": "new@x.org"]], "custom_fields": []])
        #expect(caller.found("email==home+1@x.org") == [ids[1], ids[2]])
        #expect(caller.found("email==new@x.org") == [ids[0]])
        #expect(caller.found("ZenPlannerID0==P-0") == [])
    }
}
