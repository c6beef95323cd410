/// A day of the calendar, read from the forms in which sources write it; described as `yyyy-MM-dd`.
struct CalendarDay: Equatable, CustomStringConvertible {
    private let year: Int
    private let month: Int
    private let day: Int

    /// - Parameter text: tidied. What follows a date must be a time of day, which is dropped.
    init?(_ text: String, order: DateOrder) {
        let forms = [Self.yearFirst, order == .monthFirst ? Self.monthFirst : Self.dayFirst, Self.monthNamed]
        for form in forms {
            var scanner = DayScanner(text)
            guard let (year, month, day) = form(&scanner), scanner.isAtTimeOrEnd else { continue }
            self.init(year: year, month: month, day: day)
            return
        }
        return nil
    }

    private init?(year: Int, month: Int, day: Int) {
        // Some systems write 0001-01-01 for "none", which is nobody's birthday.
        guard (1800...2199).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }

    private typealias Parts = (year: Int, month: Int, day: Int)

    /// `2026-02-07`, also with slashes.
    private static func yearFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let year = scanner.number(digits: 4...4), let mark = scanner.oneOf("-/"),
            let month = scanner.number(digits: 1...2), scanner.oneOf([mark]) != nil,
            let day = scanner.number(digits: 1...2)
        else { return nil }
        return (year, month, day)
    }

    private static func monthFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let (month, day, year) = slashed(&scanner) else { return nil }
        return (year, month, day)
    }

    private static func dayFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let (day, month, year) = slashed(&scanner) else { return nil }
        return (year, month, day)
    }

    /// A year of two digits is not taken: 14 is a child's birth year as well as a great-grandmother's.
    private static func slashed(_ scanner: inout DayScanner) -> (Int, Int, Int)? {
        guard let first = scanner.number(digits: 1...2), scanner.oneOf("/") != nil,
            let second = scanner.number(digits: 1...2), scanner.oneOf("/") != nil,
            let year = scanner.number(digits: 4...4)
        else { return nil }
        return (first, second, year)
    }

    /// `Feb 7, 2026`, `February 7 2026`
    private static func monthNamed(_ scanner: inout DayScanner) -> Parts? {
        guard let month = scanner.word().flatMap(month(named:)), scanner.oneOf(" ") != nil,
            let day = scanner.number(digits: 1...2)
        else { return nil }
        _ = scanner.oneOf(",")
        guard scanner.oneOf(" ") != nil, let year = scanner.number(digits: 4...4) else { return nil }
        return (year, month, day)
    }

    private static func month(named word: String) -> Int? {
        let months = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        guard word.count >= 3 else { return nil }
        return months.firstIndex { $0.hasPrefix(word.lowercased()) }.map { $0 + 1 }
    }
}

/// Takes a date apart from its front.
private struct DayScanner {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    mutating func number(digits: ClosedRange<Int>) -> Int? {
        let run = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.contains(run.count) else { return nil }
        rest = rest.dropFirst(run.count)
        return Int(run)
    }

    /// Letters, and the dot of an abbreviation.
    mutating func word() -> String? {
        let run = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(run.count)
        if rest.first == "." { rest = rest.dropFirst() }
        return run.isEmpty ? nil : String(run)
    }

    mutating func oneOf(_ marks: String) -> Character? { oneOf(Array(marks)) }

    mutating func oneOf(_ marks: [Character]) -> Character? {
        guard let first = rest.first, marks.contains(first) else { return nil }
        rest = rest.dropFirst()
        return first
    }

    /// `T09:30:00Z` and ` 9:30 AM` are times; ` or so` is not.
    var isAtTimeOrEnd: Bool {
        var ahead = self
        if rest.isEmpty { return true }
        _ = ahead.oneOf(",")
        return ahead.oneOf("T ") != nil && ahead.number(digits: 1...2) != nil && ahead.oneOf(":") != nil
    }
}
