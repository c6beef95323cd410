import ChartMogul
import ChartMogulFeed
import Foundation
import Keap
import Testing
import WireFormats

@Suite struct BillingCalendarTests {
    private func time(_ text: String) -> Int64 { ISO8601.milliseconds(text) ?? .min }

    private func ends(
        _ start: String, _ cycle: BillingCycle, _ frequency: Int64 = 1, anchor: String? = nil, zone: TimeZone = .gmt,
        periods: Int = 1
    ) -> [String] {
        guard let interval = BillingInterval(cycle, frequency) else { return [] }
        var (time, ends) = (time(start), [String]())
        for _ in 0..<periods {
            time = BillingCalendar(zone).end(ofPeriodFrom: time, interval, anchor: anchor.flatMap { CivilDay($0) })
            ends.append(ISO8601.text(time))
        }
        return ends
    }

    @Test func `a subscription of the 31st is billed on the last days of shorter months`() {
        #expect(
            ends("2026-01-31T09:14:00Z", .month, anchor: "2026-01-31", periods: 4) == [
                "2026-02-28T09:14:00.000Z", "2026-03-31T09:14:00.000Z", "2026-04-30T09:14:00.000Z",
                "2026-05-31T09:14:00.000Z",
            ])
        #expect(ends("2024-01-31T00:00:00Z", .month, anchor: "2023-12-31") == ["2024-02-29T00:00:00.000Z"])
        #expect(
            ends("2026-01-30T00:00:00Z", .month, anchor: "2025-11-30", periods: 2) == [
                "2026-02-28T00:00:00.000Z", "2026-03-30T00:00:00.000Z",
            ])
    }

    @Test func `a bill on another day than the subscription's counts from its own`() {
        #expect(ends("2026-02-03T10:00:00Z", .month, anchor: "2026-01-31") == ["2026-03-03T10:00:00.000Z"])
        #expect(ends("2026-02-28T10:00:00Z", .month, anchor: "2026-01-15") == ["2026-03-28T10:00:00.000Z"])
    }

    @Test func `a year from 29 February ends on the 28th, and on the 29th where there is one`() {
        #expect(
            ends("2024-02-29T06:00:00Z", .year, anchor: "2024-02-29", periods: 4) == [
                "2025-02-28T06:00:00.000Z", "2026-02-28T06:00:00.000Z", "2027-02-28T06:00:00.000Z",
                "2028-02-29T06:00:00.000Z",
            ])
    }

    @Test func `weeks and days are counted in days, several cycles at once`() {
        #expect(ends("2026-02-25T06:00:00Z", .week, 2) == ["2026-03-11T06:00:00.000Z"])
        #expect(ends("2026-02-28T06:00:00Z", .day, 10) == ["2026-03-10T06:00:00.000Z"])
        #expect(ends("2025-11-30T06:00:00Z", .month, 3, anchor: "2025-11-30") == ["2026-02-28T06:00:00.000Z"])
    }

    @Test func `the time of day stays while clocks change`() throws {
        let denver = try #require(TimeZone(identifier: "America/Denver"))
        // 09:00 in winter and in summer.
        #expect(ends("2026-03-01T16:00:00Z", .month, zone: denver) == ["2026-04-01T15:00:00.000Z"])
        #expect(ends("2026-10-15T15:00:00Z", .month, zone: denver) == ["2026-11-15T16:00:00.000Z"])
        // 02:30 on 8 March 2026 is skipped: behind the gap.
        #expect(ends("2026-02-08T09:30:00Z", .month, zone: denver) == ["2026-03-08T09:30:00.000Z"])
        // 01:30 on 1 November 2026 comes twice: the first.
        #expect(ends("2026-10-01T07:30:00Z", .month, zone: denver) == ["2026-11-01T07:30:00.000Z"])
        // The evening of the 31st is the 1st in UTC.
        #expect(
            ends("2026-02-01T03:00:00Z", .month, anchor: "2026-01-31", zone: denver) == ["2026-03-01T03:00:00.000Z"])
    }

    @Test func `a day begins at its zone's midnight, or after it where clocks skip that`() throws {
        let day = try #require(CivilDay("2026-03-29"))
        #expect(ISO8601.text(BillingCalendar(.gmt).midnight(of: day)) == "2026-03-29T00:00:00.000Z")
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(ISO8601.text(BillingCalendar(berlin).midnight(of: day)) == "2026-03-28T23:00:00.000Z")
        let beirut = try #require(TimeZone(identifier: "Asia/Beirut"))
        #expect(ISO8601.text(BillingCalendar(beirut).midnight(of: day)) == "2026-03-28T22:00:00.000Z")
        #expect(BillingCalendar(beirut).day(of: time("2026-03-28T22:00:00Z")) == day)
        #expect(BillingCalendar(berlin).day(of: time("2026-03-28T22:59:59Z")) == CivilDay("2026-03-28"))
    }

    @Test func `times beyond all calendars do not trap`() {
        let calendar = BillingCalendar(.gmt)
        for time in [Int64.min, .max, 0, -1] {
            for cycle in BillingCycle.allCases {
                guard let interval = BillingInterval(cycle, 1) else { continue }
                _ = calendar.end(ofPeriodFrom: time, interval, anchor: CivilDay("2026-01-31"))
            }
            _ = calendar.day(of: time)
        }
    }

    @Test(arguments: [
        (BillingCycle.month, Int64(30)), (.month, 0), (.month, -1), (.year, 365), (.week, 100), (.day, 0), (.day, .max),
    ])
    func `a frequency that cannot be one is none`(cycle: BillingCycle, frequency: Int64) {
        #expect(BillingInterval(cycle, frequency) == nil)
    }

    @Test func `an interval in ChartMogul's words`() throws {
        let weeks = try #require(BillingInterval(.week, 2))
        #expect((weeks.unit, weeks.count) == (.day, 14))
        let year = try #require(BillingInterval(.year, 1))
        #expect((year.unit, year.count) == (.year, 1))
        #expect(ExternalID.plan("7", weeks) == "keap-plan-7-day-14")
    }
}
