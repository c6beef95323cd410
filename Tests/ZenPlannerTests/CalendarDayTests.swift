import Testing

@testable import ZenPlanner

struct CalendarDayTests {
    @Test(arguments: [
        ("2026-02-07", "2026-02-07"), ("2026-2-7", "2026-02-07"), ("2026/02/07", "2026-02-07"),
        ("2026-02-07T23:59:59-07:00", "2026-02-07"), ("2026-02-07 09:30:00.000", "2026-02-07"),
        ("02/07/2026", "2026-02-07"), ("2/7/2026", "2026-02-07"), ("02/07/2026 9:30 AM", "2026-02-07"),
        ("Feb 7, 2026", "2026-02-07"), ("February 7 2026", "2026-02-07"), ("SEPT. 30, 2025", "2025-09-30"),
        ("Feb 7, 2026, 9:30 PM", "2026-02-07"), ("12/31/1999", "1999-12-31"), ("2024-02-29", "2024-02-29"),
        ("2000-02-29", "2000-02-29"), ("1800-01-01", "1800-01-01"), ("07/09/14", "2014-07-09"),
        ("7-9-30", "1930-07-09"),
        ("7.9.29", "2029-07-09"), ("02-07-2026", "2026-02-07"), ("02.07.2026", "2026-02-07"),
        ("7 Feb 2026", "2026-02-07"), ("14-Feb-2026", "2026-02-14"), ("14-FEB-26", "2026-02-14"),
        ("14. February 2026", "2026-02-14"), ("Saturday, 14th of February, 2026", "2026-02-14"),
        ("Sat Feb 14 2026 00:00:00 GMT+0000", "2026-02-14"), ("Sat, 14 Feb 2026 10:00:00 GMT", "2026-02-14"),
        ("February 14th, 2026", "2026-02-14"), ("Feb-14-2026", "2026-02-14"), ("2026-Feb-14", "2026-02-14"),
        ("2026.02.07", "2026-02-07"), ("20260207", "2026-02-07"), ("2026-02-07Z", "2026-02-07"),
        ("14Feb2026", "2026-02-14"), ("Feb 14 '26", "2026-02-14"),
    ])
    func `a day is understood in each form`(text: String, day: String) {
        #expect(CalendarDay(text, order: .monthFirst)?.description == day)
    }

    @Test func `slashes are read in the gym's order and no other`() {
        #expect(CalendarDay("03/04/2026", order: .monthFirst)?.description == "2026-03-04")
        #expect(CalendarDay("03/04/2026", order: .dayFirst)?.description == "2026-04-03")
        #expect(CalendarDay("31/12/2026", order: .monthFirst) == nil)
        #expect(CalendarDay("12/31/2026", order: .dayFirst) == nil)
        #expect(CalendarDay("2026-03-04", order: .dayFirst)?.description == "2026-03-04")
    }

    @Test(arguments: [
        "2026-02-30", "2026-13-01", "2026-00-10", "2026-01-00", "2023-02-29", "1900-02-29", "02/30/2026",
        "Feb 30, 2026",
        "April 31, 2026", "0001-01-01", "1799-12-31", "2200-01-01",
    ])
    func `a day that the calendar lacks is none`(text: String) {
        #expect(CalendarDay(text, order: .monthFirst) == nil)
    }

    @Test(arguments: [
        "2026", "2026-02/07", "2026-02-07 or so", "02/07-2026", "7 Feb", "Feb 2026", "45337", "7/9/2", "7/9/204",
        "Fe 7, 2026", "Febr7, 2026", "Fib 7, 2026", "1739000000", "today", "2026-02-077", "٢٠٢٦-٠٢-٠٧", "-2026-02-07",
        "2026-02-07T", "02/07/2026 at noon",
    ])
    func `what fits no form is not guessed at`(text: String) {
        #expect(CalendarDay(text, order: .monthFirst) == nil)
    }

    @Test(arguments: [
        "0000-00-00", "00/00/0000", "0001-01-01T00:00:00", "1/1/0001 12:00:00 AM", "01/01/0001", "1899-12-30",
        "12/30/1899", "1900-01-01", "1/0/1900", "1753-01-01", "9999-12-31", "0000-00-00 00:00:00", "00.00.00",
    ])
    func `what programs write for no date is none`(text: String) {
        #expect(CalendarDay.read(text, order: .monthFirst) == .noDate)
    }

    @Test func `every day of 28 years is read, and no other`() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var days = 0
        for year in 1996...2023 {
            for month in 1...12 {
                for day in 0...32 where CalendarDay("\(month)/\(day)/\(year)", order: .monthFirst) != nil {
                    days += 1
                    if day > lengths[month - 1] { #expect(month == 2 && day == 29 && year % 4 == 0) }
                }
            }
        }
        #expect(days == 28 * 365 + 7)
    }
}
