import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Keap
import Testing
import WireFormats

/// What ChartMogul refuses for good is a dead letter once, and is tried again when it is another or a person wants it.
@Suite struct RefusalTests {
    private let lane: Lane
    private let books: SimulatedBooks
    private var bills = Bills()

    init() throws {
        books = SimulatedBooks()
        lane = Lane(books, try settings())
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.bill("2", "2026-02-28T09:14:00Z", currency: "12#")
    }

    private func deliver(_ time: String, job: UInt64) async throws -> (isDead: Bool, reason: String, calls: Int) {
        let before = books.calls
        let (delivery, _) = try await lane.deliver(BillingChange(bills.snapshot(time)), now: at(time), job: job)
        if case .dead(let reason, _) = delivery { return (true, reason, books.calls - before) }
        guard case .done = delivery else {
            Issue.record("\(delivery)")
            return (false, "", 0)
        }
        return (false, "", books.calls - before)
    }

    @Test func `a refused invoice is a dead letter after one try, and the next readings leave it alone`() async throws {
        let first = try await deliver("2026-03-01T00:00:00Z", job: 7)
        #expect(first.isDead && first.reason.contains("is not a valid currency code"))
        for job in 8...20 as ClosedRange<UInt64> {
            let next = try await deliver("2026-03-02T00:00:00Z", job: job)
            #expect(!next.isDead && next.calls == 0)
        }
        #expect(books.world.subscriptions(account: SimulatedBooks.key).map(\.periods.count) == [1])
    }

    @Test func `it is tried again when its job is retried`() async throws {
        _ = try await deliver("2026-03-01T00:00:00Z", job: 7)
        _ = try await deliver("2026-03-02T00:00:00Z", job: 8)
        let again = try await deliver("2026-03-01T00:00:00Z", job: 7)
        #expect(again.isDead && again.calls > 0)
        let later = try await deliver("2026-03-03T00:00:00Z", job: 9)
        #expect(!later.isDead && later.calls == 0)
    }

    @Test func `it is tried again when it was mended in Keap`() async throws {
        _ = try await deliver("2026-03-01T00:00:00Z", job: 7)
        var mended = self
        mended.bills.edit("2", "2026-03-02T00:00:00Z") { bill in
            bill.order.total?.currency = "USD"
            for index in bill.order.items.indices { bill.order.items[index].pricePerUnit?.currency = "USD" }
        }
        let next = try await mended.deliver("2026-03-02T00:00:01Z", job: 8)
        #expect(!next.isDead)
        #expect(books.world.subscriptions(account: SimulatedBooks.key).map(\.periods.count) == [2])
        #expect(try FeedState(bytes: lane.state).refusedCount == 0)
    }

    @Test func `of jobs that were refused together the first alone is a dead letter`() async throws {
        // Together the last one is named; then each runs alone.
        _ = try await deliver("2026-03-01T00:00:00Z", job: 9)
        #expect(try await deliver("2026-03-01T00:00:00Z", job: 7).isDead)
        #expect(try await deliver("2026-03-01T00:00:00Z", job: 8).isDead == false)
        #expect(try await deliver("2026-03-01T00:00:00Z", job: 9).isDead == false)
    }
}

/// What lanes remember may be older than what ChartMogul has.
@Suite struct DoubtTests {
    @Test func `after a doubt each lane looks at ChartMogul's side once, and puts it right`() async throws {
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.change("2026-02-05T10:00:00Z") { ($0.end, $0.isActive) = (CivilDay("2026-02-10"), false) }
        let change = BillingChange(bills.snapshot("2026-02-11T00:00:00Z"))
        let now = at("2026-02-11T00:00:00Z")
        _ = try await lane.deliver(change, now: now)
        let before = books.world.subscriptions(account: SimulatedBooks.key)
        // Behind its back the invoice and the end vanish.
        books.act(
            "DELETE", "/v1/subscription_events",
            #"{"subscription_event":{"external_id":"keap-sub-41-cancel-20260210","data_source_uuid":"\#(books.source)"}}"#
        )
        books.act("DELETE", "/v1/data_sources/\(books.source)/customers/\(books.customer)/invoices", "")
        let calls = books.calls
        _ = try await lane.deliver(change, now: now)
        #expect(books.calls == calls && books.world.subscriptions(account: SimulatedBooks.key) != before)
        _ = try await lane.deliver(change, now: now, doubts: 1)
        #expect(books.world.subscriptions(account: SimulatedBooks.key) == before)
        let after = books.calls
        _ = try await lane.deliver(change, now: now, doubts: 1)
        #expect(books.calls == after)
    }

    @Test func `a doubt is kept, and counted on after a restart`() async throws {
        let kept = Kept()
        let doubts = Doubts(saved: nil) { kept.set($0) }
        try await doubts.add()
        try await Doubts(saved: kept.bytes) { kept.set($0) }.add()
        #expect(Doubts(saved: kept.bytes).count == 2)
        #expect(Doubts(saved: Array("what is this".utf8)).count == 0)
    }
}
