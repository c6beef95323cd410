/// `/_simulator/audit…`: the audit as JSON.
extension KeapWorld {
    var auditSummary: JSON {
        let duplicates = accounts.sorted { $0.key < $1.key }.flatMap { name, account in
            account.duplicates.map { (name, $0) }
        }
        return [
            "requests": .integer(audit.total), "inFlight": .integer(audit.inFlightCount),
            "mostInFlight": .integer(audit.mostInFlight),
            "mostInFlightPerContact": .integer(audit.mostInFlightPerContact),
            "throttled": .integer(audit.throttledCount), "violations": .integer(audit.violationCount),
            "violationList": .array(audit.violations.suffix(100).map(\.json)),
            "duplicates": .integer(duplicates.count),
            "byEndpoint": .counts(audit.callsByEndpoint), "byAccount": .counts(audit.callsByAccount),
            "byStatus": .object(
                audit.callsByStatus.sorted { $0.key < $1.key }.map {
                    JSON.Member(name: String($0.key), value: .integer($0.value))
                }),
            "accounts": .object(
                accounts.sorted { $0.key < $1.key }.map { name, account in
                    JSON.Member(
                        name: name,
                        value: [
                            "peaks": account.throttle.peaksJSON, "overruns": account.throttle.overrunsJSON,
                            "duplicates": .array(account.duplicates.map(\.json)),
                        ])
                }),
        ]
    }

    /// `after`: a request's number; `limit`: at most 10,000; `account`, `contact`: only theirs.
    func auditedRequests(_ request: SimRequest) throws(Refusal) -> JSON {
        let after = request.parameter("after").flatMap { Int($0) } ?? 0
        let limit = min(10_000, max(1, request.parameter("limit").flatMap { Int($0) } ?? 1_000))
        let account = try request.parameter("account").map { name throws(Refusal) in try self.name(name) }
        let contact = request.parameter("contact").flatMap { Int($0) }
        let found = audit.requests.lazy.filter { entry in
            entry.number > after && (account == nil || entry.account == account)
                && (contact == nil || entry.contacts.contains(contact ?? 0))
        }
        return ["requests": .array(found.prefix(limit).map(\.json))]
    }

    /// All that happened to one contact, and who asked for it. `account` may be left out if there is but one.
    func story(ofContact text: String, _ request: SimRequest) throws(Refusal) -> JSON {
        let given = request.parameter("account") ?? (accounts.count == 1 ? accounts.keys.first ?? "" : "")
        let name = try name(given)
        guard let id = Int(text), let account = accounts[name], !account.history.events(of: id).isEmpty else {
            throw Refusal(status: 404, message: "Nothing is known of contact \(text)")
        }
        return [
            "account": .string(name), "contact": .string(text), "now": account.story(of: id),
            "events": .array(account.history.events(of: id).map { $0.json(account) }),
            "requests": .array(audit.requests(naming: id, account: name).map(\.json)),
        ]
    }
}

extension AuditedRequest {
    var json: JSON {
        [
            "number": .integer(number), "account": .string(account), "method": .string(method),
            "path": .string(path), "endpoint": .string(endpoint), "contacts": .array(contacts.map { .integer($0) }),
            "tags": .array(tags.map { .integer($0) }), "arrived": .string(arrived.iso8601),
            "ended": .optional(ended?.iso8601), "ending": .optional(ending?.rawValue),
            "status": decision.map { .integer($0.status) } ?? .null,
            "overran": .array((decision?.overran ?? []).map { .string($0.rawValue) }),
            "fault": (decision?.fault).map { .integer($0) } ?? .null,
        ]
    }
}

extension Violation {
    var json: JSON {
        [
            "account": .string(account), "contact": .integer(contact), "earlier": .integer(earlier),
            "later": .integer(later), "at": .string(at.iso8601),
        ]
    }
}

extension Duplicate {
    var json: JSON {
        [
            "contacts": .array(contacts.map { .integer($0) }), "reason": .string(reason),
            "request": .integer(request), "at": .string(at.iso8601),
        ]
    }
}

extension ContactEvent {
    func json(_ account: Account) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "at", value: .string(at.iso8601)), .init(name: "request", value: .integer(request)),
        ]
        func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name: name, value: value)) }
        switch what {
        case .created: add("what", "created")
        case .deleted: add("what", "deleted")
        case .mergedInto(let id):
            add("what", "mergedInto")
            add("contact", .integer(id))
        case .tagApplied(let tag), .tagRemoved(let tag):
            if case .tagApplied = what { add("what", "tagApplied") } else { add("what", "tagRemoved") }
            add("tag", .integer(tag))
            add("name", .optional(account.tags[tag]?.name))
        case .written(let writes):
            add("what", "written")
            add(
                "fields",
                .array(
                    writes.map {
                        ["name": .string($0.name), "before": .optional($0.before), "after": .optional($0.after)]
                    }))
        }
        return .object(members)
    }
}
