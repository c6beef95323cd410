import WireFormats

extension MogulWorld {
    /// A point in time, in whole milliseconds since 1970. The world is told the time; it never looks.
    package struct Time: Hashable, Comparable, Sendable {
        package var milliseconds: Int64

        package init(milliseconds: Int64) { self.milliseconds = milliseconds }

        package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

        package func advanced(byMilliseconds step: Int64) -> Self {
            let (sum, isBeyond) = milliseconds.addingReportingOverflow(step)
            return Self(milliseconds: isBeyond ? (step < 0 ? .min : .max) : sum)
        }

        /// Reads `2026-03-05T15:00:00Z` with any zone and fraction, `2026-03-05 15:00:00 UTC` as the official client writes
        /// it, and a day alone, which is its midnight in UTC. Nil for anything else.
        package init?(_ text: String) {
            if let day = CivilDay(text) {
                self.init(milliseconds: day.daysSince1970 * 86_400_000)
                return
            }
            var text = text
            if text.hasSuffix(" UTC") { text = text.dropLast(4) + "Z" }
            let bytes = Array(text.utf8)
            if bytes.count > 10, bytes[10] == UInt8(ascii: " ") {
                text = String(decoding: bytes[..<10] + [UInt8(ascii: "T")] + bytes[11...], as: UTF8.self)
            }
            text.removeAll { $0 == " " }
            guard let milliseconds = ISO8601.milliseconds(text) else { return nil }
            self.init(milliseconds: milliseconds)
        }

        /// `2026-03-05T15:00:00.000Z`, as most of ChartMogul's objects have it.
        package var text: String { ISO8601.text(bounded) }
        /// `2026-03-05T15:00:00Z`, as its events have it.
        package var shortText: String { String(text.prefix(19)) + "Z" }

        /// Years 0001 to 9999: what can be written.
        private var bounded: Int64 { min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999) }

        var day: CivilDay {
            CivilDay(daysSince1970: (bounded - (bounded % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000)
        }
        var month: Month { Month(year: day.year, month: day.month) }
    }

    /// A month of the calendar, in UTC.
    package struct Month: Hashable, Comparable, Sendable, CustomStringConvertible {
        package private(set) var year: Int64
        package private(set) var month: Int64

        init(year: Int64, month: Int64) { (self.year, self.month) = (year, month) }

        /// `2026-01`
        package init?(_ text: String) {
            guard let day = CivilDay(text + "-01") else { return nil }
            self.init(year: day.year, month: day.month)
        }

        package static func < (a: Self, b: Self) -> Bool { (a.year, a.month) < (b.year, b.month) }
        package var next: Month { month == 12 ? Month(year: year + 1, month: 1) : Month(year: year, month: month + 1) }
        package var start: Time {
            Time(milliseconds: (CivilDay(year: year, month: month, day: 1)?.daysSince1970 ?? 0) * 86_400_000)
        }
        package var description: String { String(CivilDay(year: year, month: month, day: 1)?.text.prefix(7) ?? "") }

        /// At most 1,200 months, so that no request makes a list without end.
        static func list(from first: Month, to last: Month) -> [Month] {
            var months: [Month] = []
            var month = first
            while month <= last, months.count < 1_200 {
                months.append(month)
                month = month.next
            }
            return months
        }
    }
}

typealias WorldTime = MogulWorld.Time
