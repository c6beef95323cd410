import ChartMogul
import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Foundation
import Keap
import RateLimits
import Testing
import WireFormats

/// One that never waits.
private func patientReader(of books: SimulatedBooks) -> BooksReader {
    BooksReader(FeedCaller(books, urgency: .bulk)) { books.rest($0) }
}

@Suite struct ComparisonTests {
    private static let now = "2026-06-10T12:00:00Z"

    /// A gym of one who pays, of whom ChartMogul has everything.
    private struct Gym {
        let books = SimulatedBooks()
        let lane: Lane
        var bills = Bills()

        init(_ adjust: (inout Bills) -> Void = { _ in }) async throws {
            lane = Lane(books, try settings())
            bills.bill("1", "2026-01-31T09:14:00Z")
            bills.bill("2", "2026-02-28T09:14:00Z")
            bills.bill("3", "2026-03-31T09:14:00Z")
            bills.change("2026-04-10T00:00:00Z") { ($0.end, $0.isActive) = (CivilDay("2026-04-30"), false) }
            adjust(&bills)
            try await tell()
        }

        func tell(_ suspects: Set<String> = [], _ snapshot: BillingSnapshot? = nil) async throws {
            let told = snapshot ?? bills.snapshot(ComparisonTests.now)
            let (delivery, _) = try await lane.deliver(
                BillingChange(told, suspects: suspects), now: at(ComparisonTests.now))
            guard case .done = delivery else {
                Issue.record("\(delivery)")
                return
            }
        }

        func call<Answer: Sendable>(_ call: MogulCall<Answer>) async throws -> Answer {
            try await books.perform(call, urgency: .live) { true }
        }

        var source: String {
            get async throws { try #require(try await call(.dataSources(named: "Keap")).first?.uuid) }
        }

        func invoice(_ order: String) async throws -> FoundInvoice {
            let source = try await source
            return try #require(
                try await call(.invoices(externalID: "keap-order-\(order)", in: source)).items.first)
        }

        func customer() async throws -> String {
            let source = try await source
            return try #require(
                try await call(.customers(externalID: "keap-contact-77", in: source)).items.first?.uuid)
        }

        func compare() async throws -> (books: ComparedBooks, table: RevenueTable, unknown: [BooksDifference]) {
            let reader = patientReader(of: books)
            let source = try #require(try await reader.source(named: "Keap"))
            var index = try await reader.index(of: source.uuid)
            let side = LaneBooks(
                try FeedState(bytes: lane.state), try settings(), now: at(ComparisonTests.now), takesTrialLines: true)
            var table = RevenueTable(
                from: try #require(BillingMonth("2026-01")), now: at(ComparisonTests.now), in: BillingCalendar(.gmt))
            let invoices = try await reader.invoices(of: index.uuids(of: side.contacts), in: source.uuid)
            let compared = side.compared(with: &index, invoices, &table)
            return (compared, table, index.unknown)
        }

        /// What ChartMogul makes of everything.
        var result: String { "\(books.world.subscriptions(account: SimulatedBooks.key))" }

        /// Mends without reading Keap again.
        func mend(_ books: ComparedBooks) async throws {
            try await tell(books.suspects, BillingSnapshot(readAt: at(ComparisonTests.now), contact: books.contact))
        }
    }

