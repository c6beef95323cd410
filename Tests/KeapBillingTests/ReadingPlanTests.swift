import Foundation
import Keap
import Testing
import WireFormats

@testable import KeapBilling

/// Which calls hints and polls cost, and what they pass on.
@Suite struct ReadingPlanTests {
    @Test func `a hint reads its subscription and who pays`() async throws {
        var account = account()
        account.subscriptions = [subscription(55, of: 42, modified: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning)
        let found = try await reading.run([KeapThing(.subscription, "55")])
        #expect(found.count == 1)
        #expect(found.first?.contact == ContactID("42"))
        #expect(found.first?.payer?.id == ContactID("42"))
        #expect(found.first?.subscriptions.map(\.id) == [SubscriptionID("55")])
        #expect(found.first?.products.map(\.name) == ["Boxing"])
        #expect(found.first?.isHistory == false)
        #expect(
            reading.keap.takeCalls() == [
                .subscriptions(.ids([SubscriptionID("55")]), page: nil), .payers(.ids([ContactID("42")]), page: nil),
                .products(.ids([ProductID("9")]), page: nil),
            ])
    }

    @Test func `a hint again passes nothing on`() async throws {
        var account = account()
        account.subscriptions = [subscription(55, of: 42, modified: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning)
        _ = try await reading.run([KeapThing(.subscription, "55")])
        #expect(try await reading.run([KeapThing(.subscription, "55")]).isEmpty)
        reading.keap.change { $0.subscriptions[0].isActive = false }
        let found = try await reading.run([KeapThing(.subscription, "55")])
        #expect(found.map(\.subscriptions.count) == [1])
        #expect(found.first?.payer == nil, "who pays is known")
    }

    @Test func `what Keap does not know is gone`() async throws {
        var reading = Reading(keap: FakeKeap(account()), now: morning)
        let found = try await reading.run([
            KeapThing(.subscription, "1"), KeapThing(.order, "2"), KeapThing(.order, "3", isDeleted: true),
        ])
        #expect(found.flatMap(\.goneSubscriptions) == [SubscriptionID("1")])
        #expect(found.flatMap(\.goneOrders) == [OrderID("2"), OrderID("3")])
        // Of three owners: their lanes stay apart.
        #expect(found.count == 3)
    }

    @Test func `an order comes with its payments and the subscription that it bills`() async throws {
        var account = account()
        var bill = order(812, of: 42, at: morning)
        var item = KeapOrderItem(id: OrderItemID("1"), kind: .subscription)
        item.subscription = SubscriptionID("55")
        bill.items = [item]
        account.orders = [bill]
        account.subscriptions = [subscription(55, of: 42, modified: morning)]
        account.transactions = [payment(2, for: 812, at: morning + minute), payment(1, for: 812, at: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning + day)
        let found = try await reading.run([KeapThing(.order, "812")])
        #expect(found.count == 1)
        #expect(found.first?.orders.first?.transactions?.compactMap(\.payment?.text) == ["1", "2"])
        #expect(found.first?.subscriptions.count == 1)
        let calls = reading.keap.takeCalls()
        #expect(calls.contains(.transactions(.order(OrderID("812")), page: nil)))
        #expect(calls.count == 5)
    }

    @Test func `many hints are read in few calls`() async throws {
        var account = account()
        account.orders = (1...300).map { order($0, of: 42, at: morning) }
        account.transactions = (1...300).map { payment($0, for: $0, at: morning) }
        var reading = Reading(keap: FakeKeap(account), now: morning + day)
        let found = try await reading.run((1...300).map { KeapThing(.order, "\($0)") })
        #expect(found.flatMap(\.orders).count == 300)
        #expect(found.flatMap(\.orders).allSatisfy { $0.transactions?.count == 1 })
        #expect(found.allSatisfy { $0.orders.count <= SnapshotGrouping.mostThings })
        #expect(reading.keap.takeCalls().count == 3)
    }

    @Test func `a poll reads what changed since the last`() async throws {
        var account = account()
        account.subscriptions = [
            subscription(1, of: 42, modified: morning - 30 * day), subscription(2, of: 43, modified: morning - minute),
        ]
        account.orders = [order(10, of: 42, at: morning - 30 * day)]
        account.transactions = [payment(100, for: 10, at: morning - 30 * day)]
        var reading = Reading(keap: FakeKeap(account), now: morning)
        let first = try await reading.run(isPoll: true)
        #expect(first.flatMap(\.subscriptions).map(\.id.text) == ["2"], "the past is for the backfill")
        #expect(first.flatMap(\.orders).isEmpty)
        #expect(reading.state.polls == 1)
        _ = reading.keap.takeCalls()

        reading.now += 30 * minute
        #expect(try await reading.run(isPoll: true).isEmpty)
        #expect(reading.keap.takeCalls().count == 4, "one call for each kind, where nothing changed")

        // An old order that was changed: it comes once, however long it is the newest.
        reading.keap.change { $0.orders[0].modified = morning + 29 * minute }
        reading.now += 30 * minute
        #expect(try await reading.run(isPoll: true).flatMap(\.orders).count == 1)
        _ = reading.keap.takeCalls()
        reading.now += 30 * minute
        #expect(try await reading.run(isPoll: true).isEmpty)
        #expect(reading.keap.takeCalls().count == 4)

        // A late payment of an old order, whose own time of change stays.
        reading.keap.change { $0.transactions.append(payment(101, for: 10, at: morning + 91 * minute)) }
        reading.now += 30 * minute
        let late = try await reading.run(isPoll: true)
        #expect(late.flatMap(\.orders).map { $0.transactions?.count } == [2])
        reading.now += 30 * minute
        #expect(try await reading.run(isPoll: true).isEmpty)
        _ = reading.keap.takeCalls()
        #expect(try await reading.run(isPoll: true).isEmpty)
        #expect(reading.keap.takeCalls().count == 4, "the same payment is not looked into again")
    }

    @Test func `what a hint brought the poll does not repeat`() async throws {
        var account = account()
        account.orders = [order(10, of: 42, at: morning)]
        account.transactions = [payment(100, for: 10, at: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning + minute)
        #expect(try await reading.run([KeapThing(.order, "10")]).flatMap(\.orders).count == 1)
        #expect(try await reading.run(isPoll: true).flatMap(\.orders).isEmpty)
    }

    @Test func `hints and polls in any order pass on the same newest`() async throws {
        for hintFirst in [true, false] {
            let keap = FakeKeap(account())
            var reading = Reading(keap: keap, now: morning)
            _ = try await reading.run(isPoll: true)
            keap.change {
                $0.subscriptions = [subscription(1, of: 42, modified: morning + minute)]
                $0.orders = [order(10, of: 42, at: morning + minute)]
            }
            reading.now += 2 * minute
            var found: [BillingSnapshot] = []
            for isHint in [hintFirst, !hintFirst] {
                found +=
                    try await isHint
                    ? reading.run([KeapThing(.order, "10"), KeapThing(.subscription, "1")]) : reading.run(isPoll: true)
            }
            #expect(found.flatMap(\.subscriptions).count == 1)
            #expect(found.flatMap(\.orders).count == 1)
        }
    }

    @Test func `an invoice's hint looks for what changed`() async throws {
        var account = account()
        account.orders = [order(10, of: 42, at: morning)]
        account.transactions = [payment(100, for: 10, at: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning + minute)
        let found = try await reading.run([KeapThing(.payment, "100")])
        #expect(found.flatMap(\.orders).map { $0.transactions?.count } == [1])
        #expect(reading.state.marks == ReadingMarks(), "only a poll moves the marks")
    }

    @Test func `a contact that is gone is said`() async throws {
        var account = account()
        account.payers = []
        account.subscriptions = [subscription(55, of: 42, modified: morning)]
        var reading = Reading(keap: FakeKeap(account), now: morning)
        let found = try await reading.run([KeapThing(.subscription, "55")])
        #expect(found.map(\.goneContacts) == [[ContactID("42")]])
    }

    @Test func `of changed contacts those who pay are passed on, and the others cost nothing more`() async throws {
        var account = account()
        account.subscriptions = [subscription(55, of: 42, modified: morning)]
        account.orders = [order(10, of: 42, at: morning)]
        account.transactions = [payment(100, for: 10, at: morning)]
        account.changedPayers = (1_000...9_000).map { KeapPayer(id: ContactID("\($0)")) }
        var reading = Reading(keap: FakeKeap(account), now: morning)
        #expect(try await reading.run(isPoll: true).compactMap(\.payer?.id.text) == ["42"])

        reading.keap.change {
            $0.changedPayers[0] = KeapPayer(id: ContactID("42"))
            $0.changedPayers[0].familyName = "Lee"
        }
        reading.now += 30 * minute
        _ = reading.keap.takeCalls()
        let found = try await reading.run(isPoll: true)
        #expect(found.map(\.payer?.familyName) == ["Lee"])
        #expect(found.flatMap(\.orders).isEmpty)
        reading.now += 30 * minute
        #expect(try await reading.run(isPoll: true).isEmpty)
        let other = reading.keap.takeCalls().filter { if case .payers = $0 { false } else { true } }
        #expect(other.count == 6, "subscriptions, orders and payments, one call each")
    }

    @Test func `a product's new name is passed on by itself, once`() async throws {
        var reading = Reading(keap: FakeKeap(account()), now: morning)
        #expect(try await reading.run(isPoll: true).isEmpty)
        reading.keap.change { $0.products[0].name = "Kickboxing" }
        reading.now += 30 * minute
        // Not listed again so soon.
        #expect(try await reading.run(isPoll: true).isEmpty)
        reading.now += 120 * minute
        let found = try await reading.run(isPoll: true)
        #expect(found.map { $0.products.map(\.name) } == [["Kickboxing"]])
        #expect(found.allSatisfy { $0.contact == nil && $0.orders.isEmpty && $0.subscriptions.isEmpty })
        reading.now += 180 * minute
        #expect(try await reading.run(isPoll: true).isEmpty)
    }

    @Test func `pages are followed to the mark`() async throws {
        var account = account()
        account.pageSize = 2
        account.subscriptions = (1...5).map { subscription($0, of: 42, modified: morning - Int64($0) * minute) }
        var reading = Reading(keap: FakeKeap(account), now: morning)
        #expect(try await reading.run(isPoll: true).flatMap(\.subscriptions).count == 5)
        reading.keap.change { account in
            for place in account.subscriptions.indices { account.subscriptions[place].modified? -= day }
            account.subscriptions[4].modified = morning + minute
        }
        reading.now += 30 * minute
        _ = reading.keap.takeCalls()
        #expect(try await reading.run(isPoll: true).flatMap(\.subscriptions).map(\.id.text) == ["5"])
        let lists = reading.keap.takeCalls().filter { if case .subscriptions = $0 { true } else { false } }
        #expect(lists.count == 1)
    }

    @Test func `its day brings a subscription that did not change`() async throws {
        var account = account()
        let end = try #require(CivilDay("2026-03-25"))
        account.subscriptions = [subscription(55, of: 42, modified: morning - 30 * day, end: end)]
        var reading = Reading(keap: FakeKeap(account), now: morning)
        #expect(try await reading.run(isPoll: true).isEmpty)
        #expect(reading.state.due.first == end.daysSince1970)

        reading.now = end.daysSince1970 * day - minute
        #expect(try await reading.run(isPoll: true).isEmpty)
        reading.now = end.daysSince1970 * day + minute
        #expect(try await reading.run(isPoll: true).flatMap(\.subscriptions).map(\.id.text) == ["55"])
        #expect(try await reading.run(isPoll: true).isEmpty)
        // Once more when the day is over: a paid time ends at some hour.
        reading.now += day
        #expect(try await reading.run(isPoll: true).flatMap(\.subscriptions).count == 1)
        #expect(reading.state.due.count == 0)
    }

    @Test func `the state is bounded`() async throws {
        var account = account()
        let end = try #require(CivilDay("2027-03-25"))
        account.subscriptions = (1...3_000).map {
            subscription(1_000_000_000_000_000_000 + $0, of: 42, modified: morning - minute, end: end)
        }
        account.orders = (1...3_000).map { order($0, of: 43, at: morning - minute) }
        var reading = Reading(keap: FakeKeap(account), now: morning)
        let found = try await reading.run(isPoll: true)
        #expect(found.flatMap(\.subscriptions).count == 3_000)
        #expect(reading.state.due.count == DueDates.most)
        #expect(!reading.state.due.isWhole)
        #expect(reading.state.bytes.count <= 64 << 10)
    }

    @Test func `an empty lane knows nothing`() throws {
        #expect(try ReadingState(bytes: []) == ReadingState())
        #expect(throws: (any Error).self) { try ReadingState(bytes: [0x7B]) }
        #expect(throws: (any Error).self) { try ReadingState(bytes: [ReadingState.mark, 0x7B]) }
    }

    @Test func `days begin in their zone`() throws {
        let zone = try #require(TimeZone(identifier: "America/Denver"))
        let day = try #require(CivilDay("2026-03-08")).daysSince1970
        #expect(DueDates.begin(of: day, in: zone) == (day * 24 + 7) * 3_600_000)
        #expect(DueDates.begin(of: day + 1, in: zone) == ((day + 1) * 24 + 6) * 3_600_000)
        #expect(DueDates.day(at: DueDates.begin(of: day, in: zone), in: zone) == day)
        #expect(DueDates.day(at: DueDates.begin(of: day, in: zone) - 1, in: zone) == day - 1)
    }
}
