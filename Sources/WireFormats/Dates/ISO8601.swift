/// A point in time as text, in the one form that APIs write: `2026-03-05T15:00:00.000Z`.
package enum ISO8601 {
    /// - Parameter milliseconds: since 1970.
    package static func text(_ milliseconds: Int64) -> String {
        let days = milliseconds.flooredDivision(by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let seconds = rest / 1_000
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(CivilDay(daysSince1970: days).text)T\(time).\(padded(rest % 1_000, 3))Z"
    }

    /// Milliseconds since 1970. Reads a zone, with or without a fraction: `Z`, `+00:00` or `+0000`. Nil for anything else.
    package static func milliseconds(_ text: String) -> Int64? {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let day = CivilDay(String(parts[0])) else { return nil }
        var clock = parts[1]
        var offset: Int64 = 0
        if clock.last == "Z" {
            clock = clock.dropLast()
        } else {
            guard let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
            let digits = clock[clock.index(after: sign)...].filter { $0 != ":" }
            guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int64(digits),
                number / 100 < 24, number % 100 < 60
            else { return nil }
            offset = (number / 100 * 60 + number % 100) * (clock[sign] == "-" ? -1 : 1)
            clock = clock[..<sign]
        }
        guard let time = ClockTime(String(clock)) else { return nil }
        return day.daysSince1970 * 86_400_000 + time.milliseconds - offset * 60_000
    }
}
