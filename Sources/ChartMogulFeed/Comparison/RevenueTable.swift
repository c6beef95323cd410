/// Monthly recurring revenue of many customers on both sides, month by month and by currency.
package struct RevenueTable: Sendable {
    /// In minor units: what Keap's bills come to, and what ChartMogul's do.
    package struct Pair: Hashable, Sendable {
        package var keap: Int64 = 0
        package var chartMogul: Int64 = 0

        package init(keap: Int64 = 0, chartMogul: Int64 = 0) { (self.keap, self.chartMogul) = (keap, chartMogul) }
    }

    package struct Row: Hashable, Sendable {
        package var month: BillingMonth
        package var currency: String
        package var pair: Pair
    }

    package let months: [BillingMonth]
    private let times: [Int64]
    private var pairs: [BillingMonth: [String: Pair]] = [:]

    /// - Parameters:
    ///   - calendar: whose months end at the ends of ChartMogul's.
    ///   - now: stands for the end of a month that is not over. Milliseconds since 1970.
    package init(from first: BillingMonth, now: Int64, in calendar: BillingCalendar) {
        months = BillingMonth.list(from: first, to: BillingMonth(of: calendar.day(of: now)))
        times = months.map { min(calendar.midnight(of: $0.next.firstDay) - 1, now) }
    }

    /// Adds one customer's, and tells where the sides differ.
    mutating func add(keap: RecurringRevenue, chartMogul: RecurringRevenue) -> [Row] {
        var differing: [Row] = []
        for (month, time) in zip(months, times) {
            let (ours, theirs) = (keap.monthly(at: time), chartMogul.monthly(at: time))
            for currency in Set(ours.keys).union(theirs.keys).sorted() {
                let pair = Pair(keap: ours[currency] ?? 0, chartMogul: theirs[currency] ?? 0)
                var sum = pairs[month]?[currency] ?? Pair()
                (sum.keap, sum.chartMogul) = (sum.keap &+ pair.keap, sum.chartMogul &+ pair.chartMogul)
                pairs[month, default: [:]][currency] = sum
                if pair.keap != pair.chartMogul {
                    differing.append(Row(month: month, currency: currency, pair: pair))
                }
            }
        }
        return differing
    }

    package var rows: [Row] {
        months.flatMap { month in
            (pairs[month] ?? [:]).sorted { $0.key < $1.key }.map { Row(month: month, currency: $0.key, pair: $0.value) }
        }
    }
}
