import Testing

@testable import KeapSimulator

@Suite struct RecordTests {
    @Test func `a lead source is made in a category and found by its name`() throws {
        let caller = Caller()
        let category = caller.call("POST", "/v2/leadSourceCategories", ["name": "OnceHub"])
        #expect(category.status == 201)
        let id = try #require(category.json?["id"]?.text)
        let body: JSON = ["name": "Front > Intro", "status": "ACTIVE", "lead_source_category_id": .string(id)]
        let made = caller.call("POST", "/v2/leadSources", body)
        #expect(made.status == 201)
        let found = caller.call("GET", "/v2/leadSources?filter=name==front*")
        #expect(found.json?["lead_sources"]?.items == made.json.map { [$0] })
        #expect(caller.call("GET", "/v2/leadSources?filter=name==fro*").json?["lead_sources"]?.items?.count == 1)
        #expect(caller.call("GET", "/v2/leadSources?filter=name==other").json?["lead_sources"]?.items == [])
        #expect(caller.call("GET", "/v2/leadSources?filter=name==front > intro").status == 400)
    }

    @Test func `a category's name must be unique, a lead source's and a company's need not be`() {
        let caller = Caller()
        func status(_ path: String, _ property: String) -> [Int] {
            (0..<2).map { _ in caller.call("POST", path, .object([.init(name: property, value: "A")])).status }
        }
        #expect(status("/v2/leadSourceCategories", "name") == [201, 400])
        #expect(status("/v2/leadSources", "name") == [201, 201])
        #expect(status("/v2/companies", "company_name") == [201, 201])
    }

    @Test(
        arguments: [
            ("/v2/leadSources", [:]), ("/v2/leadSources", ["name": "A", "lead_source_category_id": "99"]),
            ("/v2/leadSources", ["name": "A", "status": "HALF"]), ("/v2/leadSources", ["name": "A", "x": 1]),
            ("/v2/companies", ["name": "A"]),
        ] as [(String, JSON)])
    func `a record that does not fit is refused`(path: String, body: JSON) {
        #expect(Caller().call("POST", path, body).status == 400)
    }

    @Test func `a contact takes only a lead source that there is`() throws {
        let caller = Caller()
        let contact = caller.contact()
        let id = try #require(caller.call("POST", "/v2/leadSources", ["name": "A"]).json?["id"]?.text)
        #expect(caller.call("PATCH", "/v2/contacts/\(contact)", ["leadsource_id": .string(id)]).status == 200)
        #expect(caller.call("PATCH", "/v2/contacts/\(contact)", ["leadsource_id": "99999"]).status == 400)
        #expect(caller.found("lead_source_name==A") == [contact])
        #expect(caller.found("lead_source_name==B") == [])
    }

    @Test func `users are listed and may own contacts`() {
        let caller = Caller {
            $0.accounts[0].users = [User(id: 4, givenName: "Olive", familyName: "Owner", email: "olive@example.com")]
        }
        let contact = caller.contact()
        let users = caller.call("GET", "/v2/users").json?["users"]?.items
        #expect(users?.compactMap { $0["id"]?.text } == ["1", "4"])
        let one = caller.call("GET", "/v2/users?filter=email==OLIVE@example.com").json?["users"]?.items
        #expect(one?.count == 1)
        #expect(caller.call("GET", "/v2/users?page_size=200").status == 400)
        #expect(caller.call("GET", "/v1/users").json?["users"]?.items?.count == 2)
        #expect(caller.call("PATCH", "/v2/contacts/\(contact)", ["owner_id": "4"]).status == 200)
        #expect(caller.call("PATCH", "/v2/contacts/\(contact)", ["owner_id": "5"]).status == 500)
    }
}
