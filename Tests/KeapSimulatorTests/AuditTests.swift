import Testing

@testable import KeapSimulator

@Suite struct AuditTests {
    /// Two requests, the second begun while the first is in flight.
    static func overlap(_ first: (String, String, JSON?), _ second: (String, String, JSON?)) -> Int {
        let caller = Caller()
        for name in ["Ada", "Bob"] { _ = caller.contact(name) }  // 1001 and 1002
        for name in ["A", "B"] { _ = caller.tag(name) }  // 101 and 102
        let begun = [first, second].map { caller.begin($0.0, $0.1, $0.2) }
        for number in begun { caller.world.end(number, .answered, at: caller.now) }
        return caller.world.audit.violationCount
    }

    @Test func `two requests that name one contact must not overlap`() {
        let patch = ("PATCH", "/v2/contacts/1001", [:] as JSON)
        let ids: JSON = ["contact_ids": ["1001", "1002"]]
        for other in [
            patch, ("GET", "/v2/contacts/1001", nil), ("GET", "/v1/contacts/1001/tags", nil),
            ("POST", "/v2/tags/101/contacts:applyTags", ids), ("POST", "/v1/tags/101/contacts", ["ids": [1001]]),
            ("DELETE", "/v1/contacts/1001/tags?ids=101", nil), ("DELETE", "/v1/tags/101/contacts?ids=1001", nil),
            ("POST", "/v2/contacts:merge", ["contact_id": "1002", "duplicate_contact_id": "1001"]),
        ] as [(String, String, JSON?)] {
            #expect(AuditTests.overlap(patch, other) == 1, "\(other)")
        }
    }

    @Test func `others may`() {
        let patch = ("PATCH", "/v2/contacts/1001", [:] as JSON)
        for other in [
            ("PATCH", "/v2/contacts/1002", [:]), ("GET", "/v2/contacts", nil), ("GET", "/v2/tags/101/contacts", nil),
        ] as [(String, String, JSON?)] {
            #expect(AuditTests.overlap(patch, other) == 0, "\(other)")
        }
    }

    @Test func `tag calls of one direction may overlap if their tags differ`() {
        let ids: JSON = ["contact_ids": ["1001"]]
        let apply = ("POST", "/v2/tags/101/contacts:applyTags", ids)
        #expect(AuditTests.overlap(apply, ("POST", "/v2/tags/102/contacts:applyTags", ids)) == 0)
        #expect(AuditTests.overlap(apply, ("POST", "/v1/contacts/1001/tags", ["tagIds": [102]])) == 0)
        #expect(AuditTests.overlap(apply, apply) == 1)
        #expect(AuditTests.overlap(apply, ("POST", "/v1/contacts/1001/tags", ["tagIds": [102, 101]])) == 1)
        #expect(AuditTests.overlap(apply, ("POST", "/v2/tags/102/contacts:removeTags", ids)) == 1)
    }

    @Test func `one after the other is no overlap, and an end counts once`() {
        let caller = Caller()
        let id = caller.contact()
        let first = caller.begin("GET", "/v2/contacts/\(id)")
        caller.world.end(first, .answered, at: caller.now)
        let second = caller.begin("GET", "/v2/contacts/\(id)")
        caller.world.end(first, .answered, at: caller.now)
        #expect(caller.world.audit.violationCount == 0)
        #expect(caller.world.audit.inFlightCount == 1)
        caller.world.end(second, .answered, at: caller.now)
        #expect(caller.world.audit.inFlightCount == 0)
        #expect(caller.world.audit.mostInFlightPerContact == 1)
    }

    @Test func `the same contact in two accounts is two contacts`() {
        let caller = Caller { $0.accounts.append(AccountSetup(key: "other", appName: "other.infusionsoft.com")) }
        _ = caller.begin("GET", "/v2/contacts/1001")
        caller.key = "other"
        _ = caller.begin("GET", "/v2/contacts/1001")
        #expect(caller.world.audit.violationCount == 0)
    }

