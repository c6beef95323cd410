/// One page of a v2 list. Tokens are opaque to clients and stand for an offset into the list as it is now: what comes or
/// goes between two pages shifts the rest, and a careful client does not rely on it.
struct Paging {
    var offset = 0
    var size: Int

    init(_ request: SimRequest, quirks: Quirks) throws(Refusal) {
        size = quirks.defaultPageSize
        if let text = request.parameter("page_size") {
            guard let number = Int(text), (0...1000).contains(number) else {
                throw .bad("page_size must be between 0 and 1000", about: "page_size")
            }
            // Zero is allowed and not explained; an empty page without end would never finish a listing.
            if number > 0 { size = number }
        }
        if var token = request.parameter("page_token"), !token.isEmpty {
            if let start = token.firstRange(of: "page_token=") { token = String(token[start.upperBound...]) }
            guard token.hasPrefix(Paging.mark), let number = Int(token.dropFirst(Paging.mark.count)), number >= 0 else {
                throw .bad("page_token is invalid", about: "page_token")
            }
            offset = number
        }
    }

    /// Cuts the page out and answers it under `name`, with the token of the next one.
    func answer<Item>(
        _ items: [Item], as name: String, request: SimRequest, quirks: Quirks, _ json: (Item) -> JSON
    ) -> SimAnswer {
        let start = min(offset, items.count)
        let end = min(start + size, items.count)
        var token = end < items.count ? Paging.mark + String(end) : ""
        if quirks.pageTokensAreAddresses, !token.isEmpty {
            token =
                "https://api.infusionsoft.com/crm/rest/" + request.path.joined(separator: "/") + "?page_token=" + token
        }
        return SimAnswer(
            status: 200,
            .object([
                JSON.Member(name: name, value: .array(items[start..<end].map(json))),
                JSON.Member(name: "next_page_token", value: .string(token)),
            ]))
    }

    private static let mark = "page-"
}

/// `limit` and `offset`: a page of a v1 list.
struct PagingV1 {
    var limit = 1000
    var offset = 0

    init(_ request: SimRequest) throws(Refusal) {
        for (name, path) in [("limit", \PagingV1.limit), ("offset", \PagingV1.offset)] {
            guard let text = request.parameter(name) else { continue }
            guard let number = Int(text), number >= 0 else { throw .bad("\(name) is invalid") }
            self[keyPath: path] = number
        }
        limit = min(max(limit, 1), 1000)
    }

    func answer<Item>(
        _ items: [Item], as name: String, request: SimRequest, quirks: Quirks, _ json: (Item) -> JSON
    ) -> SimAnswer {
        let start = min(offset, items.count)
        let end = min(start + limit, items.count)
        func address(_ offset: Int) -> JSON {
            let path = "https://api.infusionsoft.com/crm/rest/" + request.path.joined(separator: "/")
            return .string(path + "?limit=\(limit)&offset=\(offset)")
        }
        return SimAnswer(
            status: 200,
            .object([
                JSON.Member(name: name, value: .array(items[start..<end].map(json))),
                JSON.Member(name: "count", value: .integer(items.count)),
                JSON.Member(
                    name: "next", value: end < items.count || quirks.nextOnLastPage ? address(start + limit) : .null),
                JSON.Member(name: "previous", value: start > 0 ? address(max(0, start - limit)) : .null),
            ]))
    }
}

/// `order_by`: a field, a blank, a direction.
struct Ordering {
    let field: String
    let isDescending: Bool

    init?(_ text: String?, allowed: [String]) throws(Refusal) {
        guard let text, !text.isEmpty else { return nil }
        let parts = text.split(separator: " ").map(String.init)
        guard let field = parts.first, allowed.contains(field), parts.count <= 2,
            parts.count == 1 || ["asc", "desc"].contains(parts[1].lowercased())
        else { throw .bad("order_by is invalid: \(text)", about: "order_by") }
        self.field = field
        isDescending = parts.count == 2 && parts[1].lowercased() == "desc"
    }
}
