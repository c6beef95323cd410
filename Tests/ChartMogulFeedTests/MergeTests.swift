import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Keap
import Testing
import WireFormats

/// A subscription that moves on and on: all who had it are one customer.
@Suite struct MergeTests {
    @Test(arguments: [SimulatedBooks.Fate.answered, .lostAnswer, .killed])
    func `customers that are merged one after the other are one in the end`(fate: SimulatedBooks.Fate) async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        // Some calls do not end well.
        books.draw { $0 % 7 == 0 && $0 < 40 ? fate : .answered }
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        var told = [BillingChange(bills.snapshot("2026-02-01T00:00:00Z"))]
        for (number, day) in ["2026-02-10", "2026-02-15", "2026-02-20"].enumerated() {
            let contact = ContactID("\(80 + number)")
            bills.change("\(day)T12:00:00Z") { $0.contact = contact }
            bills.payer = KeapPayer(id: contact)
            told.append(BillingChange(bills.snapshot("\(day)T12:00:05Z")))
        }
        for change in told {
            let (delivery, _) = try await lane.deliver(change, now: change.snapshot.readAt)
            if case .done = delivery { continue }
            Issue.record("\(delivery)")
        }
        books.draw { _ in .answered }
        // A merge is done a moment after it was accepted.
        books.rest(.seconds(5))
        books.act("GET", "/v1/ping", "")
        let subscriptions = books.world.subscriptions(account: SimulatedBooks.key)
        #expect(subscriptions.count == 1 && subscriptions.first?.churns == [])
        let names = Set(subscriptions.flatMap(\.customers))
        #expect(names.isSuperset(of: ["keap-contact-77", "keap-contact-82"]))
        let calls = books.calls
        for change in told { _ = try await lane.deliver(change, now: at("2026-02-21T00:00:00Z")) }
        #expect(books.calls == calls)
    }

    @Test func `a lane of many subscriptions stays within its bound`() async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        var told: [BillingChange] = []
        for subscription in 0..<12 as Range<Int64> {
            var bills = Bills(start: "2024-01-01", cycle: .week)
            bills.subscription.id = SubscriptionID("\(500 + subscription)")
            for week in 0..<60 as Range<Int64> {
                let time = at("2024-01-01T09:00:00Z") + week * 7 * 86_400_000
                bills.bill("\(subscription * 1_000 + week + 10_000)", ISO8601.text(time))
                var snapshot = bills.snapshot(ISO8601.text(time + 60_000))
                snapshot.orders = snapshot.orders.suffix(1)
                told.append(BillingChange(snapshot))
            }
        }
        let now = at("2026-01-01T00:00:00Z")
        for start in stride(from: 0, to: told.count, by: 40) {
            var change = told[start]
            change.others = told[start + 1..<min(start + 40, told.count)].flatMap(\.snapshots)
            let (delivery, _) = try await lane.deliver(change, now: now)
            guard case .done = delivery else {
                Issue.record("\(delivery)")
                return
            }
            #expect(lane.state.count < 64 << 10)
        }
        let subscriptions = books.world.subscriptions(account: SimulatedBooks.key)
        #expect(subscriptions.map(\.periods.count) == Array(repeating: 60, count: 12))
    }
}
