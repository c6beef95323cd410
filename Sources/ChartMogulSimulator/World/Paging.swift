import WireFormats

/// A page of a list, by cursor. A cursor means nothing to a client.
struct PageRequest {
    let after: Int
    let size: Int

    static let largest = 200

    init(_ arrival: Arrival) throws(Refusal) {
        guard arrival.parameter("page") == nil else {
            throw .schema("is no longer supported, use `cursor`", param: "page")
        }
        let size = arrival.parameter("per_page").map { Int($0) ?? 0 } ?? 200
        guard (1...PageRequest.largest).contains(size) else {
            throw .schema("must be between 1 and \(PageRequest.largest)", param: "per_page")
        }
        self.size = size
        guard let cursor = arrival.parameter("cursor"), !cursor.isEmpty else {
            after = 0
            return
        }
        guard cursor.hasPrefix("c-"), let after = Int(cursor.dropFirst(2), radix: 36), after >= 0 else {
            throw .schema("is invalid", param: "cursor")
        }
        self.after = after
    }

    /// The rows of the page under this name, with what leads to the next one.
    ///
    /// - Parameter only: The few rows that can fit, in the order of their numbers, where an index knows them.
    func answer<Row: TableRow>(
        _ name: String, of table: Table<Row>, only: [Row]? = nil, where fits: (Row) -> Bool, json: (Row) -> JSONNode
    ) -> JSONNode {
        let found =
            only.map { Array($0.filter { $0.number > after && fits($0) }.prefix(size + 1)) }
            ?? table.page(after: after, most: size + 1, where: fits)
        let page = found.prefix(size)
        return object([
            name: .array(page.map(json)), "has_more": .bool(found.count > size),
            "cursor": page.last.map { .string("c-" + String($0.number, radix: 36)) } ?? .null,
        ])
    }
}
