/// v1's hooks.
extension Account {
    func listHooks() -> SimAnswer {
        SimAnswer(status: 200, .array(hooks.hooks.values.sorted { $0.id < $1.id }.map(\.json)))
    }

    func listHookEvents() -> SimAnswer { SimAnswer(status: 200, .array(SimHook.events.map(JSON.string))) }

    func getHook(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try hooks.hook(act.ids.hook ?? 0).json)
    }

    mutating func createHook(_ act: Act) throws(Refusal) -> SimAnswer {
        let (event, address) = try registration(act)
        return SimAnswer(status: 200, try hooks.register(event, at: address, now: act.now).json)
    }

    mutating func updateHook(_ act: Act) throws(Refusal) -> SimAnswer {
        let (event, address) = try registration(act)
        return SimAnswer(status: 200, try hooks.change(act.ids.hook ?? 0, event, address, now: act.now).json)
    }

    mutating func deleteHook(_ act: Act) throws(Refusal) -> SimAnswer {
        try hooks.remove(act.ids.hook ?? 0)
        return SimAnswer(status: 204)
    }

    mutating func verifyHook(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try hooks.verify(act.ids.hook ?? 0, now: act.now).json)
    }

    mutating func confirmHook(_ act: Act) throws(Refusal) -> SimAnswer {
        let secret = act.request.header("X-Hook-Secret")
        return SimAnswer(status: 200, try hooks.confirm(act.ids.hook ?? 0, secret: secret).json)
    }

    private func registration(_ act: Act) throws(Refusal) -> (event: String, address: String) {
        let json = try act.json(allowing: ["eventKey", "hookUrl"], quirks: quirks)
        guard let event = json["eventKey"]?.text, let address = json["hookUrl"]?.text else {
            throw .bad("eventKey and hookUrl are required")
        }
        return (event, address)
    }
}
