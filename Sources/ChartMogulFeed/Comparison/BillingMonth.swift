package import WireFormats

/// A month of the calendar.
package struct BillingMonth: Hashable, Sendable {
    package let year: Int64
    package let month: Int64

    private init(year: Int64, month: Int64) { (self.year, self.month) = (year, month) }

    package init(of day: CivilDay) { self.init(year: day.year, month: day.month) }

    /// `2026-03`
    package init?(_ text: String) {
        guard text.utf8.count == 7, let day = CivilDay(text + "-01") else { return nil }
        self.init(of: day)
    }

    package var text: String { String(firstDay.text.prefix(7)) }
    package var firstDay: CivilDay { CivilDay(year: year, month: month, day: 1) ?? CivilDay(daysSince1970: 0) }
    package var next: BillingMonth { after(1) }

    /// - Parameter count: of months; negative for earlier ones.
    package func after(_ count: Int64) -> BillingMonth {
        let number = min(max(year * 12 + month - 1 + count, 12), 9_999 * 12)
        return BillingMonth(year: number / 12, month: number % 12 + 1)
    }

    /// Those of the range, the first ones left out where they are too many.
    package static func list(from first: BillingMonth, to last: BillingMonth) -> [BillingMonth] {
        var months: [BillingMonth] = []
        var month = last
        while month >= first, months.count < most {
            months.append(month)
            month = month.after(-1)
        }
        return months.reversed()
    }

    /// Fifty years.
    package static let most = 600
}

extension BillingMonth: Comparable {
    package static func < (a: Self, b: Self) -> Bool { (a.year, a.month) < (b.year, b.month) }
}
