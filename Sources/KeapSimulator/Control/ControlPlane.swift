/// Lets tests, demos and people read, fill and break the world from outside, below `/_simulator`.
///
/// Its requests count in no limit and show in no audit.
extension KeapWorld {
    package mutating func control(_ request: SimRequest, at instant: WorldTime) -> SimAnswer {
        do throws(Refusal) {
            return try steer(request, at: instant)
        } catch {
            return SimAnswer(status: error.status, ["error": .string(error.message)])
        }
    }

    private mutating func steer(_ request: SimRequest, at now: WorldTime) throws(Refusal) -> SimAnswer {
        let path = request.path.first == "_simulator" ? Array(request.path.dropFirst()) : request.path
        switch (request.method, path.first ?? "", path.count) {
        case ("GET", "", _): return SimAnswer(status: 200, overview)
        case (_, "accounts", _): return try steerAccounts(request, Array(path.dropFirst()), at: now)
        case ("GET", "audit", 1): return SimAnswer(status: 200, auditSummary)
        case ("GET", "audit", 2) where path[1] == "requests":
            return SimAnswer(status: 200, try auditedRequests(request))
        case ("GET", "audit", 3) where path[1] == "contacts":
            return SimAnswer(status: 200, try story(ofContact: path[2], request))
        case ("GET", "faults", 1):
            return SimAnswer(status: 200, ["faults": .array(faults.entries.map(\.json))])
        case ("POST", "faults", 1):
            guard faults.entries.count < KeapWorld.mostFaults else { throw .bad("There are too many faults already") }
            var rule = try FaultRule(try body(request), at: now)
            if let account = rule.match.account { rule.match.account = try name(account) }
            return SimAnswer(status: 201, ["fault": .integer(faults.add(rule))])
        case ("DELETE", "faults", 1):
            faults.removeAll()
            return SimAnswer(status: 204)
        case ("DELETE", "faults", 2):
            guard let number = Int(path[1]) else { throw Refusal(status: 404, message: "No such fault") }
            faults.remove(number)
            return SimAnswer(status: 204)
        case (_, "oauth", _): return try steerOAuth(request, Array(path.dropFirst()))
        case ("POST", "limits", 1): return try setLimits(request)
        case ("POST", "reset", 1):
            reset()
            return SimAnswer(status: 204)
        default: throw Refusal(status: 404, message: "The simulator's control plane has no such path or method")
        }
    }

    // A rule is looked at with every request.
    private static let mostFaults = 1_000

    func body(_ request: SimRequest) throws(Refusal) -> JSON {
        do {
            return try JSON(parsing: request.body)
        } catch {
            throw .bad("The body is not JSON: \(error)")
        }
    }

    func name(_ keyOrName: String) throws(Refusal) -> String {
        guard let name = appName(of: keyOrName) else { throw Refusal(status: 404, message: "No such account") }
        return name
    }

    private mutating func setLimits(_ request: SimRequest) throws(Refusal) -> SimAnswer {
        let json = try body(request)
        let names =
            try json["account"]?.text.map { name throws(Refusal) in [try self.name(name)] } ?? Array(accounts.keys)
        for name in names {
            guard var limits = accounts[name]?.throttle.limits else { continue }
            try limits.change(by: json)
            accounts[name]?.throttle.limits = limits
        }
        return SimAnswer(status: 204)
    }

    private var overview: JSON {
        [
            "accounts": .array(accounts.keys.sorted().map(JSON.string)), "requests": .integer(audit.total),
            "inFlight": .integer(audit.inFlightCount), "violations": .integer(audit.violationCount),
            "throttled": .integer(audit.throttledCount),
        ]
    }
}
