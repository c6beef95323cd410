package import WireFormats

/// How a subscription is billed again.
package enum SimCycle: String, Hashable, Sendable, CaseIterable {
    case day = "DAY"
    case week = "WEEK"
    case month = "MONTH"
    case year = "YEAR"

    /// The word that products and order items have for it.
    var plansWord: String {
        switch self {
        case .day: "DAILY"
        case .week: "WEEKLY"
        case .month: "MONTHLY"
        case .year: "YEARLY"
        }
    }

    /// The day so many cycles after `day`: the last of the month where it has none of the number.
    package func day(_ count: Int, after day: CivilDay) -> CivilDay {
        let step = Int64(count)
        switch self {
        case .day: return CivilDay(daysSince1970: day.daysSince1970 + step)
        case .week: return CivilDay(daysSince1970: day.daysSince1970 + 7 * step)
        case .month, .year:
            let months = day.year * 12 + day.month - 1 + (self == .year ? 12 * step : step)
            let (year, month) = (months.flooredQuotient(by: 12), months - months.flooredQuotient(by: 12) * 12 + 1)
            for number in stride(from: day.day, through: 1, by: -1) {
                if let found = CivilDay(year: year, month: month, day: number) { return found }
            }
            return day
        }
    }
}

extension WorldTime {
    /// In UTC.
    package var civilDay: CivilDay { CivilDay(daysSince1970: day) }
}
