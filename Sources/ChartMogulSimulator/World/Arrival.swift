import WireFormats

/// One request on its way through an account.
struct Arrival: Sendable {
    let now: WorldTime
    let request: MogulWorld.Request
    let route: Route
    /// Nil if there is none, or none that can be read.
    let body: JSONNode?

    init(_ request: MogulWorld.Request, at now: WorldTime) {
        self.now = now
        self.request = request
        route = Route(method: request.method, path: request.path)
        body = request.body.isEmpty ? nil : JSONNode(body: request.body)
    }

    /// A literal that another endpoint has, such as `search`, may stand for an id here: it finds nothing then.
    func id(_ name: String) -> String {
        guard case .endpoint(_, let ids) = route else { return "" }
        return ids[name] ?? ""
    }

    var endpointName: String {
        guard case .endpoint(let endpoint, _) = route else { return "unknown" }
        return endpoint.rawValue
    }

    func parameter(_ name: String) -> String? { request.parameter(name) }

    func fields(allowing names: Set<String>) throws(Refusal) -> Fields {
        guard let body else { throw .schema("The request body is missing or no JSON", param: nil) }
        return try Fields(body, allowing: names)
    }
}
