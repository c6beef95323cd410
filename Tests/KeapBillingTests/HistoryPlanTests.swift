import Keap
import Testing

@testable import KeapBilling

/// How the past is read, page after page.
@Suite struct HistoryPlanTests {
    private struct Past {
        var snapshots: [BillingSnapshot] = []
        var progress: HistoryProgress?
        var pages = 0
    }

    /// - Parameter twice: each page is read again, as after a crash before its job was done.
    private func readAll(_ keap: FakeKeap, twice: Bool = false) async throws -> Past {
        var past = Past()
        var known: Set<ContactID> = []
        var next: HistoryPage? = HistoryPage(run: "r1")
        while let page = next, past.pages < 1_000 {
            for isAgain in twice ? [true, false] : [false] {
                var plan = HistoryPlan(page, now: morning)
                while let step = plan.next() {
                    if case .known(let contacts) = step {
                        plan.take(.known(known.intersection(contacts)), to: step)
                    } else {
                        plan.take(try await step.perform(with: keap), to: step)
                    }
                }
                past.snapshots += plan.snapshots
                guard !isAgain else { continue }
                known.formUnion(plan.readPayers)
                past.progress = plan.progress(after: past.progress)
                next = plan.following
            }
            past.pages += 1
        }
        return past
    }

    @Test func `every subscription and order comes once`() async throws {
        var account = account()
        account.pageSize = 10
        account.subscriptions = (1...25).map { subscription($0, of: 42 + $0 % 5, modified: morning - 300 * day) }
        account.orders = (1...95).map {
            order($0, of: 42 + $0 % 5, at: morning - 300 * day + Int64($0) * day, paid: 4_900)
        }
        account.transactions = (1...95).map { payment($0, for: $0, at: morning - 300 * day + Int64($0) * day) }
        let keap = FakeKeap(account)
        let past = try await readAll(keap)
        #expect(past.snapshots.flatMap(\.subscriptions).map(\.id).sorted() == (1...25).map { SubscriptionID("\($0)") })
        let bills = past.snapshots.flatMap(\.orders)
        #expect(bills.map(\.order.id).sorted() == (1...95).map { OrderID("\($0)") })
        #expect(bills.allSatisfy { $0.transactions?.count == 1 })
        #expect(past.snapshots.allSatisfy { $0.isHistory })
        #expect(past.progress?.isDone == true)
        #expect(past.progress?.orders == 95)
        #expect(past.snapshots.compactMap(\.payer).count == 5)
    }

    @Test func `a page of a thousand orders costs few calls`() async throws {
        var account = account()
        account.orders = (1...5_000).map {
            order($0, of: 42 + $0 % 5, at: morning - 300 * day + Int64($0) * minute, paid: 4_900)
        }
        account.transactions = (1...5_000).map { payment($0, for: $0, at: morning - 300 * day + Int64($0) * minute) }
        let keap = FakeKeap(account)
        let past = try await readAll(keap)
        #expect(past.snapshots.flatMap(\.orders).count == 5_000)
        let calls = keap.takeCalls().count
        #expect(calls <= 5_000 / 100, "\(calls) calls")
    }

    @Test func `what was paid later is asked for by its order`() async throws {
        var account = account()
        account.orders = [
            order(1, of: 42, at: morning - 300 * day, paid: 9_800),
            order(2, of: 42, at: morning - 300 * day, paid: 4_900),
        ]
        account.transactions = [
            payment(1, for: 1, at: morning - 300 * day), payment(2, for: 1, at: morning - 200 * day),
            payment(3, for: 2, at: morning - 300 * day),
        ]
        let keap = FakeKeap(account)
        let bills = try await readAll(keap).snapshots.flatMap(\.orders)
        #expect(bills.map { $0.transactions?.count } == [2, 1])
        let single = keap.takeCalls().filter { if case .transactions(.order, _) = $0 { true } else { false } }
        #expect(single == [.transactions(.order(OrderID("1")), page: nil)])
    }

    @Test func `a crash repeats snapshots and misses none`() async throws {
        var account = account()
        account.pageSize = 3
        account.orders = (1...10).map { order($0, of: 42, at: morning - 300 * day) }
        let past = try await readAll(FakeKeap(account), twice: true)
        #expect(Set(past.snapshots.flatMap(\.orders).map(\.order.id)).count == 10)
        #expect(past.progress?.orders == 10)
    }

    @Test func `an empty account ends at once`() async throws {
        let past = try await readAll(FakeKeap())
        #expect(past.snapshots.isEmpty)
        #expect(past.pages == 2)
        #expect(past.progress?.isDone == true)
    }

    @Test func `a following page has a key of its own`() {
        let page = HistoryPage(run: "r1")
        let next = page.following(last: "5", isLast: false)
        #expect(next?.key != page.key)
        #expect(next?.after == "5")
        #expect(page.following(last: "5", isLast: true)?.stage == .orders)
        #expect(page.following(last: nil, isLast: true)?.following(last: "9", isLast: true) == nil)
    }
}
