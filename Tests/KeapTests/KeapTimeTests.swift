import Testing
import WireFormats

@testable import Keap

@Suite struct KeapTimeTests {
    @Test(
        arguments: [
            ("2026-03-05T15:00:00.000Z", 1_772_722_800_000), ("2026-03-05T15:00:00Z", 1_772_722_800_000),
            ("2026-03-05T15:00:00.25Z", 1_772_722_800_250), ("2026-03-05T08:00:00-0700", 1_772_722_800_000),
            ("2026-03-05T08:00-07:00", 1_772_722_800_000), ("2026-03-05T16:30:00.000+01:30", 1_772_722_800_000),
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:00:00Z", 951_825_600_000),
        ])
    func `a date-time with a zone is a point in time`(text: String, milliseconds: Int64) {
        #expect(KeapTime(text)?.milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            "", "2026-03-05", "2026-03-05T15:00:00", "2026-02-30T00:00:00Z", "2026-03-05T24:00:00Z",
            "2026-03-05T15:60:00Z", "2026-03-05T15:00:00.Z", "2026-03-05T15:00:00+1:00", "26-03-05T15:00:00Z",
            "2026-03-05T15:00:00+25:00", "2100-02-29T00:00:00Z",
        ])
    func `anything else is none`(text: String) {
        #expect(KeapTime(text) == nil)
    }

    @Test(arguments: [-62_135_596_800_000, -1, 0, 951_825_600_123, 1_772_722_800_000, 253_402_300_799_999] as [Int64])
    func `what is written reads as the same`(milliseconds: Int64) {
        let time = KeapTime(milliseconds: milliseconds)
        #expect(KeapTime(time.text) == time)
    }

    @Test(arguments: [("2026-03-01", 1), ("2026-03-05", 5), ("2026-11-21", 7), ("1969-12-31", 4)])
    func `weeks begin on Sunday`(day: String, weekday: Int64) {
        #expect(CivilDay(day)?.weekday == weekday)
    }
}
