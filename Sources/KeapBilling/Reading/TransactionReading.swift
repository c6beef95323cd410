import Foundation
import Keap

/// Which transactions are read for orders, and whether an order has all of its own.
struct TransactionReading {
    /// A span of time of which every transaction was read.
    struct Span: Hashable {
        var since: Int64
        var until: Int64
    }

    private(set) var span: Span?
    private var byOrder: [OrderID: [KeapTransaction]] = [:]
    /// Asked for one by one.
    private var whole: Set<OrderID> = []

    mutating func read(_ span: Span) { self.span = span }
    mutating func read(of order: OrderID) { whole.insert(order) }

    /// The same transaction may be read twice.
    mutating func take(_ transactions: [KeapTransaction]) {
        for transaction in transactions {
            for order in Set(transaction.orders) where byOrder[order]?.contains(transaction) != true {
                byOrder[order, default: []].append(transaction)
            }
        }
    }

    /// Orders that transactions are for.
    var orders: Set<OrderID> { Set(byOrder.keys) }

    /// In their order of time.
    func transactions(of order: OrderID) -> [KeapTransaction] {
        (byOrder[order] ?? []).enumerated()
            .sorted { ($0.element.time ?? .max, $0.offset) < ($1.element.time ?? .max, $1.offset) }.map(\.element)
    }

    /// Whether all transactions of an order are sure to have been read.
    func hasAll(of order: KeapOrder) -> Bool {
        if whole.contains(order.id) { return true }
        guard let span, let begin = order.earliest else { return false }
        return begin >= span.since
    }

    /// Whether those that were read make up what Keap says was paid and given back.
    func addsUp(for order: KeapOrder) -> Bool {
        if whole.contains(order.id) { return true }
        let mine = transactions(of: order.id).filter(\.isSuccessful)
        func sum(_ methods: Set<KeapTransaction.Method>) -> Decimal {
            mine.reduce(0) { sum, one in
                guard let method = one.method, methods.contains(method), one.orders.count == 1 else { return sum }
                return sum + (one.amount.flatMap { Decimal(string: $0) } ?? 0)
            }
        }
        let (paid, back) = (sum([.capture, .manual]), sum([.refund]))
        let (told, toldBack) = (order.totalPaid?.units ?? 0, order.refundTotal?.units ?? 0)
        // Of an open one a charge may have failed since. `total_due` may be the sum that was due once, so it tells nothing.
        guard Decimal(told) + Decimal(toldBack) >= Decimal(order.total?.units ?? 0) else { return false }
        return (Self.isSame(paid, told) || Self.isSame(paid - back, told)) && Self.isSame(abs(back), toldBack)
    }

    /// The digits of a currency are not known here: 0, 2 or 3.
    private static func isSame(_ amount: Decimal, _ units: Int64) -> Bool {
        [1, 100, 1_000].contains { amount * $0 == Decimal(units) }
    }
}

extension KeapOrder {
    /// No transaction of it is older.
    var earliest: Int64? {
        guard let first = [created, ordered].compactMap(\.self).min() else { return nil }
        let (time, overflow) = first.subtractingReportingOverflow(86_400_000)
        return overflow ? nil : time
    }
}
