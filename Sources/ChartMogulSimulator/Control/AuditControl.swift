import WireFormats

/// `/control/audit…`: the audit as JSON, with everything that a client should not have let happen.
extension MogulWorld {
    var auditSummary: JSONNode {
        object([
            "requests": .whole(audit.total), "inFlight": .whole(audit.inFlightCount),
            "mostInFlight": .whole(audit.mostInFlight), "byEndpoint": .counts(audit.callsByEndpoint),
            "byAccount": .counts(audit.callsByAccount),
            "byStatus": .object(
                audit.callsByStatus.sorted { $0.key < $1.key }.map {
                    JSONNode.Member(name: String($0.key), value: .whole($0.value))
                }), "overlaps": .whole(audit.overlapCount),
            "overlapList": .array(
                audit.overlaps.suffix(100).map {
                    object([
                        "account": .string($0.account), "subject": .string($0.subject), "earlier": .whole($0.earlier),
                        "later": .whole($0.later),
                    ])
                }),
            "accounts": .object(
                accounts.sorted { $0.key < $1.key }.map { JSONNode.Member(name: $0.key, value: $0.value.auditJSON) }),
        ])
    }

    /// `after`: a request's number; `limit`: at most 10,000.
    func auditedRequests(_ request: Request) -> JSONNode {
        let after = request.parameter("after").flatMap { Int($0) } ?? 0
        let limit = min(10_000, max(1, request.parameter("limit").flatMap { Int($0) } ?? 1_000))
        let found = audit.requests.lazy.filter { $0.number > after }.prefix(limit)
        return object(["requests": .array(found.map(\.json))])
    }
}

extension Account {
    fileprivate var auditJSON: JSONNode {
        let flaws = Flaws(self)
        return object([
            "mostInSecond": .whole(throttle.mostInSecond), "mostAtOnce": .whole(throttle.mostAtOnce),
            "overRate": .whole(throttle.overRate), "overAtOnce": .whole(throttle.overAtOnce),
            "refusedRepeats": .counts(refusedRepeats), "overlappingPeriods": .array(flaws.overlappingPeriods),
            "subscriptionsOfTwoCustomers": .texts(flaws.subscriptionsOfTwoCustomers),
            "eventsWithoutEffect": .array(flaws.eventsWithoutEffect),
            "cancellationsAhead": .texts(flaws.cancellationsAhead),
        ])
    }
}

extension AuditedRequest {
    fileprivate var json: JSONNode {
        object([
            "number": .whole(number), "account": .string(account), "method": .string(method), "path": .string(path),
            "endpoint": .string(endpoint), "arrived": .string(arrived.text), "ended": .optional(ended?.text),
            "ending": .optional(ending?.rawValue), "status": status.map { .whole($0) } ?? .null,
            "fault": fault.map { .whole($0) } ?? .null,
        ])
    }
}
