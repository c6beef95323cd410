import ChartMogul
import ChartMogulFeed
import Clocks
import DurableQueue
import Foundation
import Keap
import RateLimits

/// One comparison: reads ChartMogul page by page, behind everything live, and goes through the lanes of the gym's bills, a
/// few at a time.
struct BooksComparison: Sendable {
    struct Ground: Sendable {
        let feed: Feed
        let bills: BillingQueue
        let keap: any BillingAPI
        let clock: any TimeSource
    }

    private let order: BooksComparer.Order
    private let ground: Ground
    private let reader: BooksReader
    private let change: @Sendable ((inout BooksReport) -> Void) -> Void

    /// Lanes whose invoices are read side by side.
    private static let together = 8
    private static let numbersAtOnce: UInt64 = 10_000

    /// - Parameter change: of the report.
    init(
        _ order: BooksComparer.Order, _ ground: Ground,
        change: @escaping @Sendable ((inout BooksReport) -> Void) -> Void
    ) {
        (self.order, self.ground, self.change) = (order, ground, change)
        let clock = ground.clock
        reader = BooksReader(FeedCaller(ground.feed.api, urgency: .bulk) { !Task.isCancelled }) { pause in
            // Cancelled, it is over sooner, and the next call is not sent.
            try? await clock.sleep(until: clock.now.advanced(by: pause))
        }
    }

    /// - Returns: why it stopped before its end, in a sentence.
    func run() async -> String? {
        do {
            try await compare()
            return nil
        } catch let failure as ChartMogulFailure {
            return failure == .cancelled
                ? "the comparison was called off" : "ChartMogul could not be read: \(failure.message)"
        } catch let failure as KeapFailure {
            return "Keap could not be read: \(failure.message)"
        } catch let stopped as Stopped {
            return stopped.sentence
        } catch {
            return "the comparison stopped: \(error)"
        }
    }

    private func compare() async throws {
        let settings = ground.feed.settings
        change { $0.stage = "reading ChartMogul" }
        guard let source = try await reader.source(named: settings.dataSource) else {
            throw Stopped(
                "ChartMogul has no data source named \(settings.dataSource): nothing was sent yet. Run lockstep chartmogul "
                    + "backfill, or see `lockstep jobs`")
        }
        let account = try await reader.account()
        let now = ground.clock.wall.milliseconds
        let calendar = BillingCalendar(TimeZone(identifier: account.timeZone) ?? .gmt)
        let from = order.from ?? BillingMonth(of: calendar.day(of: now)).after(-12)
        let waiting = await ground.bills.queue.pending(of: ground.bills.tenant)
        change { ($0.from, $0.waiting) = (from.text, waiting) }
        var table = RevenueTable(from: from, now: now, in: calendar)
        let count = { @Sendable (count: Int) in change { $0.customersFound = count } }
        var index = try await reader.index(of: source.uuid, progress: count)
        change { $0.stage = "comparing" }
        var mending = BooksMending(ground)
        let limit = await ground.bills.queue.laneNumberLimit
        for start in stride(from: 0, to: limit, by: UInt64.Stride(Self.numbersAtOnce)) {
            let numbers = start..<min(start + Self.numbersAtOnce, limit)
            let lanes = await ground.bills.queue.lanesWithState(of: ground.bills.tenant, numbered: numbers)
            for first in stride(from: 0, to: lanes.count, by: Self.together) {
                try Task.checkCancellation()
                let part = lanes[first..<min(first + Self.together, lanes.count)]
                try await compare(part, now: now, &index, &table, &mending)
            }
        }
        for difference in index.unknown {
            change { $0.add(ComparedBooks([difference])) }
        }
        if order.mends { try await mending.finish { count in change { $0.mending += count } } }
        let shown = try await reader.revenue(of: table.months)
        change { $0.months = Self.months(table, shown, account.currency) }
    }

    private func compare(
        _ lanes: ArraySlice<LaneID>, now: Int64, _ index: inout BooksIndex, _ table: inout RevenueTable,
        _ mending: inout BooksMending
    ) async throws {
        var sides: [LaneBooks] = []
        for lane in lanes {
            let bytes = try await ground.bills.queue.state(of: lane)
            guard bytes.first == FeedState.mark else { continue }
            sides.append(
                LaneBooks(
                    try FeedState(bytes: bytes), ground.feed.settings, now: now,
                    takesTrialLines: ground.feed.shared.takesTrialLines))
        }
        let (reader, source) = (reader, index.source)
        let customers = sides.map { index.uuids(of: $0.contacts) }
        let invoices = try await withThrowingTaskGroup(of: (Int, [FoundInvoice]).self) { group in
            for (place, uuids) in customers.enumerated() {
                group.addTask { (place, try await reader.invoices(of: uuids, in: source)) }
            }
            return try await group.reduce(into: [:]) { found, part in found[part.0] = part.1 }
        }
        for (place, side) in sides.enumerated() {
            let books = side.compared(with: &index, invoices[place] ?? [], &table)
            change { report in
                if books.contact != nil { report.compared += 1 }
                report.invoices += books.invoices
                report.add(books)
            }
            guard order.mends, !books.differences.isEmpty else { continue }
            try await mending.mend(books) { count in change { $0.mending += count } }
        }
    }

    private static func months(
        _ table: RevenueTable, _ shown: [MonthlyFigure], _ currency: String
    ) -> [BooksReport.Month] {
        let figures = Dictionary(shown.map { ($0.day.prefix(7), $0.amount) }) { first, _ in first }
        return table.rows.map { row in
            BooksReport.Month(row, shown: row.currency == currency ? figures[row.month.text.prefix(7)] : nil)
        }
    }

    private struct Stopped: Error {
        let sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }
}
