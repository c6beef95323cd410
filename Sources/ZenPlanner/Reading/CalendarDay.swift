/// A day of the calendar, read from the forms in which sources write it; described as `yyyy-MM-dd`.
struct CalendarDay: Equatable, CustomStringConvertible {
    enum Reading: Equatable {
        case day(CalendarDay)
        /// A placeholder that programs write where there is no date, such as `0000-00-00`.
        case noDate
    }

    private let year: Int
    private let month: Int
    private let day: Int

    /// Nil also for what stands for no date.
    init?(_ text: String, order: DateOrder) {
        guard case .day(let day)? = Self.read(text, order: order) else { return nil }
        self = day
    }

    /// - Parameter text: tidied. What follows a date must be a time of day, which is dropped.
    /// - Returns: nil for what is no date.
    static func read(_ text: String, order: DateOrder) -> Reading? {
        let numbered = order == .monthFirst ? monthFirst : dayFirst
        for form in [yearFirst, numbered, monthNamed, dayThenMonthNamed, yearThenMonthNamed, withoutMarks] {
            var scanner = DayScanner(text)
            guard let parts = form(&scanner), scanner.isAtTimeOrEnd else { continue }
            if isNone(parts) { return .noDate }
            return CalendarDay(parts).map(Reading.day)
        }
        return nil
    }

    private init?(_ parts: Parts) {
        let (year, month, day) = parts
        guard (1800...2199).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The first days of databases' and spreadsheets' calendars, and their last one, which are no person's.
    private static func isNone(_ parts: Parts) -> Bool {
        if parts.year <= 1 || (parts.month == 0 && parts.day == 0) { return true }
        switch parts {
        case (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0), (1900, 1, 1), (9999, 12, 31): return true
        default: return false
        }
    }

    var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }

    private typealias Parts = (year: Int, month: Int, day: Int)

    /// `2026-02-07`, also with slashes and dots.
    private static func yearFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let year = scanner.number(digits: 4...4), let mark = scanner.oneOf("-/."),
            let month = scanner.number(digits: 1...2), scanner.oneOf([mark]) != nil,
            let day = scanner.number(digits: 1...2)
        else { return nil }
        return (year, month, day)
    }

    /// `20260207`, the other form of ISO 8601.
    private static func withoutMarks(_ scanner: inout DayScanner) -> Parts? {
        guard let number = scanner.number(digits: 8...8) else { return nil }
        return (number / 10_000, number / 100 % 100, number % 100)
    }

    private static func monthFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let (month, day, year) = marked(&scanner) else { return nil }
        return (year, month, day)
    }

    private static func dayFirst(_ scanner: inout DayScanner) -> Parts? {
        guard let (day, month, year) = marked(&scanner) else { return nil }
        return (year, month, day)
    }

    private static func marked(_ scanner: inout DayScanner) -> (Int, Int, Int)? {
        guard let first = scanner.number(digits: 1...2), let mark = scanner.oneOf("/-."),
            let second = scanner.number(digits: 1...2), scanner.oneOf([mark]) != nil, let year = scanner.year()
        else { return nil }
        return (first, second, year)
    }

    /// `Feb 7, 2026`, `February 7th 2026`, `Sat, Feb-07-26`
    private static func monthNamed(_ scanner: inout DayScanner) -> Parts? {
        scanner.skipWeekday()
        guard let month = scanner.month(), scanner.skipMarks(), let day = scanner.dayOfMonth() else { return nil }
        guard scanner.skipMarks(), let year = scanner.year() else { return nil }
        return (year, month, day)
    }

    /// `7 Feb 2026`, `14-Feb-26`, `Saturday, 7th of February, 2026`
    private static func dayThenMonthNamed(_ scanner: inout DayScanner) -> Parts? {
        scanner.skipWeekday()
        guard let day = scanner.dayOfMonth() else { return nil }
        _ = scanner.skipMarks()
        scanner.skip(word: "of")
        guard let month = scanner.month() else { return nil }
        _ = scanner.skipMarks()
        guard let year = scanner.year() else { return nil }
        return (year, month, day)
    }

    /// `2026-Feb-07`
    private static func yearThenMonthNamed(_ scanner: inout DayScanner) -> Parts? {
        guard let year = scanner.number(digits: 4...4), scanner.skipMarks(), let month = scanner.month(),
            scanner.skipMarks(), let day = scanner.number(digits: 1...2)
        else { return nil }
        return (year, month, day)
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

    /// Of four digits, or of two: up to 29 they are of this century.
    mutating func year() -> Int? {
        _ = oneOf("'’")
        if let year = number(digits: 4...4) { return year }
        return number(digits: 2...2).map { $0 <= 29 ? 2000 + $0 : 1900 + $0 }
    }

    /// `7`, `7.`, `7th`
    mutating func dayOfMonth() -> Int? {
        guard let day = number(digits: 1...2) else { return nil }
        for ending in ["st", "nd", "rd", "th"] where rest.lowercased().hasPrefix(ending) {
            rest = rest.dropFirst(2)
            break
        }
        return day
    }

    mutating func month() -> Int? {
        guard let word = peekedWord, word.count >= 3 else { return nil }
        guard let place = Self.months.firstIndex(where: { $0.hasPrefix(word) }) else { return nil }
        take(word)
        return place + 1
    }

    mutating func skipWeekday() {
        guard let word = peekedWord, word.count >= 3, Self.weekdays.contains(where: { $0.hasPrefix(word) }) else {
            return
        }
        take(word)
        _ = skipMarks()
    }

    mutating func skip(word: String) {
        guard peekedWord == word else { return }
        take(word)
        _ = skipMarks()
    }

    /// A blank, a comma, a dash, a slash, or some of them. False if there is none.
    mutating func skipMarks() -> Bool {
        let marks = rest.prefix { " ,-/.".contains($0) }
        rest = rest.dropFirst(marks.count)
        return (1...3).contains(marks.count)
    }

    /// Letters, in lower case.
    private var peekedWord: String? {
        let run = rest.prefix { $0.isASCII && $0.isLetter }
        return run.isEmpty ? nil : run.lowercased()
    }

    private mutating func take(_ word: String) {
        rest = rest.dropFirst(word.count)
        if rest.first == "." { rest = rest.dropFirst() }
    }

    mutating func oneOf(_ marks: String) -> Character? { oneOf(Array(marks)) }

    mutating func oneOf(_ marks: [Character]) -> Character? {
        guard let first = rest.first, marks.contains(first) else { return nil }
        rest = rest.dropFirst()
        return first
    }

    /// `T09:30:00Z`, ` 9:30 AM` and `Z` are times; ` or so` is not.
    var isAtTimeOrEnd: Bool {
        var ahead = self
        if rest.isEmpty || rest == "Z" { return true }
        _ = ahead.oneOf(",")
        return ahead.oneOf("T ") != nil && ahead.number(digits: 1...2) != nil && ahead.oneOf(":") != nil
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}
