package import ChartMogul
import WireFormats

/// Reads page by page what a comparison needs of ChartMogul: everything but invoices at once, invoices customer by customer.
package struct BooksReader: Sendable {
    private let caller: FeedCaller
    private let rest: @Sendable (Duration) async -> Void

    /// - Parameter rest: waits before a call is tried again that ChartMogul did not take.
    package init(_ caller: FeedCaller, rest: @escaping @Sendable (Duration) async -> Void) {
        (self.caller, self.rest) = (caller, rest)
    }

    /// Reads change nothing, so each is tried again.
    private func perform<Answer: Sendable>(_ call: MogulCall<Answer>) async throws(ChartMogulFailure) -> Answer {
        for attempt in 0..<Self.mostAttempts - 1 {
            do throws(ChartMogulFailure) {
                return try await caller.perform(call)
            } catch {
                switch error {
                case .unavailable, .unclear: await rest(.seconds(1 << min(attempt, 5)))
                case .refused, .gone, .unauthorized, .cancelled: throw error
                }
            }
        }
        return try await caller.perform(call)
    }

    /// Two minutes and a half.
    private static let mostAttempts = 9

    /// Makes none: nil if there is no data source of the name.
    package func source(named name: String) async throws(ChartMogulFailure) -> DataSource? {
        try await perform(.dataSources(named: name)).first
    }

    package func account() async throws(ChartMogulFailure) -> AccountSettings { try await perform(.account) }

    /// - Parameter progress: told the customers read so far.
    package func index(
        of source: String, progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(ChartMogulFailure) -> BooksIndex {
        var index = BooksIndex(source: source)
        try await pages { page throws(ChartMogulFailure) in
            try await perform(.plans(of: source, page: page))
        } each: {
            index.take($0)
        }
        try await pages { page throws(ChartMogulFailure) in
            try await perform(.events(of: source, page: page))
        } each: {
            index.take($0)
        }
        try await pages { page throws(ChartMogulFailure) in
            try await perform(.customers(of: source, page: page))
        } each: {
            index.take($0)
            progress(index.customerCount)
        }
        return index
    }

    /// - Parameter customers: uuids. One that is gone by now has none.
    package func invoices(
        of customers: [String], in source: String
    ) async throws(ChartMogulFailure) -> [FoundInvoice] {
        var invoices: [FoundInvoice] = []
        for customer in customers {
            try await pages { page throws(ChartMogulFailure) in
                do throws(ChartMogulFailure) {
                    return try await perform(.invoices(of: customer, in: source, page: page))
                } catch {
                    guard case .gone = error else { throw error }
                    return MogulPage(items: [], next: nil)
                }
            } each: {
                invoices += $0
            }
        }
        return invoices
    }

    /// The whole account's, of all its data sources.
    package func revenue(of months: [BillingMonth]) async throws(ChartMogulFailure) -> [MonthlyFigure] {
        guard let first = months.first, let last = months.last else { return [] }
        return try await perform(.monthlyRevenue(from: first.firstDay.text, to: last.firstDay.text))
    }

    private func pages<Item: Hashable & Sendable>(
        _ read: (String?) async throws(ChartMogulFailure) -> MogulPage<Item>, each: ([Item]) -> Void
    ) async throws(ChartMogulFailure) {
        var next: String?
        for _ in 0..<Self.mostPages {
            let page = try await read(next)
            each(page.items)
            // A list whose cursor does not move would never end.
            guard let following = page.next, following != next else { return }
            next = following
        }
    }

    /// Two million of a kind.
    private static let mostPages = 10_000
}
