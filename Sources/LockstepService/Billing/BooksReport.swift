import ChartMogulFeed
import Keap

/// How a comparison of a gym's bills with its ChartMogul stands, and what it has found.
struct BooksReport: Encodable, Sendable {
    enum State: String, Encodable, Sendable { case none, running, done, failed }

    struct Month: Encodable, Sendable {
        /// `2026-03`
        var month: String
        var currency: String
        /// Of the month's end, as text with the currency's digits.
        var keap: String
        var chartMogul: String
        var isSame: Bool
        /// ChartMogul's own figure, of all its data sources; nil if it is in another currency.
        var shown: String?
    }

    struct Difference: Encodable, Sendable {
        var kind: String
        var thing: String
        var keap: String
        var chartMogul: String
        var why: String
        var mend: String?
    }

    struct Customer: Encodable, Sendable {
        /// Nil for what ChartMogul has and Lockstep knows nothing of.
        var contact: String?
        var name: String?
        var differences: [Difference] = []
        var months: [Month] = []
    }

    var gym = ""
    var state = State.none
    /// What it is doing.
    var stage = ""
    var mends = false
    /// The first month of revenue.
    var from = ""
    /// Lanes that were compared, of so many customers that ChartMogul has.
    var compared = 0
    var customersFound = 0
    var invoices = 0
    /// Customers who differ in something.
    var differing = 0
    /// Differences that are not in the list, which has a bound.
    var leftOff = 0
    /// Differences that only a person can mend.
    var byHand = 0
    /// Jobs that put right what differs.
    var mending = 0
    /// Jobs of the gym that wait, whose changes ChartMogul cannot have yet.
    var waiting = 0
    var problem: String?
    /// Milliseconds since 1970.
    var startedAt: Int64?
    var endedAt: Int64?
    var months: [Month] = []
    var customers: [Customer] = []
    private var listed = 0

    private enum CodingKeys: String, CodingKey {
        case gym, state, stage, mends, from, compared, customersFound, invoices, differing, leftOff, byHand, mending
        case waiting, problem, startedAt, endedAt, months, customers
    }

    /// Some megabytes.
    static let mostListed = 5_000

    mutating func add(_ books: ComparedBooks) {
        guard !books.isSame else { return }
        differing += 1
        byHand += books.differences.count { $0.mend == nil }
        let room = max(0, Self.mostListed - listed)
        let shown = books.differences.prefix(room)
        listed += shown.count
        leftOff += books.differences.count - shown.count
        guard room > 0 else { return }
        customers.append(
            Customer(
                contact: books.contact?.text, name: books.name, differences: shown.map(Difference.init),
                months: books.months.map { Month($0) }))
    }

    var withoutCustomers: BooksReport {
        var report = self
        report.customers = []
        return report
    }
}

extension BooksReport.Month {
    init(_ row: RevenueTable.Row, shown: Int64? = nil) {
        func text(_ units: Int64) -> String { MinorUnits.text(units, of: row.currency) }
        self.init(
            month: row.month.text, currency: row.currency, keap: text(row.pair.keap),
            chartMogul: text(row.pair.chartMogul), isSame: row.pair.keap == row.pair.chartMogul,
            shown: shown.map(text))
    }
}

extension BooksReport.Difference {
    init(_ difference: BooksDifference) {
        self.init(
            kind: difference.kind.rawValue, thing: difference.thing, keap: difference.keap,
            chartMogul: difference.chartMogul, why: difference.why, mend: difference.mend)
    }
}
