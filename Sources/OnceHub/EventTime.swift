/// An instant as OnceHub writes it: `2026-03-02T09:00:01.000Z`, also with an offset.
enum EventTime {
    /// Milliseconds since 1970; nil if the text is no such instant.
    static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...]
        guard let year = number(&rest, 4), skip(&rest, "-"), let month = number(&rest, 2), skip(&rest, "-"),
            let day = number(&rest, 2), skip(&rest, "T") || skip(&rest, "t") || skip(&rest, " "),
            let hour = number(&rest, 2), skip(&rest, ":"), let minute = number(&rest, 2), skip(&rest, ":"),
            let second = number(&rest, 2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var milliseconds = 0
        if skip(&rest, ".") || skip(&rest, ",") {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard !digits.isEmpty, let fraction = Int((digits + "000").prefix(3)) else { return nil }
            milliseconds = fraction
            rest = rest.dropFirst(digits.count)
        }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset
        return Int64(minutes * 60 + second) * 1_000 + Int64(milliseconds)
    }

    /// In minutes. Without one it is UTC.
    private static func offset(_ rest: inout Substring) -> Int? {
        if rest.isEmpty || skip(&rest, "Z") || skip(&rest, "z") { return 0 }
        let isWest = rest.first == "-"
        guard skip(&rest, "+") || skip(&rest, "-"), let hours = number(&rest, 2) else { return nil }
        _ = skip(&rest, ":")
        guard let minutes = number(&rest, 2) else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }

    /// Since 1970, in the Gregorian calendar; March is the first month, so that leap days come last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let monthDays = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + monthDays + day - 1 - 719_468
    }

    private static func number(_ rest: inout Substring, _ digits: Int) -> Int? {
        let run = rest.prefix(digits)
        guard run.count == digits, run.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return Int(run)
    }

    private static func skip(_ rest: inout Substring, _ mark: Character) -> Bool {
        guard rest.first == mark else { return false }
        rest = rest.dropFirst()
        return true
    }
}
