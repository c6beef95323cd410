/// One request on its way through an account.
struct Act: Sendable {
    /// The request's number in the audit; zero for changes that a test made itself.
    let number: Int
    let now: WorldTime
    let request: SimRequest
    let ids: PathIDs
    /// Nil if there is none, or none that can be read.
    let body: JSON?

    init(number: Int, now: WorldTime, request: SimRequest, ids: PathIDs = PathIDs(), body: JSON? = nil) {
        self.number = number
        self.now = now
        self.request = request
        self.ids = ids
        self.body = body
    }

    func json() throws(Refusal) -> JSON {
        guard let body else { throw .bad("Request body is missing or not readable as JSON") }
        return body
    }

    /// The body of a request that may only have these members.
    func json(allowing names: [String], quirks: Quirks) throws(Refusal) -> JSON {
        let json = try json()
        guard let members = json.members else { throw .bad("The request body must be an object") }
        if quirks.refusesUnknownProperties, let stranger = members.first(where: { !names.contains($0.name) }) {
            throw .bad("Unrecognized property: \(stranger.name)", about: stranger.name)
        }
        return json
    }

    /// Values of a parameter that may be repeated, or joined by commas, or both.
    func list(_ name: String) -> [String]? {
        let values = request.query.filter { $0.name == name }.flatMap {
            $0.value.split(separator: ",").map(String.init)
        }
        return request.parameter(name) == nil ? nil : values
    }

    /// `update_mask`, with every name checked.
    func mask(allowing names: Set<String>) throws(Refusal) -> Set<String>? {
        guard let mask = list("update_mask") else { return nil }
        for name in mask where !names.contains(name) {
            throw .bad("update_mask names an unknown property: \(name)", about: "update_mask")
        }
        return Set(mask)
    }
}
