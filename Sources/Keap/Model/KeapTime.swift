/// A point in time as Keap writes it: UTC, in milliseconds.
package struct KeapTime: Hashable, Comparable, Sendable {
    /// Since 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    package func advanced(byMinutes minutes: Int64) -> KeapTime {
        KeapTime(milliseconds: milliseconds + minutes * 60_000)
    }

    /// `2026-03-05T15:00:00.000Z`
    package var text: String {
        let days = milliseconds.flooredDivision(by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let day = CivilDay(daysSince1970: days)
        let seconds = rest / 1_000
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(day.text)T\(time).\(padded(rest % 1_000, 3))Z"
    }

    /// Reads ISO 8601 with a zone: with or without a fraction, `Z`, `+00:00` or `+0000`. Nil for anything else.
    package init?(_ text: String) {
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
        milliseconds = day.daysSince1970 * 86_400_000 + time.milliseconds - offset * 60_000
    }
}

/// A time of day without a zone: `15:00`, `15:00:30` or `15:00:30.250`.
package struct ClockTime: Hashable, Sendable {
    package var milliseconds: Int64

    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        let seconds = (parts.count == 3 ? parts[2] : "00").split(separator: ".", omittingEmptySubsequences: false)
        func number(_ digits: Substring) -> Int64? {
            digits.count == 2 && digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int64(digits) : nil
        }
        guard seconds.count <= 2, let hour = number(parts[0]), let minute = number(parts[1]),
            let second = number(seconds[0]), hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if seconds.count == 2 {
            let digits = seconds[1]
            guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            fraction = Int64(String(digits.prefix(3)).padding(to: 3)) ?? 0
        }
        milliseconds = ((hour * 60 + minute) * 60 + second) * 1_000 + fraction
    }
}

/// A day of the Gregorian calendar.
package struct CivilDay: Hashable, Sendable {
    package var year: Int64
    package var month: Int64
    package var day: Int64

    /// Nil for a day that there is not.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDay.length(ofMonth: month, year: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// `2026-03-05`
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Days are counted from 1 March, so that the leap day comes last in its year.
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * ofYear + 2) / 153
        day = ofYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredDivision(by: 400)
        let yearOfEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }

    /// 1 is Sunday, 7 is Saturday.
    package var weekday: Int64 { (daysSince1970 + 4) - (daysSince1970 + 4).flooredDivision(by: 7) * 7 + 1 }

    package var text: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension String {
    /// With zeros at the end.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: "0", count: max(0, width - count)) }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
