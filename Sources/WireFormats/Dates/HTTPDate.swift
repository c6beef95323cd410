/// Dates in the three forms that HTTP knows (RFC 9110, 5.6.7). All are read, and the weekday is not compared with the
/// date; the first is written.
///
///     Sun, 06 Nov 1994 08:49:37 GMT    what is sent today
///     Sunday, 06-Nov-94 08:49:37 GMT   RFC 850
///     Sun Nov  6 08:49:37 1994         C's asctime()
package enum HTTPDate {
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter seconds: since 1970.
    package static func string(secondsSince1970 seconds: Int) -> String {
        let days = Int64(seconds).flooredDivision(by: 86_400)
        let (date, second) = (CivilDay(daysSince1970: days), Int64(seconds) - days * 86_400)
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        let weekday = weekdays[Int(date.weekday) - 1].prefix(3)
        return "\(weekday), \(padded(date.day, 2)) \(months[Int(date.month) - 1]) \(date.year) \(clock) GMT"
    }

    /// Milliseconds since 1970; nil for anything else.
    ///
    /// - Parameter now: the same unit; tells which century a year of two digits is in.
    package static func milliseconds(_ text: String, now: Int64) -> Int64? {
        var words = text.lowercased().split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        guard let weekday = words.first, isWeekday(weekday) else { return nil }
        words.removeFirst()
        let parts: (day: String, month: String, year: String, time: String)
        switch words.count {
        case 5 where ["gmt", "utc"].contains(words[4]): parts = (words[0], words[1], words[2], words[3])
        case 4: parts = (words[1], words[0], words[3], words[2])
        default: return nil
        }
        guard let day = number(parts.day, digits: 1...2),
            let index = months.firstIndex(where: { $0.lowercased() == parts.month }),
            let year = year(parts.year, now: now), let time = ClockTime(withLeapSecondCut(parts.time)),
            let date = CivilDay(year: year, month: Int64(index) + 1, day: day)
        else { return nil }
        return date.daysSince1970 * 86_400_000 + time.milliseconds
    }

    package static func isWeekday(_ word: some StringProtocol) -> Bool {
        let word = word.lowercased()
        return weekdays.contains { $0.lowercased() == word || $0.prefix(3).lowercased() == word }
    }

    /// Two digits mean the year that is not more than 50 years ahead.
    private static func year(_ text: String, now: Int64) -> Int64? {
        if text.count == 4 { return number(text, digits: 4...4) }
        guard let short = number(text, digits: 2...2) else { return nil }
        let thisYear = CivilDay(daysSince1970: now / 86_400_000).year
        let year = thisYear - thisYear % 100 + short
        return year > thisYear + 50 ? year - 100 : year
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int64(text)
    }

    private static func withLeapSecondCut(_ time: String) -> String {
        time.hasSuffix(":60") ? String(time.dropLast(2)) + "59" : time
    }
}
