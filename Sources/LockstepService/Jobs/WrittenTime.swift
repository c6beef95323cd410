import Foundation

/// Times as operators write them: a day, a moment, or how long ago.
package enum WrittenTime {
    package static let rule = "a time such as 2026-12-01, 2026-12-01T16:40, 2026-12-01T16:40:00Z or 2h (ago)"

    /// Milliseconds since 1970; nil if it is no time. Without an offset the time is UTC, as all times that are shown.
    package static func milliseconds(_ text: String, now: Int64) -> Int64? {
        if let ago = span(text) { return now - ago }
        let parts = text.split(separator: text.contains("T") ? "T" : " ", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let day = day(parts[0]) else { return nil }
        guard parts.count == 2 else { return day * 86_400_000 }
        let (clock, offset) = split(parts[1])
        guard let time = time(clock), let offset = minutes(offset) else { return nil }
        return day * 86_400_000 + time - offset * 60_000
    }

    /// As `milliseconds` reads it.
    static func text(_ milliseconds: Int64) -> String { JobAnswer.time(milliseconds) }

    /// `90s`, `15m`, `2h`, `3d`.
    private static func span(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = number(text.dropLast(), digits: 1...6) else {
            return nil
        }
        return count * unit
    }

    /// Days since 1970.
    private static func day(_ text: Substring) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4...4), let month = number(parts[1], digits: 2...2),
            let day = number(parts[2], digits: 2...2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        // Howard Hinnant's count of civil days: years begin in March.
        let early: Int64 = month <= 2 ? 1 : 0
        let shifted = year - early + 400
        let (era, inEra) = (shifted / 400, shifted % 400)
        let inYear = (153 * (month + 12 * early - 3) + 2) / 5 + day - 1
        return (era - 1) * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + inYear - 719_468
    }

    private static func time(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], digits: 2...2), hour < 24,
            let minute = number(parts[1], digits: 2...2), minute < 60
        else { return nil }
        let whole = (hour * 60 + minute) * 60_000
        guard parts.count == 3 else { return whole }
        let seconds = parts[2].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let second = number(seconds[0], digits: 2...2), second < 60 else { return nil }
        guard seconds.count == 2 else { return whole + second * 1_000 }
        guard number(seconds[1], digits: 1...9) != nil else { return nil }
        let thousandths = number((String(seconds[1]) + "00").prefix(3), digits: 3...3) ?? 0
        return whole + second * 1_000 + thousandths
    }

    /// The clock's time and what is behind it: `Z`, an offset, or nothing.
    private static func split(_ text: Substring) -> (clock: Substring, offset: Substring) {
        guard let at = text.firstIndex(where: { "Zz+-".contains($0) }) else { return (text, "") }
        return (text[..<at], text[at...])
    }

    private static func minutes(_ offset: Substring) -> Int64? {
        guard let sign = offset.first, sign != "Z", sign != "z" else { return offset.count <= 1 ? 0 : nil }
        let digits = offset.dropFirst().filter { $0 != ":" }
        guard let number = number(digits[...], digits: 4...4), number / 100 < 24, number % 100 < 60 else { return nil }
        return (number / 100 * 60 + number % 100) * (sign == "-" ? -1 : 1)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
