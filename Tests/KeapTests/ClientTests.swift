import OutboundAPI
import Testing

@testable import Keap

/// What each call of a sync asks of Keap, and makes of its answers.
@Suite struct ClientTests {
    @Test func `a search follows pages until it knows enough`() async throws {
        let transport = ScriptedTransport(
            .json(#"{"contacts":[{"id":"1"},{"id":2}],"next_page_token":"p2"}"#),
            .json(#"{"contacts":[{"id":3}],"next_page_token":"p3"}"#),
            .json(#"{"contacts":[{"id":4}],"next_page_token":"p4"}"#))
        let found = try await calls(transport).contacts(where: [.email("a@x.com")], fields: [.id], limit: 3)

        #expect(found.map(\.id.text) == ["1", "2", "3"])
        #expect(
            transport.lines == [
                "GET /v2/contacts?page_size=3&filter=email%3D%3Da%40x.com&fields=id",
                "GET /v2/contacts?page_size=3&page_token=p2&filter=email%3D%3Da%40x.com&fields=id",
            ])
    }

    @Test func `a search that Keap answers roughly is sifted`() async throws {
        let transport = ScriptedTransport(
            .json(#"{"contacts":[{"id":1,"given_name":"Annabel"},{"id":2,"given_name":"ann; bea"}]}"#))
        let found = try await calls(transport).contacts(where: [.givenName("Ann; Bea")], fields: [.id], limit: 1)

        #expect(found.map(\.id.text) == ["2"])
        #expect(
            transport.lines == ["GET /v2/contacts?page_size=1000&filter=given_name%3D%3DAnn%2A&fields=id,given_name"])
    }

    @Test func `a search for no contacts costs nothing`() async throws {
        let transport = ScriptedTransport()
        #expect(try await calls(transport).contacts(where: [.email("a@x.com")], fields: [], limit: 0).isEmpty)
        #expect(transport.sent.isEmpty)
    }

    @Test(arguments: [(201, true), (200, false)])
    func `a create says whether the contact is new`(status: Int, isNew: Bool) async throws {
        let transport = ScriptedTransport(.status(status, #"{"id":77}"#))
        let created = try await calls(transport).create(.whole, duplicates: .emailAndName)
        #expect(created == CreatedContact(id: ContactID("77"), isNew: isNew))
    }

    @Test func `a create whose answer has no id is unclear`() async {
        let transport = ScriptedTransport(.status(201, "{}"))
        await #expect(throws: KeapFailure.unclear(reason: "Keap's answer (201) holds no contact.")) {
            try await calls(transport).create(.whole, duplicates: nil)
        }
    }

    @Test func `an update of nothing costs nothing`() async throws {
        let transport = ScriptedTransport()
        try await calls(transport).update(ContactID("1"), with: ContactBody())
        #expect(transport.sent.isEmpty)
    }

    @Test func `what must not be sent is refused before a call is spent`() async {
        let transport = ScriptedTransport()
        var body = ContactBody()
        body.givenName = String(repeating: "x", count: 41)
        let refusal = KeapFailure.refused(
            status: 0, message: "Not sent: given_name is longer than the 40 characters Keap takes.")
        await #expect(throws: refusal) { try await calls(transport).update(ContactID("1"), with: body) }
        #expect(transport.sent.isEmpty)
    }

    @Test func `many tags of one contact go a hundred at a time, each once`() async throws {
        let transport = ScriptedTransport(.json("{}"))
        let tags = (1...150).map { TagID("\($0)") }
        let answers = try await calls(transport).apply(tags + tags, to: ContactID("7"))
        #expect(answers == Dictionary(uniqueKeysWithValues: tags.map { ($0, TagAnswer.applied) }))
        #expect(transport.lines == ["POST /v1/contacts/7/tags", "POST /v1/contacts/7/tags"])

        try await calls(transport).remove(tags, from: ContactID("7"))
        #expect(transport.sent.count == 4)
        #expect(transport.lines[3].hasPrefix("DELETE /v1/contacts/7/tags?ids=101%2C102%2C"))
    }

    @Test func `no tags are no call`() async throws {
        let transport = ScriptedTransport()
        #expect(try await calls(transport).apply([], to: ContactID("7")).isEmpty)
        try await calls(transport).remove([TagID](), from: ContactID("7"))
        try await calls(transport).remove(TagID("1"), from: [])
        #expect(transport.sent.isEmpty)
    }

    @Test func `an apply with an empty answer is done, with an unreadable one unclear`() async throws {
        let empty = ScriptedTransport(.status(200))
        #expect(try await calls(empty).apply([TagID("1")], to: ContactID("7")) == [TagID("1"): .applied])
        let broken = ScriptedTransport(.json("<html>"))
        await #expect(
            throws: KeapFailure.unclear(reason: "Something else than Keap seems to have answered (200, 6 bytes).")
        ) {
            try await calls(broken).apply([TagID("1")], to: ContactID("7"))
        }
    }

    @Test func `a refused batch is halved until the contact that is gone stands alone`() async throws {
        let keap = TagHolders(gone: ["4"])
        let transport = ScriptedTransport { request, _ in keap.answer(request) }
        try await calls(transport).remove(TagID("5"), from: (1...8).map { ContactID("\($0)") })

        #expect(
            transport.bodies.map { $0 ?? "the tag" } == [
                #"{"contact_ids":["1","2","3","4","5","6","7","8"]}"#, "the tag",
                #"{"contact_ids":["1","2","3","4"]}"#, #"{"contact_ids":["1","2"]}"#, #"{"contact_ids":["3","4"]}"#,
                #"{"contact_ids":["3"]}"#, #"{"contact_ids":["4"]}"#, #"{"contact_ids":["5","6","7","8"]}"#,
            ])
    }

    @Test func `a batch whose tag is gone is not halved`() async {
        let transport = ScriptedTransport(.status(404, #"{"message":"No such tag"}"#))
        await #expect(throws: KeapFailure.gone(message: "No such tag")) {
            try await calls(transport).remove(TagID("5"), from: [ContactID("1"), ContactID("2")])
        }
        #expect(transport.lines == ["POST /v2/tags/5/contacts:removeTags", "GET /v2/tags/5"])
    }

    @Test func `one contact that is gone is no failure`() async throws {
        let keap = TagHolders(gone: ["1"])
        let transport = ScriptedTransport { request, _ in keap.answer(request) }
        try await calls(transport).remove(TagID("5"), from: [ContactID("1")])
        #expect(transport.sent.count == 2)
    }

    @Test func `a contact that Keap refuses for another reason is named by its refusal`() async {
        let transport = ScriptedTransport { request, _ in
            if request.isRead { return .json(#"{"id":5,"name":"t"}"#) }
            let isRefused = String(decoding: request.body ?? [], as: UTF8.self).contains("\"2\"")
            return isRefused ? .status(400, #"{"message":"Contact 2 is locked"}"#) : .status(204)
        }
        await #expect(throws: KeapFailure.refused(status: 400, message: "Contact 2 is locked")) {
            try await calls(transport).remove(TagID("5"), from: (1...4).map { ContactID("\($0)") })
        }
    }

    @Test func `a batch of unclear fate is not halved`() async {
        let transport = ScriptedTransport(.status(500))
        await #expect(throws: KeapFailure.unclear(reason: "Keap answered 500.")) {
            try await calls(transport).remove(TagID("5"), from: [ContactID("1"), ContactID("2")])
        }
        #expect(transport.sent.count == 1)
    }

    @Test func `wearers are read in both shapes, page by page`() async throws {
        let transport = ScriptedTransport(
            .json(#"{"contacts":[{"id":"1"},{"contact":{"id":2}}],"next_page_token":"n"}"#),
            .json(#"{"contacts":[{"id":"3"}],"next_page_token":"n"}"#))
        let first = try await calls(transport).wearers(of: TagID("5"), page: nil)
        #expect(first.items.map(\.text) == ["1", "2"])
        #expect(first.next == "n")
        let second = try await calls(transport).wearers(of: TagID("5"), page: first.next)
        #expect(second.items.map(\.text) == ["3"])
        #expect(second.next == nil)
    }

    @Test func `tags are found by name, without regard to case`() async throws {
        let transport = ScriptedTransport(
            .json(#"{"tags":[{"id":1,"name":"vip"},{"id":2,"name":"VIP gold"}],"next_page_token":"n"}"#),
            .json(#"{"tags":[{"id":3,"name":"VIP","category":{"id":9}}]}"#))
        let found = try await calls(transport).tags(named: "VIP")
        #expect(
            found == [
                KeapTag(id: TagID("1"), name: "vip"), KeapTag(id: TagID("3"), name: "VIP", category: CategoryID("9")),
            ])
        #expect(transport.lines[1] == "GET /v2/tags?page_size=1000&page_token=n&filter=name%3D%3DVIP")
    }

    @Test func `a name that Keap would misread is looked for in the whole list`() async throws {
        let transport = ScriptedTransport(.json(#"{"tags":[{"id":1,"name":"Kids; Teens"},{"id":2,"name":"Kids"}]}"#))
        #expect(try await calls(transport).tags(named: "Kids; Teens").map(\.id.text) == ["1"])
        #expect(transport.lines == ["GET /v2/tags?page_size=1000"])
    }

    @Test func `all tags, and categories`() async throws {
        let tags = ScriptedTransport(.json(#"{"tags":[{"id":1,"name":"a"}]}"#))
        #expect(try await calls(tags).tags().map(\.name) == ["a"])
        #expect(tags.lines == ["GET /v2/tags?page_size=1000"])
        let categories = ScriptedTransport(.json(#"{"tag_categories":[{"id":9,"name":"Zen Planner"}]}"#))
        #expect(
            try await calls(categories).categories(named: "Zen Planner")
                == [KeapCategory(id: CategoryID("9"), name: "Zen Planner")])
        #expect(categories.lines == ["GET /v2/tags/categories?page_size=1000&filter=name%3D%3DZen%20Planner"])
    }

    @Test func `what is created is answered as Keap knows it`() async throws {
        let tag = ScriptedTransport(.status(201, #"{"id":5,"name":"New","category":{"id":"9"}}"#))
        #expect(
            try await calls(tag).createTag("New", in: CategoryID("9"))
                == KeapTag(id: TagID("5"), name: "New", category: CategoryID("9")))
        let category = ScriptedTransport(.status(201, #"{"id":9,"name":"Zen"}"#))
        #expect(try await calls(category).createCategory("Zen") == KeapCategory(id: CategoryID("9"), name: "Zen"))
    }

    @Test func `tags are renamed and deleted`() async throws {
        let transport = ScriptedTransport(.json("{}"), .status(204))
        try await calls(transport).rename(TagID("5"), to: "zp_deleted_x")
        try await calls(transport).delete(TagID("5"))
        #expect(transport.lines == ["PATCH /v2/tags/5?update_mask=name", "DELETE /v2/tags/5"])
    }

    @Test func `only fields of contacts are contact fields`() async throws {
        let transport = ScriptedTransport(
            .json(
                """
                {"custom_fields":[
                  {"id":1,"label":"Zen Planner ID","field_name":"_ZenPlannerID","field_type":"TEXT","record_type":"CONTACT"},
                  {"id":2,"label":"Deal","field_name":"_Deal","field_type":"TEXT","record_type":"OPPORTUNITY"},
                  {"id":3,"label":"Odd","field_name":"_Odd","field_type":"NEW_KIND"}]}
                """))
        #expect(
            try await calls(transport).customFields() == [
                CustomFieldModel(
                    id: CustomFieldID("1"), label: "Zen Planner ID", fieldName: "_ZenPlannerID", fieldType: "TEXT"),
                CustomFieldModel(id: CustomFieldID("3"), label: "Odd", fieldName: "_Odd", fieldType: "NEW_KIND"),
            ])
    }

    @Test func `a model without a list of fields is not an empty one`() async {
        let transport = ScriptedTransport(.json("{}"))
        await #expect(throws: KeapFailure.unclear(reason: "Keap's contact model holds no list of custom fields.")) {
            try await calls(transport).customFields()
        }
    }

    @Test func `a new field's name is looked up if the answer leaves it out`() async throws {
        let transport = ScriptedTransport(
            .status(201, #"{"id":4,"label":"L","field_type":"TEXT"}"#),
            .json(#"{"custom_fields":[{"id":4,"label":"L","field_name":"_L","field_type":"TEXT"}]}"#))
        #expect(try await calls(transport).createCustomField("L", type: .text).fieldName == "_L")
        #expect(transport.sent.count == 2)
    }

    @Test(arguments: [
        (#"{"email":"o@gym.com","given_name":"O","tenant_id":"ab1"}"#, "o@gym.com (ab1)"),
        (#"{"email":"","keap_id":null,"given_name":"Olive","family_name":"Oyl"}"#, "Olive Oyl"),
        (#"{"sub":12}"#, "12"), ("{}", "an account without a name"),
    ])
    func `a probe tells whose the credential is`(answer: String, who: String) async throws {
        #expect(try await calls(ScriptedTransport(.json(answer))).probe() == who)
    }

    static let writes: [@Sendable (any KeapAPI) async throws -> Void] = [
        { try await $0.update(ContactID("1"), with: .whole) }, { try await $0.rename(TagID("5"), to: "b") },
        { try await $0.delete(TagID("5")) }, { try await $0.remove([TagID("5")], from: ContactID("1")) },
        { try await $0.remove(TagID("5"), from: [ContactID("1"), ContactID("2")]) },
        { _ = try await $0.apply([TagID("5")], to: ContactID("1")) },
        { try await $0.delete(AppointmentID("9"), of: ContactID("1")) },
    ]

    @Test(
        arguments: [
            "<html>Back soon</html>", "OK", #"{"fault":{"faultstring":"Gateway Timeout"}}"#, "true",
        ], writes.indices)
    func `a success that is not Keap's confirms nothing`(body: String, write: Int) async {
        await #expect {
            try await Self.writes[write](calls(ScriptedTransport(.json(body))))
        } throws: { error in
            if case .unclear? = error as? KeapFailure { true } else { false }
        }
    }

    @Test(arguments: ["", "{}", "null", #"{"id":"1","new_key":null}"#], writes.indices.filter { $0 != 5 })
    func `a success of Keap's confirms, whatever it adds`(body: String, write: Int) async throws {
        try await Self.writes[write](calls(ScriptedTransport(.json(body))))
    }

    @Test func `an apply whose answer speaks of something else is unclear, not refused`() async {
        await #expect(throws: KeapFailure.unclear(reason: "Keap's answer (200) names nothing of what was asked.")) {
            try await calls(ScriptedTransport(.json(#"{"status":"maintenance"}"#)))
                .apply([TagID("5")], to: ContactID("1"))
        }
    }
}

/// A tag whose removal is refused as long as a contact that is gone is named.
private struct TagHolders {
    var gone: Set<String>

    func answer(_ request: APIRequest) -> Reply {
        if request.isRead { return .json(#"{"id":5,"name":"t"}"#) }
        let named = JSONValue(json: request.body ?? [])?["contact_ids"]?.items?.compactMap(\.text) ?? []
        return gone.isDisjoint(with: named) ? .status(204) : .status(400, #"{"message":"CONTACT_NOT_FOUND"}"#)
    }
}