    @Test func `a client that gave up may ask again while its first connection is being closed`() {
        for (pause, expected) in [(0.2, 0), (0.3, 1)] {
            let caller = Caller()
            let first = caller.begin("GET", "/v2/contacts/1001")
            _ = caller.begin("GET", "/v2/contacts/1001")
            caller.wait(seconds: pause)
            caller.world.end(first, .dropped, at: caller.now)
            #expect(caller.world.audit.violationCount == expected)
        }
    }

    @Test func `a request is remembered with its beginning, its end and its outcome`() throws {
        let caller = Caller(limits: LimitTests.limits(second: 2))
        let id = caller.contact()
        caller.world.faults.add(FaultRule(.reset()))
        let number = caller.begin("PATCH", "/v2/contacts/\(id)", [:])
        caller.wait(seconds: 0.5)
        caller.world.end(number, .reset, at: caller.now)
        _ = caller.call("GET", "/v2/contacts/\(id)")
        let requests = caller.world.audit.requests(naming: id, account: "gym.infusionsoft.com")
        #expect(requests.map(\.endpoint) == ["PATCH /v2/contacts/{contact}", "GET /v2/contacts/{contact}"])
        #expect(requests.map(\.ending) == [.reset, .answered])
        #expect(requests.first?.ended == caller.now)
        #expect(requests.first?.decision?.fault == 1)
        #expect(requests.last?.decision == .init(status: 429, overran: [.second]))
        #expect(caller.world.audit.callsByEndpoint["POST /v2/contacts"] == 1)
        #expect(caller.world.audit.throttledCount == 1)
    }

    @Test func `the history of a contact is in order, with what was before and after`() {
        let caller = Caller()
        let id = caller.contact()
        let tags = ["A", "B"].map { caller.tag($0) }
        let ids: JSON = ["contact_ids": [.string(String(id))]]
        _ = caller.call("POST", "/v2/tags/\(tags[0])/contacts:applyTags", ids)
        _ = caller.call("POST", "/v2/tags/\(tags[0])/contacts:removeTags", ids)
        _ = caller.call("POST", "/v2/tags/\(tags[1])/contacts:applyTags", ids)
        _ = caller.call("PATCH", "/v2/contacts/\(id)", ["given_name": "Augusta", "family_name": "Byron"])
        _ = caller.call("PATCH", "/v2/contacts/\(id)", ["given_name": "Augusta"])
        #expect(
            caller.account.history.events(of: id).map(\.what) == [
                .created, .tagApplied(tags[0]), .tagRemoved(tags[0]), .tagApplied(tags[1]),
                .written([FieldWrite(name: "given_name", before: "Ada", after: "Augusta")]),
            ])
    }

    @Test func `memory has a bound, counts have none`() {
        let caller = Caller {
            $0.rememberedRequests = 10
            $0.rememberedEventsPerContact = 5
        }
        let id = caller.contact()
        for number in 0..<100 {
            _ = caller.call("PATCH", "/v2/contacts/\(id)", ["given_name": .string(String(number))])
        }
        #expect(caller.world.audit.total == 101)
        #expect((10...20).contains(caller.world.audit.requests.count))
        #expect(caller.world.audit.requests.last?.number == 101)
        #expect(caller.world.audit.requests.allSatisfy { $0.ending == .answered })
        #expect(caller.account.history.events(of: id).count == 5)
        #expect(caller.account.history.forgotten == 96)
    }

    @Test func `a request that outlives a reset of the world is passed over`() {
        let caller = Caller()
        let number = caller.begin("GET", "/v2/contacts/1001")
        caller.world.reset()
        let next = caller.begin("GET", "/v2/contacts/1001")
        caller.world.end(number, .answered, at: caller.now)
        #expect(next > number)
        #expect(caller.world.audit.inFlightCount == 1)
        #expect(caller.world.audit.violationCount == 0)
    }
}
