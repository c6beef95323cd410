import ChartMogulFeed
import Clocks
import DurableQueue
import Keap
import KeapBilling

/// Has the feed put right what a comparison found: as jobs of those who pay, which look at each thing again before they
/// change it.
struct BooksMending {
    private let ground: BooksComparison.Ground
    /// Orders that are to be read from Keap.
    private var orders: [OrderID] = []

    private static let ordersAtOnce = 100
    private static let suspectsOfJob = 100

    init(_ ground: BooksComparison.Ground) { self.ground = ground }

    /// - Parameter sent: told how many jobs were stored.
    mutating func mend(_ books: ComparedBooks, sent: (Int) -> Void) async throws {
        orders += books.orders
        if let contact = books.contact {
            let suspects = books.suspects.sorted()
            let changes = stride(from: 0, to: suspects.count, by: Self.suspectsOfJob).map { start in
                var snapshot = BillingSnapshot(readAt: ground.clock.wall.milliseconds, contact: contact)
                snapshot.isHistory = true
                return BillingChange(
                    snapshot, suspects: Set(suspects[start..<min(start + Self.suspectsOfJob, suspects.count)]))
            }
            try await ground.bills.send(changes, .bulk)
            sent(changes.count)
        }
        if orders.count >= Self.ordersAtOnce { try await finish(sent: sent) }
    }

    /// Reads in Keap what must be known before it can be put right.
    mutating func finish(sent: (Int) -> Void) async throws {
        let wanted = Set(orders).sorted()
        orders = []
        for start in stride(from: 0, to: wanted.count, by: Self.ordersAtOnce) {
            try Task.checkCancellation()
            let part = Array(wanted[start..<min(start + Self.ordersAtOnce, wanted.count)])
            let now = ground.clock.wall.milliseconds
            let changes = try await OrderReading.snapshots(of: part, with: ground.keap, now: now).map { snapshot in
                let orders = snapshot.orders.map(\.order.id) + snapshot.goneOrders
                return BillingChange(snapshot, suspects: Set(orders.map(FeedState.suspect)))
            }
            try await ground.bills.send(changes, .bulk)
            sent(changes.count)
        }
    }
}
