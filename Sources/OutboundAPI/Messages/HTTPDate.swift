import WireFormats

/// Reads the three forms of a date that HTTP knows (RFC 9110, 5.6.7); the weekday is not compared with the date.
///
///     Sun, 06 Nov 1994 08:49:37 GMT    what is sent today
///     Sunday, 06-Nov-94 08:49:37 GMT   RFC 850
///     Sun Nov  6 08:49:37 1994         C's asctime()
package enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

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
        guard let day = number(parts.day, digits: 1...2), let index = months.firstIndex(of: parts.month),
            let year = year(parts.year, now: now), let time = ClockTime(withLeapSecondCut(parts.time)),
            let date = CivilDay(year: year, month: Int64(index) + 1, day: day)
        else { return nil }
        return date.daysSince1970 * 86_400_000 + time.milliseconds
    }

    static func isWeekday(_ word: some StringProtocol) -> Bool {
        let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let word = word.lowercased()
        return names.contains { $0 == word || $0.prefix(3) == word }
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
