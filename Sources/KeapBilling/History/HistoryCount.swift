package import Keap

/// How many subscriptions and orders an account has.
package struct HistoryCount: Equatable, Sendable {
    package var subscriptions = 0
    package var orders = 0

    /// Reads all of them, a thousand a call: Keap gives no counts.
    package init(in keap: any BillingAPI) async throws(KeapFailure) {
        var subscription: SubscriptionID?
        for _ in 0..<Self.mostPages {
            let page = try await keap.subscriptions(.after(subscription), page: nil)
            subscriptions += page.items.count
            guard page.next != nil, let last = page.items.last?.id else { break }
            subscription = last
        }
        var order: OrderID?
        for _ in 0..<Self.mostPages {
            let page = try await keap.orders(.after(order), page: nil)
            orders += page.items.count
            guard page.next != nil, let last = page.items.last?.id else { break }
            order = last
        }
    }

    /// More than any gym's account holds.
    private static let mostPages = 10_000
}
