import ChartMogul
import ChartMogulFeed
import Foundation
import Keap
import Testing
import WireFormats

/// Each row of the settings' table: the default, and the known integration's way.
@Suite struct RulesTests {
    @Test func `a plan has the subscription's interval, or the product's`() throws {
        var bills = Bills(cycle: .week, frequency: 2)
        bills.bill("1", "2026-01-31T09:14:00Z")
        let own = try bills.books("2026-02-01T00:00:00Z")
        #expect(own.plans.keys.sorted() == ["keap-plan-7-day-14"])
        #expect(own.invoices.first?.body.lines.first?.end == at("2026-02-14T09:14:00Z"))
        let ofProduct = try bills.books("2026-02-01T00:00:00Z") { $0.interval = .product }
        #expect(ofProduct.plans.keys.sorted() == ["keap-plan-7-month-1"])
        #expect(ofProduct.plans.values.first?.name == "Gold (monthly)")
    }

    @Test func `an end date ends at its midnight, or with the period that was paid for`() throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.change("2026-02-05T10:00:00Z") { ($0.end, $0.isActive) = (CivilDay("2026-02-10"), false) }
        let now = "2026-03-05T00:00:00Z"
        #expect(try bills.books(now).ends == ["keap-sub-41-cancel-20260210 2026-02-10T00:00:00.000Z"])
        #expect(
            try bills.books(now) { $0.churnAt = .endOfPaidPeriod }.ends == [
                "keap-sub-41-cancel-20260228 2026-02-28T09:14:00.000Z"
            ])
        let denver = try #require(TimeZone(identifier: "America/Denver"))
        #expect(
            try bills.books(now) { $0.timeZone = denver }.ends == [
                "keap-sub-41-cancel-20260210 2026-02-10T07:00:00.000Z"
            ])
        // The day in the id is that of UTC.
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(
            try bills.books(now) { $0.timeZone = berlin }.ends == [
                "keap-sub-41-cancel-20260209 2026-02-09T23:00:00.000Z"
            ])
    }

    @Test func `without an end date, an inactive one ends at its next bill, when it was seen, or with what was paid`()
        throws
    {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.change("2026-02-05T10:00:00Z") { ($0.nextBill, $0.isActive) = (CivilDay("2026-02-28"), false) }
        let now = "2026-03-05T00:00:00Z"
        #expect(try bills.books(now).ends == ["keap-sub-41-cancel-20260228 2026-02-28T00:00:00.000Z"])
        #expect(
            try bills.books(now) { $0.inactiveWithoutEnd = .whenSeen }.ends == [
                "keap-sub-41-cancel-20260205 2026-02-05T10:00:00.000Z"
            ])
        #expect(
            try bills.books(now) { $0.inactiveWithoutEnd = .endOfPaidPeriod }.ends == [
                "keap-sub-41-cancel-20260228 2026-02-28T09:14:00.000Z"
            ])
        // While the next bill is ahead, it is to come.
        #expect(
            try bills.books("2026-02-06T00:00:00Z").ends == [
                "scheduled keap-sub-41-cancel-20260228 2026-02-28T00:00:00.000Z"
            ])
    }

    @Test func `an end to come is scheduled, comes, and is taken back with its date`() throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.change("2026-02-01T10:00:00Z") { $0.end = CivilDay("2026-02-20") }
        #expect(
            try bills.books("2026-02-02T00:00:00Z").ends == [
                "scheduled keap-sub-41-cancel-20260220 2026-02-20T00:00:00.000Z"
            ])
        #expect(
            try bills.books("2026-02-20T00:00:00Z").ends == ["keap-sub-41-cancel-20260220 2026-02-20T00:00:00.000Z"])
        var facts = bills.facts("2026-02-02T00:00:00Z")
        bills.change("2026-02-03T10:00:00Z") { $0.end = nil }
        facts.take(bills.snapshot("2026-02-03T10:00:01Z"))
        #expect(BillingRules.desired(facts, try settings(), now: at("2026-04-01T00:00:00Z")).events == [])
    }

    @Test func `a trial begins with its order, with the contact, or is not told`() throws {
        var bills = Bills(start: "2026-02-14")
        bills.bill("1", "2026-01-31T09:14:00Z", units: 0, paid: false)
        bills.orders[0].order.items[0].pricePerUnit = KeapMoney(units: 9_900, currency: "USD")
        var free = KeapOrderItem(id: OrderItemID("902"), kind: .freeTrial)
        free.discount = KeapMoney(units: 9_900, currency: "USD")
        bills.orders[0].order.items.append(free)
        let now = "2026-02-01T00:00:00Z"
        let byOrder = try bills.books(now)
        let line = try #require(byOrder.invoices.first?.body.lines.first)
        #expect((line.kind, line.amount, line.subscription) == (.trial, 0, "keap-sub-41"))
        #expect((line.start, line.end) == (at("2026-01-31T09:14:00Z"), at("2026-02-14T00:00:00Z")))
        #expect(byOrder.customers.first?.body.freeTrialStartedAt == nil)
        let byContact = try bills.books(now) { $0.trialStart = .contactCreated }
        #expect(byContact.customers.first?.body.freeTrialStartedAt == at("2025-12-01T10:00:00Z"))
        #expect(byContact.invoices.first?.body.lines.first?.kind == .oneTime)
        #expect(try bills.books(now) { $0.trialStart = .none }.customers.first?.body.freeTrialStartedAt == nil)
        // An account without such lines has the trial's start with its customer.
        let old = BillingRules.desired(bills.facts(now), try settings(), now: at(now), takesTrialLines: false)
        #expect(old.customers.first?.body.freeTrialStartedAt == at("2026-01-31T09:14:00Z"))
    }

    @Test func `an address that is none is an attribute, and noted`() throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.payer.email = "ana at example"
        let books = try bills.books("2026-02-01T00:00:00Z")
        let body = try #require(books.customers.first?.body)
        #expect((body.email, body.attributes) == (nil, ["keap_invalid_email": "ana at example"]))
        #expect(books.notes.map(\.field) == ["email"] && books.notes.map(\.value) == ["ana at example"])
        #expect((body.name, body.country, body.state) == ("Ana Ruiz", "US", "US-CO"))
    }

    @Test func `a moved subscription makes one customer of two, or ends at the first`() throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        var facts = bills.facts("2026-02-01T00:00:00Z")
        bills.change("2026-02-10T12:00:00Z") { $0.contact = ContactID("88") }
        bills.payer = KeapPayer(id: ContactID("88"))
        facts.take(bills.snapshot("2026-02-10T12:00:05Z"))
        bills.bill("2", "2026-02-28T09:14:00Z")
        facts.take(bills.snapshot("2026-02-28T09:20:00Z"))
        let now = at("2026-03-01T00:00:00Z")
        let merged = BillingRules.desired(facts, try settings(), now: now)
        #expect(merged.merges.map { [$0.from.text, $0.into.text] } == [["77", "88"]])
        #expect(Set(merged.invoices.map(\.contact)) == [ContactID("88")])
        #expect(Set(merged.invoices.flatMap(\.body.lines).compactMap(\.subscription)) == ["keap-sub-41"])
        #expect(merged.events == [])
        let over = BillingRules.desired(facts, try settings { $0.movedContact = .handOver }, now: now)
        #expect(over.merges == [] && over.invoices.map(\.contact.text) == ["77", "88"])
        #expect(over.invoices.flatMap(\.body.lines).compactMap(\.subscription) == ["keap-sub-41", "keap-sub-41~88"])
        #expect(over.ends == ["keap-sub-41-cancel-20260210 2026-02-10T12:00:00.000Z"])
    }

    private func failedThenPaid(_ paid: String) -> Bills {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        bills.bill("2", "2026-02-28T09:14:00Z", paid: false)
        bills.pay("2", nil, "2026-02-28T09:14:01Z", isSuccessful: false)
        bills.change("2026-03-10T10:00:00Z") {
            ($0.end, $0.isActive, $0.reasonStopped) = (CivilDay("2026-03-10"), false, "Max charge attempts")
        }
        if !paid.isEmpty { bills.pay("2", "5599", paid) }
        return bills
    }

    @Test func `paid later, a cancellation for failed payment is forgiven within its days, or stays`() throws {
        let now = "2026-06-01T00:00:00Z"
        let cancelled = ["keap-sub-41-cancel-20260310 2026-03-10T00:00:00.000Z"]
        #expect(try failedThenPaid("").books(now).ends == cancelled)
        // The thirtieth day from the cancellation's date, and the day after.
        #expect(try failedThenPaid("2026-04-09T23:00:00Z").books(now).ends == [])
        #expect(try failedThenPaid("2026-04-10T00:00:00Z").books(now).ends == cancelled)
        #expect(try failedThenPaid("2026-03-20T00:00:00Z").books(now) { $0.paidLater = .reactivate }.ends == cancelled)
        #expect(try failedThenPaid("2026-03-20T00:00:00Z").books(now) { $0.forgiveDays = 5 }.ends == cancelled)
    }

    @Test func `what was forgiven leaves earlier cancellations`() throws {
        var bills = Bills()
        bills.bill("1", "2025-09-30T09:14:00Z")
        bills.change("2025-10-30T10:00:00Z") { ($0.end, $0.isActive) = (CivilDay("2025-10-30"), false) }
        var facts = bills.facts("2025-10-30T10:01:00Z")
        bills.change("2026-01-31T08:00:00Z") { ($0.end, $0.isActive) = (nil, true) }
        bills.bill("2", "2026-01-31T09:14:00Z", paid: false)
        bills.pay("2", nil, "2026-01-31T09:14:01Z", isSuccessful: false)
        facts.take(bills.snapshot("2026-01-31T09:15:00Z"))
        bills.change("2026-02-20T10:00:00Z") { ($0.end, $0.isActive) = (CivilDay("2026-02-20"), false) }
        bills.pay("2", "77", "2026-02-25T00:00:00Z")
        facts.take(bills.snapshot("2026-02-25T00:01:00Z"))
        let books = BillingRules.desired(facts, try settings(), now: at("2026-03-01T00:00:00Z"))
        #expect(books.ends == ["keap-sub-41-cancel-20251030 2025-10-30T00:00:00.000Z"])
    }

    @Test(arguments: [("USD", "99.00"), ("JPY", "9900"), ("KWD", "9.900")])
    func `money is exact in minor units, after discount, with tax apart`(currency: String, amount: String) throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z", currency: currency, paid: false)
        func item(_ id: String, _ kind: KeapOrderItem.Kind, _ price: Int64, discount: Int64? = nil) -> KeapOrderItem {
            var item = KeapOrderItem(id: OrderItemID(id), kind: kind)
            item.pricePerUnit = KeapMoney(units: price, currency: currency)
            item.discount = discount.map { KeapMoney(units: $0, currency: currency) }
            return item
        }
        bills.orders[0].order.items += [
            item("2", .product, 5_001), item("3", .discount, 0, discount: 1_000), item("4", .tax, 777),
        ]
        let total: Int64 = 9_900 + 5_001 - 1_000 + 777
        bills.orders[0].order.total = KeapMoney(units: total, currency: currency)
        bills.pay("1", "5", "2026-02-01T00:00:00Z", amount: amount)
        bills.pay("1", nil, "2026-01-31T09:15:00Z", amount: amount, isSuccessful: false)
        bills.pay("1", "6", "2026-02-02T00:00:00Z", amount: "-\(amount)", method: .refund)
        let body = try #require(try bills.books("2026-02-03T00:00:00Z").invoices.first?.body)
        #expect(body.total == total)
        #expect(body.lines.reduce(0) { $0 + $1.tax } == 777)
        #expect(body.lines.reduce(0) { $0 + $1.discount } == 1_000)
        #expect(body.lines.map(\.externalID) == ["keap-item-91", "keap-item-2"])
        #expect(
            body.transactions.map(\.externalID) == [
                "keap-pay-\(at("2026-01-31T09:15:00Z"))-1", "keap-pay-5-1", "keap-pay-6-1",
            ])
        #expect(body.transactions.map(\.isSuccessful) == [false, true, true])
        #expect(body.transactions.map(\.kind) == [.payment, .payment, .refund])
        #expect(body.transactions.allSatisfy { $0.amount == 9_900 })
    }

    @Test func `a frequency that cannot be one is noted and not sent`() throws {
        var bills = Bills(frequency: 30)
        bills.bill("1", "2026-01-31T09:14:00Z")
        let books = try bills.books("2026-02-01T00:00:00Z")
        #expect(books.invoices == [] && books.events == [])
        #expect(books.notes.map(\.value) == ["30 MONTH"])
    }

    @Test func `periods follow the subscription's calendar, and a changed interval only later bills`() throws {
        var bills = Bills()
        bills.bill("1", "2026-01-31T09:14:00Z")
        var facts = bills.facts("2026-01-31T09:20:00Z")
        bills.bill("2", "2026-02-28T09:14:00Z")
        facts.take(bills.snapshot("2026-02-28T09:20:00Z"))
        bills.change("2026-03-10T00:00:00Z") { ($0.cycle, $0.frequency) = (.year, 1) }
        facts.take(bills.snapshot("2026-03-10T00:00:05Z"))
        bills.bill("3", "2026-03-31T09:14:00Z")
        facts.take(bills.snapshot("2026-03-31T09:20:00Z"))
        let lines = BillingRules.desired(facts, try settings(), now: at("2026-04-01T00:00:00Z")).invoices
            .flatMap(\.body.lines)
        #expect(
            lines.map(\.end) == [
                at("2026-02-28T09:14:00Z"), at("2026-03-31T09:14:00Z"), at("2027-03-31T09:14:00Z"),
            ])
        #expect(lines.map(\.plan) == ["keap-plan-7-month-1", "keap-plan-7-month-1", "keap-plan-7-year-1"])
    }

    @Test func `the same facts give the same books in any order, twice`() throws {
        var bills = Bills()
        var told: [BillingSnapshot] = []
        bills.bill("1", "2026-01-31T09:14:00Z")
        told.append(bills.snapshot("2026-01-31T09:20:00Z"))
        bills.change("2026-02-10T12:00:00Z") { $0.end = CivilDay("2026-02-20") }
        told.append(bills.snapshot("2026-02-10T12:01:00Z"))
        bills.change("2026-03-05T12:00:00Z") { $0.end = nil }
        told.append(bills.snapshot("2026-03-05T12:01:00Z"))
        bills.bill("2", "2026-03-31T09:14:00Z", paid: false)
        told.append(bills.snapshot("2026-03-31T09:20:00Z"))
        bills.edit("1", "2026-04-02T00:00:00Z") { $0.order.total?.units = 8_000 }
        told.append(bills.snapshot("2026-04-02T00:01:00Z"))
        let now = at("2026-04-03T00:00:00Z")
        var expected: DesiredBooks?
        for seed in 0..<120 as Range<UInt64> {
            var (left, facts, number) = (told + told, BillingFacts(), seed)
            while !left.isEmpty {
                facts.take(left.remove(at: Int(number % UInt64(left.count))))
                number = number / 2 &+ number &* 7 &+ 3
            }
            let books = BillingRules.desired(facts, try settings(), now: now)
            #expect(books == expected ?? books)
            expected = books
        }
        #expect(expected?.ends == ["keap-sub-41-cancel-20260220 2026-02-20T00:00:00.000Z"])
        #expect(expected?.invoices.first?.body.total == 8_000)
    }
}
