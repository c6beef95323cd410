import OutboundAPI

extension APIResponse {
    /// A page of a list. Without the list there is no page: to take it for an empty one would mean that there is no contact.
    func page<Item>(_ list: String, _ read: (JSONValue) -> Item?) throws(KeapFailure) -> Page<Item> {
        let json = try readJSON()
        guard let items = json[list]?.items else {
            throw .unclear(reason: "Keap's answer (\(status)) has no list of \(list).")
        }
        // The last page has no token, a blank one, or one that leads to an empty page.
        let next = json["next_page_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        return Page(items: items.compactMap(read), next: items.isEmpty ? nil : next)
    }

    /// One thing. A success that cannot be read leaves open what was done.
    func one<Item>(_ what: String, _ read: (JSONValue) -> Item?) throws(KeapFailure) -> Item {
        guard let item = read(try readJSON()) else {
            throw .unclear(reason: "Keap's answer (\(status)) holds no \(what).")
        }
        return item
    }

    func readJSON() throws(KeapFailure) -> JSONValue {
        guard case .keap(let json) = shape else {
            throw .unclear(reason: "Keap's answer (\(status), \(body.count) bytes) cannot be read.")
        }
        return json
    }
}

/// Walks the pages of a list. Keap has been seen to offer a next page for ever.
struct PageWalk {
    /// No account has a million tags; a walk this long goes in circles.
    static let mostPages = 1_000

    private(set) var token: String?
    private var seen: Set<String> = []

    /// Whether there is another page to ask for, whose token is then `token`.
    mutating func follow(_ next: String?) -> Bool {
        guard let next, seen.insert(next).inserted, seen.count < Self.mostPages else { return false }
        token = next
        return true
    }
}
