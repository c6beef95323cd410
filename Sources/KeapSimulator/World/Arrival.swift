/// A request with all that it tells by itself: its route, its key, the contacts and tags it names.
struct Arrival {
    let act: Act
    let route: Route
    let version: APIVersion
    /// The key that the caller gave, in either of the two headers that Keap takes.
    let key: String?
    let mentions: Mentions
    /// `/v2/contacts/12`: what comes after `/crm/rest`.
    let pathFromVersion: String

    init(_ request: SimRequest, number: Int, at now: WorldTime) {
        var path = request.path[...]
        if path.first == "crm" { path.removeFirst() }
        // Without "rest" it is not Keap's; an empty path leads nowhere.
        let isKeaps = path.first == "rest"
        if isKeaps { path.removeFirst() }
        pathFromVersion = "/" + path.joined(separator: "/")
        version = path.first == "v1" ? .v1 : .v2
        route = isKeaps ? Route(method: request.method, path: Array(path)) : .nowhere

        var ids = PathIDs()
        if case .endpoint(_, let found) = route { ids = found }
        act = Act(
            number: number, now: now, request: request, ids: ids,
            // A body that cannot be read counts as none here, and is refused by the endpoint that needs it.
            body: request.body.isEmpty ? nil : try? JSON(parsing: request.body))
        if case .endpoint(let endpoint, _) = route {
            mentions = Mentions(endpoint, act)
        } else {
            mentions = Mentions()
        }
        key = Arrival.key(in: request)
    }

    func audited(account: String) -> AuditedRequest {
        var endpoint = "unknown"
        if case .endpoint(let known, _) = route { endpoint = known.rawValue }
        return AuditedRequest(
            number: act.number, account: account, method: act.request.method,
            path: "/" + act.request.path.joined(separator: "/"), endpoint: endpoint,
            contacts: mentions.contacts.sorted(), tags: mentions.tags.sorted(), arrived: act.now)
    }

    private static func key(in request: SimRequest) -> String? {
        if let key = request.header("X-Keap-API-Key"), !key.isEmpty { return key }
        guard let header = request.header("Authorization") else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
