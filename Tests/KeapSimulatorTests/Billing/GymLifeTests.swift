import Testing

@testable import KeapSimulator

@Suite struct GymLifeTests {
    private func live(seed: UInt64) throws -> (Caller, GymLife) {
        let caller = Caller()
        var life = try GymLife("key", contacts: 60, seed: seed, from: caller.now, in: &caller.world)
        for _ in 0..<365 { life.liveDay(in: &caller.world) }
        return (caller, life)
    }

    @Test func `a year holds all that happens to a gym's bills, and the same seed repeats it`() throws {
        let (caller, life) = try live(seed: 7)
        let book = caller.account.billing
        #expect(book.subscriptions.count > 20)
        #expect(book.subscriptions.values.contains { !$0.isActive })
        #expect(book.subscriptions.values.contains { $0.isActive })
        let items = book.orders.values.flatMap(\.items)
        #expect(items.contains { $0.type == "DISCOUNT_FREE_TRIAL" } && items.contains { $0.type == "TAX" })
        for method in [SimTransaction.Method.capture, .refund, .void] {
            #expect(book.transactions.contains { $0.method == method }, "\(method)")
        }
        #expect(book.transactions.contains { !$0.isSuccessful })
        #expect(zip(book.transactions, book.transactions.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(life.time.milliseconds - Caller.noon.milliseconds >= 365 * 86_400_000)
        let again = try live(seed: 7).0.account.billing
        #expect(again.orders == book.orders && again.subscriptions == book.subscriptions)
        #expect(try live(seed: 8).0.account.billing.orders != book.orders)
    }

    @Test func `what an order says of its money is what its transactions moved`() throws {
        let book = try live(seed: 3).0.account.billing
        for order in book.orders.values {
            var sums: [SimTransaction.Method: Int] = [:]
            for index in book.transactionsByOrder[order.id] ?? [] {
                let transaction = book.transactions[index]
                guard transaction.isSuccessful else { continue }
                let part = transaction.parts.filter { $0.order == order.id }.reduce(0) { $0 + $1.amount }
                sums[transaction.method, default: 0] += part
            }
            #expect(order.paid == sums[.capture, default: 0] - sums[.void, default: 0])
            #expect(order.refunded == sums[.refund, default: 0])
        }
    }
}
