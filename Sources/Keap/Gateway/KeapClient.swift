import OutboundAPI

/// The calls of a sync, each made of one or more requests that go through the gateway.
struct KeapClient<Budget: CallBudget>: KeapAPI {
    let gateway: KeapGateway<Budget>
    let line: CallLine
    var run: CallSequence?

    func sequence(begin: @escaping @Sendable () -> Bool) -> any KeapAPI {
        KeapClient(gateway: gateway, line: line, run: CallSequence(begin: begin))
    }

    func ahead() -> any KeapAPI { KeapClient(gateway: gateway, line: line, run: CallSequence(rank: 0)) }

    func perform<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim = .none, isRestingOnRead: Bool = false,
        read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> Answer {
        try await gateway.perform(
            request, naming: claim, in: line, run: run, isRestingOnRead: isRestingOnRead, read: read)
    }

    /// For calls whose success says all, if it is Keap's.
    func perform(
        _ request: APIRequest, naming claim: ContactClaim = .none, isRestingOnRead: Bool = false
    ) async throws(KeapFailure) {
        try await perform(request, naming: claim, isRestingOnRead: isRestingOnRead) { (response) throws(KeapFailure) in
            try response.confirm()
        }
    }

    /// All items of a list, page after page.
    func all<Item: Sendable>(
        _ request: (_ page: String?) -> APIRequest, list: String, read: @escaping @Sendable (JSONValue) -> Item?
    ) async throws(KeapFailure) -> [Item] {
        var items: [Item] = []
        var walk = PageWalk()
        while true {
            let page = try await perform(request(walk.token)) { (response) throws(KeapFailure) in
                try response.page(list, read)
            }
            items += page.items
            guard walk.follow(page.next) else { return items }
        }
    }
}

extension Array {
    /// The same elements in runs of at most `size`.
    func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it came first.
    var distinct: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
