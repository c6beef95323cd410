import ChartMogul

/// What subscriptions earn a month at any time, worked out from invoices and ends as ChartMogul does.
///
/// The newest lines of a subscription say what it earns, until later ones say it anew or it ends. That a period is over
/// ends nothing.
package struct RecurringRevenue: Sendable {
    private struct Line {
        var start: Int64
        var currency: String
        var monthly: Int64
    }

    private var lines: [String: [Line]] = [:]
    private var ends: [String: [Int64]] = [:]

    package init() {}

    /// - Parameter plan: of a line; nil: the line earns nothing.
    mutating func add(_ invoice: InvoiceBody, plan: (LineBody) -> PlanBody?) {
        for line in invoice.lines where line.kind == .subscription {
            guard let subscription = line.subscription, let start = line.start, let plan = plan(line) else { continue }
            lines[subscription, default: []].append(
                Line(start: start, currency: invoice.currency.uppercased(), monthly: Self.monthly(line, plan)))
        }
    }

    mutating func end(_ subscription: String, at time: Int64) { ends[subscription, default: []].append(time) }

    /// In minor units, by currency; nothing where it would be 0.
    package func monthly(at time: Int64) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for (subscription, lines) in lines {
            guard let start = lines.lazy.map(\.start).filter({ $0 <= time }).max(),
                !(ends[subscription] ?? []).contains(where: { $0 > start && $0 <= time })
            else { continue }
            for line in lines where line.start == start {
                sums[line.currency] = (sums[line.currency] ?? 0) &+ line.monthly
            }
        }
        return sums.filter { $0.value != 0 }
    }

    /// Without tax, rounded half away from zero. A month is a twelfth of 365 days.
    private static func monthly(_ line: LineBody, _ plan: PlanBody) -> Int64 {
        let net = Int128(line.amount) - Int128(line.tax)
        let count = Int128(max(plan.count, 1))
        let (number, divisor) =
            switch plan.unit {
            case .day: (net * 365, count * 12)
            case .month: (net, count)
            case .year: (net, count * 12)
            }
        let rounded = (number.magnitude * 2 + divisor.magnitude) / (divisor.magnitude * 2)
        let clamped = Int64(min(rounded, Int128(MinorUnits.largest).magnitude))
        return number < 0 ? -clamped : clamped
    }
}