    @Test func `two sides that agree differ in nothing, and each month earns what ChartMogul's own figure says`()
        async throws
    {
        let gym = try await Gym()
        let (books, table, unknown) = try await gym.compare()
        #expect(books.isSame && unknown.isEmpty && books.invoices == 3)
        #expect(
            table.rows.map { "\($0.month.text) \($0.pair.keap) \($0.pair.chartMogul)" } == [
                "2026-01 9900 9900", "2026-02 9900 9900", "2026-03 9900 9900",
            ])
        let figures = try await patientReader(of: gym.books).revenue(of: table.months)
        #expect(figures.map(\.amount) == [9_900, 9_900, 9_900, 0, 0, 0])
    }

    /// What a person may do in ChartMogul, and what the comparison says of it.
    private enum Meddling: String, CaseIterable {
        case customer, rename, invoice, amount, payment, end, currency

        func happen(to gym: Gym) async throws {
            switch self {
            case .customer: try await gym.call(.deleteCustomer(try await gym.customer()))
            case .rename:
                try await gym.call(
                    .updateCustomer(try await gym.customer(), CustomerBody(externalID: "", name: "Anna R.")))
            case .invoice: try await gym.call(.deleteInvoice(try await gym.invoice("2").uuid))
            case .amount:
                let invoice = try await gym.invoice("2")
                var line = try #require(invoice.body.lines.first)
                line.amount = 5_000
                try await gym.call(.updateLine(try #require(invoice.lineIDs.values.first), line, plan: line.plan))
            case .payment:
                try await gym.call(
                    .deleteTransaction(try #require(try await gym.invoice("3").transactionIDs.values.first)))
            case .end: try await gym.call(.deleteEvent("keap-sub-41-cancel-20260430", in: try await gym.source))
            case .currency: try await gym.call(.updateInvoice(try await gym.invoice("1").uuid, date: at(now), due: nil))
            }
        }

        var kinds: Set<BooksDifference.Kind> {
            switch self {
            case .customer: [.customerMissing, .invoiceMissing, .endMissing]
            case .rename: [.customerDiffers]
            case .invoice: [.invoiceMissing]
            case .amount, .payment, .currency: [.invoiceDiffers]
            case .end: [.endMissing]
            }
        }
    }

    @Test(arguments: Meddling.allCases.map(\.rawValue))
    func `what was changed in ChartMogul is found, explained and put right, and nothing is made twice`(name: String)
        async throws
    {
        let meddling = try #require(Meddling(rawValue: name))
        let gym = try await Gym()
        let before = gym.result
        try await meddling.happen(to: gym)
        let (books, _, _) = try await gym.compare()
        #expect(Set(books.differences.map(\.kind)) == meddling.kinds, "\(books.differences)")
        #expect(books.differences.allSatisfy { $0.mend != nil && $0.suspect != nil })
        let isByOthers = books.differences.allSatisfy {
            $0.why.contains("after Lockstep") || $0.why.contains("deleted in")
        }
        #expect(isByOthers, "\(books.differences.map(\.why))")
        try await gym.mend(books)
        let after = try await gym.compare()
        #expect(after.books.isSame && after.unknown.isEmpty, "\(after.books.differences)")
        if meddling != .customer { #expect(gym.result == before) }
        // Uuids apart it is the same; none was refused as made twice.
        #expect(after.table.rows.map(\.pair.keap) == after.table.rows.map(\.pair.chartMogul))
        let calls = gym.books.calls
        try await gym.tell()
        #expect(gym.books.calls == calls)
    }

    @Test func `a month in which the sides earn otherwise is told`() async throws {
        let gym = try await Gym()
        try await gym.call(.deleteInvoice(try await gym.invoice("1").uuid))
        try await gym.call(.deleteEvent("keap-sub-41-cancel-20260430", in: try await gym.source))
        let (books, table, _) = try await gym.compare()
        #expect(
            books.months.map { "\($0.month.text) \($0.pair.keap) \($0.pair.chartMogul)" } == [
                "2026-01 9900 0", "2026-04 0 9900", "2026-05 0 9900", "2026-06 0 9900",
            ])
        #expect(table.rows.count == 6)
    }

    @Test func `what was made by hand is told, and left alone`() async throws {
        let gym = try await Gym()
        let source = try await gym.source
        var body = InvoiceBody(externalID: "by-hand", date: at("2026-02-01T00:00:00Z"), currency: "USD")
        body.lines = [LineBody(externalID: "l", kind: .oneTime)]
        let customer = try await gym.customer()
        _ = try await gym.call(
            .createInvoices([body], of: customer, "keap-contact-77", in: source, plans: [:]))
        _ = try await gym.call(.createCustomer(CustomerBody(externalID: "vip", name: "Vip"), in: source))
        let event = EventBody(
            externalID: "their-own", kind: .cancelled, customer: "keap-contact-77", subscription: "keap-sub-41",
            date: at("2026-03-10T00:00:00Z"), effective: at("2026-03-10T00:00:00Z"))
        try await gym.call(.createEvent(event, in: source))
        let (books, _, unknown) = try await gym.compare()
        #expect(books.differences.map(\.kind) == [.invoiceTooMany, .endTooMany])
        #expect(books.differences.allSatisfy { $0.mend == nil && $0.suspect == nil })
        #expect(unknown.map(\.thing) == ["vip"])
        try await gym.mend(books)
        #expect(try await gym.invoice("3").body.lines.count == 1)
        #expect(try await gym.compare().books.differences.count == 2)
    }

    @Test func `an invoice whose order Keap has no more goes once Keap was read`() async throws {
        let gym = try await Gym()
        let source = try await gym.source
        var body = InvoiceBody(externalID: "keap-order-8", date: at("2026-02-01T00:00:00Z"), currency: "USD")
        body.lines = [LineBody(externalID: "l", kind: .oneTime)]
        let customer = try await gym.customer()
        _ = try await gym.call(
            .createInvoices([body], of: customer, "keap-contact-77", in: source, plans: [:]))
        let (books, _, _) = try await gym.compare()
        #expect(books.differences.map(\.kind) == [.invoiceTooMany] && books.orders == [OrderID("8")])
        #expect(books.suspects.isEmpty)
        var gone = BillingSnapshot(readAt: at(Self.now))
        gone.goneOrders = [OrderID("8")]
        try await gym.tell(["i:8"], gone)
        let after = try await gym.compare()
        #expect(after.books.isSame)
    }

    @Test func `what waits is told as waiting, and bills that cannot be sent as such`() async throws {
        var gym = try await Gym()
        gym.bills.bill("9", "2026-05-31T09:14:00Z")
        gym.bills.change("2026-05-31T09:14:00Z") { ($0.frequency, $0.isActive, $0.end) = (30, true, nil) }
        var state = try FeedState(bytes: gym.lane.state)
        state.take(BillingChange(gym.bills.snapshot(Self.now)))
        let side = LaneBooks(state, try settings(), now: at(Self.now), takesTrialLines: true)
        let reader = patientReader(of: gym.books)
        let source = try #require(try await reader.source(named: "Keap"))
        var index = try await reader.index(of: source.uuid)
        var table = RevenueTable(
            from: try #require(BillingMonth("2026-05")), now: at(Self.now), in: BillingCalendar(.gmt))
        let invoices = try await reader.invoices(of: index.uuids(of: side.contacts), in: source.uuid)
        let books = side.compared(with: &index, invoices, &table)
        #expect(books.differences.contains { $0.kind == .notSent && $0.keap.contains("30 MONTH") && $0.mend == nil })
    }

    @Test func `old orders that were folded are missed when they are gone, and read anew`() async throws {
        let gym = try await Gym { bills in
            bills = Bills(start: "2020-01-01", cycle: .week)
            for week in 0..<300 as Range<Int64> {
                bills.bill("\(1_000 + week)", ISO8601.text(at("2020-01-01T09:00:00Z") + week * 7 * 86_400_000))
            }
        }
        #expect(try await gym.compare().books.isSame)
        try await gym.call(.deleteInvoice(try await gym.invoice("1040").uuid))
        let (books, _, _) = try await gym.compare()
        #expect(books.differences.map(\.thing) == ["keap-order-1040"] && books.orders == [OrderID("1040")])
        var read = BillingSnapshot(readAt: at(Self.now), contact: gym.bills.contact)
        read.orders = gym.bills.orders.filter { $0.order.id == OrderID("1040") }
        try await gym.tell(["i:1040"], read)
        #expect(try await gym.compare().books.isSame)
    }

    @Test func `suspects survive storage, and a plain reading is stored as before`() throws {
        let snapshot = Bills().snapshot(Self.now)
        let change = BillingChange(snapshot, suspects: ["i:1", "c:2"])
        let read = try #require(BillingChange(try change.message()))
        #expect(read.snapshot == change.snapshot && read.suspects == change.suspects)
        let plain = try BillingChange(snapshot).message()
        #expect(!String(decoding: plain.body, as: UTF8.self).contains("suspects"))
        #expect(BillingChange(plain)?.snapshot == snapshot)
    }

    @Test func `amounts are written with the digits of their currency`() {
        #expect(MinorUnits.text(9_900, of: "USD") == "99.00 USD")
        #expect(MinorUnits.text(-5, of: "USD") == "-0.05 USD")
        #expect(MinorUnits.text(1_200, of: "JPY") == "1200 JPY")
        #expect(MinorUnits.text(1_234, of: "KWD") == "1.234 KWD")
        #expect(MinorUnits.text(.min, of: "USD").hasPrefix("-92233720368547758.08"))
    }

    @Test func `months follow one another over the year's end, and there is a bound`() throws {
        let first = try #require(BillingMonth("2025-11"))
        #expect(
            BillingMonth.list(from: first, to: first.after(3)).map(\.text) == [
                "2025-11", "2025-12", "2026-01", "2026-02",
            ])
        #expect(first.after(-11).text == "2024-12" && first.after(12).text == "2026-11")
        #expect(BillingMonth("2026-13") == nil && BillingMonth("2026-1") == nil && BillingMonth("abcd-01") == nil)
        #expect(BillingMonth.list(from: try #require(BillingMonth("0001-01")), to: first).count == BillingMonth.most)
        #expect(first.after(.max / 2) >= first)
    }
}
