/// `/_simulator/accounts/…`: reads and fills an account without the limits of its API.
extension KeapWorld {
    mutating func steerAccounts(
        _ request: SimRequest, _ path: [String], at now: WorldTime
    ) throws(Refusal) -> SimAnswer {
        guard let keyOrName = path.first else {
            switch request.method {
            case "GET":
                let list = accounts.keys.sorted().map { summary(of: $0, at: now) }
                return SimAnswer(status: 200, ["accounts": .array(list)])
            case "POST": return try addAccount(request)
            default: throw Refusal(status: 405, message: "Only GET and POST")
            }
        }
        let name = try name(keyOrName)
        switch (request.method, path.dropFirst().first ?? "") {
        case ("GET", ""): return SimAnswer(status: 200, summary(of: name, at: now))
        case ("GET", "contacts"): return contacts(of: name, request)
        case ("POST", "contacts"): return try seed(contactOf: name, request, at: now)
        case ("GET", "tags"): return tags(of: name)
        case ("POST", "use"):
            let json = try body(request)
            let (product, tenant) = (try foreignUse(json, "product"), try foreignUse(json, "tenant"))
            accounts[name]?.throttle.addForeign(product, tenantOnly: false, at: now)
            accounts[name]?.throttle.addForeign(tenant, tenantOnly: true, at: now)
            return SimAnswer(status: 204)
        case (_, "billing"): return try steerBilling(of: name, request, Array(path.dropFirst(2)), at: now)
        case (_, "hooks"): return try steerHooks(of: name, request, Array(path.dropFirst(2)), at: now)
        case (_, "rest"):
            var inner = request
            inner.path = Array(path.dropFirst())
            return act(inner, onBehalfOf: name, at: now)
        default: throw Refusal(status: 404, message: "The simulator's control plane has no such path or method")
        }
    }

    /// Any call of the API, as if a person did it in Keap itself: not counted, not audited, not disturbed.
    package mutating func act(_ request: SimRequest, onBehalfOf name: String, at now: WorldTime) -> SimAnswer {
        let arrival = Arrival(request, number: 0, at: now)
        return accounts[name]?.perform(arrival.route, arrival.act, version: arrival.version)
            ?? Refusal(status: 404, message: "No such account").answer(in: arrival.version)
    }

    private func foreignUse(_ json: JSON, _ name: String) throws(Refusal) -> Int {
        guard let value = json[name] else { return 0 }
        guard let number = value.integer, (0...1_000_000).contains(number) else {
            throw .bad("\(name) must be a number of calls between 0 and 1000000")
        }
        return number
    }

    private mutating func addAccount(_ request: SimRequest) throws(Refusal) -> SimAnswer {
        let json = try body(request)
        guard let key = json["key"]?.text, !key.isEmpty else { throw .bad("key is required") }
        var limits = options.limits
        if let given = json["limits"] { try limits.change(by: given) }
        let name = json["app"]?.text ?? "sim\(accounts.count + 1).infusionsoft.com"
        if json["client"] != nil, json["client"]?.text == nil { throw .bad("client is a name") }
        let users = (json["users"]?.items ?? []).enumerated().map { index, user in
            User(
                id: user["id"]?.id ?? index + 2, givenName: user["given_name"]?.text ?? "",
                familyName: user["family_name"]?.text ?? "", email: user["email"]?.text ?? "")
        }
        add(
            AccountSetup(
                key: key, appName: name, limits: limits, client: json["client"]?.text, users: users,
                hasAppointments: json["appointments"]?.bool ?? true))
        return SimAnswer(status: 201, ["app": .string(name)])
    }

    private mutating func seed(
        contactOf name: String, _ request: SimRequest, at now: WorldTime
    ) throws(Refusal) -> SimAnswer {
        let json = try body(request)
        // In place: a copy of the account for every contact would make seeding thousands a matter of minutes.
        guard let story = try accounts[name]?.seed(json, Act(number: 0, now: now, request: request)) else {
            throw Refusal(status: 404, message: "No such account")
        }
        return SimAnswer(status: 201, story)
    }

    private func contacts(of name: String, _ request: SimRequest) -> SimAnswer {
        guard let account = accounts[name] else { return SimAnswer(status: 404) }
        var ids = account.contactOrder
        if let email = request.parameter("email") { ids = account.contacts(withEmail: email).sorted() }
        let offset = max(0, request.parameter("offset").flatMap { Int($0) } ?? 0)
        let limit = max(0, request.parameter("limit").flatMap { Int($0) } ?? 1_000)
        let page = ids.dropFirst(offset).prefix(limit).map { account.story(of: $0) }
        return SimAnswer(status: 200, ["contacts": .array(page), "count": .integer(ids.count)])
    }

    private func tags(of name: String) -> SimAnswer {
        guard let account = accounts[name] else { return SimAnswer(status: 404) }
        let tags = account.tags.values.sorted { $0.id < $1.id }.map { tag in
            [
                "id": .string(String(tag.id)), "name": .string(tag.name),
                "category": .optional(tag.category.flatMap { account.categories[$0]?.name }),
                "wearers": .integer(account.wearers(of: tag.id).count),
            ] as JSON
        }
        return SimAnswer(status: 200, ["tags": .array(tags)])
    }

    private mutating func summary(of name: String, at now: WorldTime) -> JSON {
        guard let account = accounts[name] else { return .null }
        var used: [String: Int] = [:]
        for window in LimitWindow.allCases where window != .second {
            used[window.rawValue] = accounts[name]?.throttle.used(in: window, key: "", at: now)
        }
        return [
            "app": .string(name), "contacts": .integer(account.contacts.count), "tags": .integer(account.tags.count),
            "customFields": .integer(account.fields.count), "limits": account.throttle.limits.json,
            "used": .counts(used), "peaks": account.throttle.peaksJSON, "overruns": account.throttle.overrunsJSON,
            "duplicates": .array(account.duplicates.map(\.json)),
        ]
    }
}

extension Account {
    /// Makes a contact as v2 creates it, with `tags` by name beside it; tags that are missing are made too.
    mutating func seed(_ json: JSON, _ act: Act) throws(Refusal) -> JSON {
        guard case .object(var members) = json else { throw .bad("The body must be an object") }
        let names = (json["tags"]?.items ?? []).compactMap(\.text)
        members.removeAll { $0.name == "tags" }
        let inner = Act(number: act.number, now: act.now, request: act.request, body: .object(members))
        let contact = try newContact(try draft(inner, .v2), inner, .v2)
        for name in names {
            let known = tags.values.first { folded($0.name) == folded(name) }
            let tag = known ?? newTag(name, description: nil, category: nil, by: act)
            _ = apply(tag.id, to: contact.id, by: act)
        }
        return story(of: contact.id)
    }

    /// A contact in full, with its tags by name.
    func story(of id: Int) -> JSON {
        guard let contact = contacts[id], case .object(let members) = contact.json() else { return .null }
        let names = contact.tags.keys.compactMap { tags[$0]?.name }.sorted()
        return .object(members + [JSON.Member(name: "tags", value: .array(names.map(JSON.string)))])
    }
}
