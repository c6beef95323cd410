import ChartMogul
import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Keap
import Testing
import WireFormats

@Suite struct FeedOnSimulatorTests {
    /// A life with everything in it: bills, a failed one paid later, an edit, a refund, an end taken back, a deletion.
    private func life() -> [(BillingChange, Int64)] {
        var bills = Bills()
        var told: [(BillingChange, Int64)] = []
        func tell(_ time: String, _ adjust: (inout BillingSnapshot) -> Void = { _ in }) {
            var snapshot = bills.snapshot(time)
            adjust(&snapshot)
            told.append((BillingChange(snapshot), at(time)))
        }
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.payer.email = "ana at example"
        tell("2026-01-31T09:20:00Z")
        bills.bill("2", "2026-02-28T09:14:00Z", paid: false)
        bills.pay("2", nil, "2026-02-28T09:14:01Z", isSuccessful: false)
        tell("2026-02-28T09:20:00Z")
        bills.change("2026-03-10T10:00:00Z") {
            ($0.end, $0.isActive, $0.reasonStopped) = (CivilDay("2026-03-12"), false, "Max charge attempts")
        }
        tell("2026-03-10T10:01:00Z")
        tell("2026-03-12T00:00:01Z")
        bills.pay("2", "5599", "2026-03-20T00:00:00Z")
        bills.change("2026-03-20T00:00:00Z") { ($0.end, $0.isActive, $0.reasonStopped) = (nil, true, nil) }
        bills.payer.email = "ana@example.org"
        tell("2026-03-20T00:01:00Z")
        bills.bill("3", "2026-03-31T09:14:00Z")
        bills.pay("1", "6", "2026-04-01T00:00:00Z", amount: "99.00", method: .refund)
        bills.product.name = "Platinum"
        tell("2026-04-01T00:01:00Z")
        bills.edit("3", "2026-04-02T00:00:00Z") {
            $0.order.total?.units = 8_000
            $0.order.items[0].pricePerUnit?.units = 8_000
        }
        bills.orders.removeAll { $0.order.id == OrderID("1") }
        tell("2026-04-02T00:01:00Z") { $0.goneOrders = [OrderID("1")] }
        return told
    }

    private func result(_ books: SimulatedBooks) -> String {
        let subscriptions = books.world.subscriptions(account: SimulatedBooks.key)
        return "\(subscriptions)"
    }

    @Test func `a life is followed, and told twice it costs no call`() async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        for (change, now) in life() {
            let (delivery, attempts) = try await lane.deliver(change, now: now)
            guard case .done = delivery else {
                Issue.record("\(delivery)")
                return
            }
            #expect(attempts == 1)
        }
        let subscriptions = books.world.subscriptions(account: SimulatedBooks.key)
        let subscription = try #require(subscriptions.first)
        #expect(subscriptions.count == 1 && subscription.externalID == "keap-sub-41")
        #expect(subscription.churns == [] && subscription.scheduledCancellations == [])
        #expect(subscription.periods.map(\.from.text) == ["2026-02-28T09:14:00.000Z", "2026-03-31T09:14:00.000Z"])
        #expect(subscription.periods.map { $0.revenue["USD"] } == [9_900, 8_000])
        let calls = books.calls
        for (change, now) in life() { _ = try await lane.deliver(change, now: max(now, at("2026-04-02T00:02:00Z"))) }
        #expect(books.calls == calls)
    }

    @Test(arguments: [SimulatedBooks.Fate.lostAnswer, .lostRequest, .page, .killed])
    func `cut at any call, it ends the same, and nothing is made twice`(fate: SimulatedBooks.Fate) async throws {
        let plain = SimulatedBooks()
        let lane = Lane(plain, try settings())
        for (change, now) in life() { _ = try await lane.deliver(change, now: now) }
        for cut in 1...plain.calls {
            let books = SimulatedBooks()
            let lane = Lane(books, try settings())
            books.draw { $0 == cut ? fate : .answered }
            for (change, now) in life() {
                let (delivery, _) = try await lane.deliver(change, now: now)
                guard case .done = delivery else {
                    Issue.record("cut at \(cut): \(delivery)")
                    return
                }
            }
            #expect(result(books) == result(plain), "cut at \(cut)")
        }
    }

    @Test func `a refusal is told in ChartMogul's words, and the rest is delivered`() async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.bill("2", "2026-02-28T09:14:00Z", currency: "12#")
        let (delivery, _) = try await lane.deliver(
            BillingChange(bills.snapshot("2026-03-01T00:00:00Z")), now: at("2026-03-01T00:00:00Z"))
        guard case .dead(let reason, _) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(reason.contains("order 2") && reason.contains("is not a valid currency code"))
        #expect(books.world.subscriptions(account: SimulatedBooks.key).map(\.periods.count) == [1])
    }

    @Test func `what is made just now may not be there yet, and trial lines may be none`() async throws {
        let books = SimulatedBooks { options in
            options.quirks.creationLagInMilliseconds = 2_500
            options.accounts[0].takesTrialLines = false
        }
        let lane = Lane(books, try settings())
        var bills = Bills(start: "2026-02-14")
        bills.bill("1", "2026-01-31T09:14:00Z", units: 0, paid: false)
        let (delivery, _) = try await lane.deliver(
            BillingChange(bills.snapshot("2026-02-01T00:00:00Z")), now: at("2026-02-01T00:00:00Z"))
        guard case .done = delivery else {
            Issue.record("\(delivery)")
            return
        }
    }

    @Test func `a state that is too large is folded, and costs no call when all is told again`() async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        var bills = Bills(start: "2020-01-01", cycle: .week)
        for week in 0..<300 as Range<Int64> {
            bills.bill("\(1_000 + week)", ISO8601.text(at("2020-01-01T09:00:00Z") + week * 7 * 86_400_000))
        }
        let now = at("2026-01-01T00:00:00Z")
        let change = BillingChange(bills.snapshot("2026-01-01T00:00:00Z"))
        _ = try await lane.deliver(change, now: now)
        #expect(lane.state.count < 64 << 10)
        // A source, a plan looked for and made, a customer, and several invoices a call.
        #expect(books.calls < 300 / 10)
        let calls = books.calls
        _ = try await lane.deliver(change, now: now)
        #expect(books.calls == calls && lane.state.count < 64 << 10)
        #expect(books.world.subscriptions(account: SimulatedBooks.key).map(\.periods.count) == [300])
    }
}
