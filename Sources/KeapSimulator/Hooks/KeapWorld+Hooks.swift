/// The world yields what is to be delivered, and is told how it ended; sending it is another's work.
extension KeapWorld {
    /// What is due by now, of all accounts. `delivered` must follow for each.
    package mutating func dueDeliveries(at now: WorldTime) -> [HookDelivery] {
        accounts.keys.sorted().flatMap { accounts[$0]?.hooks.due(at: now) ?? [] }
    }

    /// When the next delivery is due; nil if none waits.
    package var nextDelivery: WorldTime? { accounts.values.compactMap(\.hooks.nextDue).min() }

    /// - Parameters:
    ///   - status: nil if there was no answer within 30 seconds.
    ///   - secret: the answer's `X-Hook-Secret`.
    package mutating func delivered(
        _ delivery: HookDelivery, status: Int?, secret: String? = nil, at now: WorldTime
    ) {
        accounts[delivery.account]?.hooks.delivered(delivery.number, status: status, secret: secret, at: now)
    }

    package mutating func setHookFaults(_ faults: HookFaults, of keyOrName: String) {
        guard let name = appName(of: keyOrName) else { return }
        accounts[name]?.hooks.faults = faults
    }

    /// `/_simulator/accounts/{key}/hooks`: reads the hooks, loses, repeats and shuffles deliveries, invents events.
    mutating func steerHooks(
        of name: String, _ request: SimRequest, _ path: [String], at now: WorldTime
    ) throws(Refusal) -> SimAnswer {
        switch (request.method, path) {
        case ("GET", []): return accounts[name]?.listHooks() ?? SimAnswer(status: 404)
        case ("POST", ["faults"]):
            let json = try body(request)
            var faults = HookFaults()
            faults.dropPercent = try percent(json, "dropPercent")
            faults.repeatPercent = try percent(json, "repeatPercent")
            faults.shuffles = json["shuffles"]?.bool ?? false
            setHookFaults(faults, of: name)
            return SimAnswer(status: 204)
        case ("POST", ["events"]):
            let json = try body(request)
            guard let key = json["key"]?.text, SimHook.events.contains(key), let id = json["id"]?.id else {
                throw .bad("key is an event's and id an object's")
            }
            accounts[name]?.hooks.add(HookEvent(key: key, object: id), at: now)
            return SimAnswer(status: 204)
        default: throw Refusal(status: 404, message: "The simulator's control plane has no such path or method")
        }
    }

    private func percent(_ json: JSON, _ name: String) throws(Refusal) -> Int {
        let percent = json[name]?.integer ?? 0
        guard (0...100).contains(percent) else { throw .bad("\(name) is between 0 and 100") }
        return percent
    }
}
