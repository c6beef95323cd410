import Foundation
package import Keap
package import WireFormats

/// How texts of a source are read, and in which zone its points in time have a date.
package struct ValueReading: Hashable, Sendable {
    package enum DayOrder: String, CaseIterable, Sendable {
        case monthFirst = "MM/DD/YYYY"
        case dayFirst = "DD/MM/YYYY"
    }

    /// The order of days and months in dates with slashes, points or hyphens; ISO dates are always understood.
    package var dayOrder = DayOrder.monthFirst
    /// IANA name, for dates, and for times of day that come without a zone.
    package private(set) var zone: String

    private var timeZone: TimeZone

    /// Nil if there is no such zone.
    package init?(zone: String) {
        guard let timeZone = TimeZone(identifier: zone) else { return nil }
        self.zone = zone
        self.timeZone = timeZone
    }

    package static let utc = ValueReading(zone: "UTC")!

    /// The day that a point in time lies in, there.
    package func day(of time: KeapTime) -> CivilDay { CivilDay(daysSince1970: local(time) / 86_400_000) }

    /// Date and time as people there read them, with the zone's name: the reader may be elsewhere.
    package func words(of time: KeapTime) -> String {
        let local = KeapTime(milliseconds: local(time)).text
        return "\(local.prefix(10)) \(local.dropFirst(11).prefix(5)) (\(zone))"
    }

    private func local(_ time: KeapTime) -> Int64 {
        let instant = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
        return time.milliseconds + Int64(timeZone.secondsFromGMT(for: instant)) * 1_000
    }

    /// The point in time at which clocks there show this.
    private func time(_ day: CivilDay, _ clock: Int64) -> KeapTime {
        let shown = KeapTime(milliseconds: day.daysSince1970 * 86_400_000 + clock)
        // The offset may be that of the other side of a change of clocks, so both are tried. Of a time that clocks show
        // twice the first is meant; one that they skip is taken as if they had not been changed yet.
        let first = KeapTime(milliseconds: shown.milliseconds - offset(at: shown))
        let second = KeapTime(milliseconds: shown.milliseconds - offset(at: first))
        return [second, first].first { local($0) == shown.milliseconds } ?? max(first, second)
    }

    private func offset(at time: KeapTime) -> Int64 { local(time) - time.milliseconds }

    // MARK: Reading texts

    /// `2026-03-05`, `03/05/2026`, or a whole date-time, whose day there counts.
    package func day(in text: String) -> CivilDay? {
        if let day = CivilDay(text) { return day }
        if let time = KeapTime(text) { return day(of: time) }
        let parts = text.split(whereSeparator: { "/.-".contains($0) }).map(String.init)
        if parts.count == 3, parts[2].count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) {
            let numbers = parts.compactMap { Int64($0) }
            let isMonthFirst = dayOrder == .monthFirst
            return CivilDay(
                year: numbers[2], month: numbers[isMonthFirst ? 0 : 1], day: numbers[isMonthFirst ? 1 : 0])
        }
        // "March 5, 2026" and "5 Mar 2026"
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
        guard words.count == 3, let year = Int64(words[2]), words[2].count == 4 else { return nil }
        if let month = Months.number(of: words[0]), let day = Int64(words[1]) {
            return CivilDay(year: year, month: month, day: day)
        }
        if let month = Months.number(of: words[1]), let day = Int64(words[0]) {
            return CivilDay(year: year, month: month, day: day)
        }
        return nil
    }

    /// A date-time with a zone, or a date with or without a time of day, which is then meant there.
    package func time(in text: String) -> KeapTime? {
        if let time = KeapTime(text) { return time }
        if let day = day(in: text) { return time(day, 0) }
        let parts = text.split(maxSplits: 1, whereSeparator: { $0 == "T" || $0 == " " }).map(String.init)
        guard parts.count == 2, let day = day(in: parts[0]), let clock = ValueReading.clock(parts[1]) else {
            return nil
        }
        return time(day, clock)
    }

    /// `15:00` or `3:00 PM`, in milliseconds.
    private static func clock(_ text: String) -> Int64? {
        var digits = text.uppercased().filter { !$0.isWhitespace }
        var half: Int64?
        for (suffix, hours) in [("AM", Int64(0)), ("PM", Int64(12))] where digits.hasSuffix(suffix) {
            digits = String(digits.dropLast(2))
            half = hours
        }
        if digits.firstIndex(of: ":") == digits.index(digits.startIndex, offsetBy: 1, limitedBy: digits.endIndex) {
            digits = "0" + digits
        }
        guard let clock = ClockTime(digits)?.milliseconds else { return nil }
        guard let half else { return clock }
        let hour = clock / 3_600_000
        guard (1...12).contains(hour) else { return nil }
        return clock - hour * 3_600_000 + (hour % 12 + half) * 3_600_000
    }
}

/// Words for months and days of the week, whole or by their first three letters.
enum Months {
    static func number(of word: String) -> Int64? {
        position(
            of: word,
            in: [
                "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december",
            ])
    }
}

enum Weekdays {
    /// 1 is Sunday.
    static func number(of word: String) -> Int64? {
        position(of: word, in: ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"])
    }
}

private func position(of word: String, in names: [String]) -> Int64? {
    let word = word.lowercased().filter(\.isLetter)
    guard word.count >= 3, let index = names.firstIndex(where: { $0.hasPrefix(word) }) else { return nil }
    return Int64(index + 1)
}
