import WireFormats

/// Lets tests, demos and people read, change and break the world from outside, below `/control`.
///
/// Its requests count in no limit and show in no audit.
extension MogulWorld {
    package mutating func control(_ request: Request, at instant: Time) -> Answer {
        for name in accounts.keys { accounts[name]?.finishMerges(at: max(latest, instant)) }
        do throws(Refusal) {
            return try steer(request, at: max(latest, instant))
        } catch {
            return error.answer
        }
    }

    private mutating func steer(_ request: Request, at now: Time) throws(Refusal) -> Answer {
        let path = request.path.first == "control" ? Array(request.path.dropFirst()) : request.path
        switch (request.method, path.first ?? "", path.count) {
        case ("GET", "", _): return Answer(200, overview)
        case ("GET", "audit", 1): return Answer(200, auditSummary)
        case ("GET", "audit", 2) where path[1] == "requests": return Answer(200, auditedRequests(request))
        case ("GET", "customers", 1): return Answer(200, customersJSON(try account(request), at: now))
        case ("GET", "invoices", 1): return Answer(200, invoicesJSON(try account(request)))
        case ("GET", "events", 1):
            let account = try account(request)
            return Answer(200, object(["events": .array(account.events.rows.map { account.json($0) })]))
        case ("GET", "subscriptions", 1): return Answer(200, subscriptionsJSON(try name(request)))
        case ("GET", "mrr", 1): return Answer(200, try revenueJSON(request))
        case ("GET", "faults", 1): return Answer(200, object(["faults": .array(faults.entries.map(\.json))]))
        case ("POST", "faults", 1): return try addFault(request, at: now)
        case ("DELETE", "faults", 1):
            faults.removeAll()
            return .noContent
        case ("DELETE", "faults", 2):
            guard let number = Int(path[1]) else { throw .nowhere }
            faults.remove(number)
            return .noContent
        case ("POST", "limits", 1): return try setLimits(request)
        case ("POST", "reset", 1):
            reset()
            return .noContent
        default: throw Refusal(status: 404, body: .error("The control plane has no such path or method"))
        }
    }

    // A rule is looked at with every request.
    private static let mostFaults = 1_000

    private mutating func addFault(_ request: Request, at now: Time) throws(Refusal) -> Answer {
        guard faults.entries.count < MogulWorld.mostFaults else {
            throw Refusal(status: 400, body: .error("There are too many faults already"))
        }
        var rule = try Fault(JSONNode(body: request.body), at: now)
        if let account = rule.match.account { rule.match.account = try known(account) }
        return Answer(201, object(["fault": .whole(faults.add(rule))]))
    }

    /// The account that `account=` names by key or name; the only one if there is but one.
    func name(_ request: Request) throws(Refusal) -> String {
        try known(request.parameter("account") ?? (accounts.count == 1 ? accounts.keys.first ?? "" : ""))
    }

    private func account(_ request: Request) throws(Refusal) -> Account {
        guard let account = accounts[try name(request)] else { throw MogulWorld.noAccount }
        return account
    }

    private func known(_ keyOrName: String) throws(Refusal) -> String {
        guard let name = accountName(keyOrName) else { throw MogulWorld.noAccount }
        return name
    }

    private static let noAccount = Refusal(status: 404, body: .error("No such account"))

    /// `{"account": "…", "perSecond": 40, "atOnce": null}`; for all accounts if none is named.
    private mutating func setLimits(_ request: Request) throws(Refusal) -> Answer {
        let fields = try Fields(JSONNode(body: request.body), allowing: ["account", "perSecond", "atOnce"])
        let names =
            try fields.text("account").map { name throws(Refusal) in [try known(name)] } ?? Array(accounts.keys)
        let (perSecond, atOnce) = (try fields.integer("perSecond"), try fields.integer("atOnce"))
        for name in names {
            if fields.has("perSecond") { accounts[name]?.throttle.perSecond = perSecond }
            if fields.has("atOnce") { accounts[name]?.throttle.atOnce = atOnce }
        }
        return .noContent
    }

    private var overview: JSONNode {
        object([
            "accounts": .texts(accounts.keys.sorted()), "requests": .whole(audit.total),
            "inFlight": .whole(audit.inFlightCount),
        ])
    }
}
