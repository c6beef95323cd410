/// What a line item earns in a month, in minor units, rounded half away from zero.
enum MonthlyAmount {
    /// A twelfth of a year of 365 days: what a month is for plans by the day.
    private static let month: Int128 = 365 * 86_400_000 / 12

    /// Without tax, by the plan's interval; by the length of its own period where it is prorated over one.
    static func of(_ line: LineItem.Content, _ plan: Plan) -> Int {
        let net = Int128(line.amount) - Int128(line.tax)
        if line.isProrated, line.proration != .differentialMRR, let start = line.start, let end = line.end, start < end
        {
            return rounded(net * month, by: Int128(end.milliseconds) - Int128(start.milliseconds))
        }
        let count = Int128(max(1, plan.intervalCount))
        return switch plan.intervalUnit {
        case .month: rounded(net, by: count)
        case .year: rounded(net, by: count * 12)
        case .day: rounded(net * 365, by: count * 12)
        }
    }

    private static func rounded(_ number: Int128, by divisor: Int128) -> Int {
        let magnitude = (number.magnitude * 2 + divisor.magnitude) / (divisor.magnitude * 2)
        // What no real line earns: an amount for a millisecond.
        let clamped = min(Int(clamping: magnitude), 1_000_000_000_000_000)
        return (number < 0) == (divisor < 0) ? clamped : -clamped
    }
}
