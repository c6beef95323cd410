package import Foundation
package import WireFormats

/// Days and periods in a gym's time zone. Times are milliseconds since 1970.
package struct BillingCalendar: Sendable {
    package let timeZone: TimeZone

    package init(_ timeZone: TimeZone) { self.timeZone = timeZone }

    package static let dayLength: Int64 = 86_400_000
    /// The years from 1900 to 9000: other times are none of a bill.
    private static let times: ClosedRange<Int64> = -2_208_988_800_000...221_845_392_000_000

    /// The day on which a time lies.
    package func day(of time: Int64) -> CivilDay { local(time).day }

    /// The beginning of a day. Where clocks skip midnight, the first instant after it.
    package func midnight(of day: CivilDay) -> Int64 { instant(day, 0) }

    /// The end of a period that begins at a time: the same time of day, one interval later.
    ///
    /// Months and years are counted from the subscription's first day: one that began on the 31st ends on the last day of
    /// shorter months, and on the 31st again where there is one. A bill on another day counts from its own.
    ///
    /// - Parameter anchor: the first day on which the subscription bills.
    package func end(ofPeriodFrom start: Int64, _ interval: BillingInterval, anchor: CivilDay?) -> Int64 {
        let (day, timeOfDay) = local(start)
        return instant(Self.next(after: day, interval, anchor: anchor), timeOfDay)
    }

    private static func next(after day: CivilDay, _ interval: BillingInterval, anchor: CivilDay?) -> CivilDay {
        guard let months = interval.months else { return CivilDay(daysSince1970: day.daysSince1970 + interval.days) }
        var wanted = day.day
        if let anchor, anchor.day > day.day, day.day == last(year: day.year, month: day.month, upTo: anchor.day) {
            wanted = anchor.day
        }
        let count = day.year * 12 + day.month - 1 + months
        let (year, month) = (count / 12, count % 12 + 1)
        return CivilDay(year: year, month: month, day: last(year: year, month: month, upTo: wanted)) ?? day
    }

    /// The given day of a month, or its last.
    private static func last(year: Int64, month: Int64, upTo day: Int64) -> Int64 {
        var day = day
        while day > 28, CivilDay(year: year, month: month, day: day) == nil { day -= 1 }
        return day
    }

    private func local(_ time: Int64) -> (day: CivilDay, timeOfDay: Int64) {
        let time = min(max(time, Self.times.lowerBound), Self.times.upperBound)
        let local = time + offset(at: time)
        let timeOfDay = (local % Self.dayLength + Self.dayLength) % Self.dayLength
        return (CivilDay(daysSince1970: (local - timeOfDay) / Self.dayLength), timeOfDay)
    }

    private func instant(_ day: CivilDay, _ timeOfDay: Int64) -> Int64 {
        let local = day.daysSince1970 * Self.dayLength + timeOfDay
        // Of the offsets on either side, the one that the result has. Where clocks go forward and neither fits, that from
        // before puts the time behind the gap.
        let before = offset(at: local - Self.dayLength)
        for offset in [before, offset(at: local + Self.dayLength)] where self.offset(at: local - offset) == offset {
            return local - offset
        }
        return local - before
    }

    private func offset(at time: Int64) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time) / 1_000))) * 1_000
    }
}
