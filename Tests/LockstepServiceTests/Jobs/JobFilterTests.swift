import DurableQueue
import Testing

@testable import LockstepService

struct JobFilterTests {
    private let now: Int64 = 1_764_600_000_000  // 2025-12-01T14:40:00Z

    private func filter(_ given: [(String, String)]) throws -> JobFilter {
        let query = given.map { (name: $0.0, value: $0.1) }
        return try JobFilter(try QueryParameters(query, known: JobFilter.names), now: now)
    }

    @Test func `what a filter was given it gives on, in one set of names`() throws {
        let given = [
            ("state", "dead"), ("gym", "downtown"), ("text", "não & c."), ("person", "zp-1"), ("lane", "7"),
            ("from", "2025-12-01"), ("to", "2h"),
        ]
        let filter = try filter(given)
        #expect(filter.state == .dead && filter.lane == LaneID(rawValue: 7))
        #expect(filter.from == 1_764_547_200_000 && filter.to == now - 7_200_000)
        #expect(filter.parameters.map(\.name) == JobFilter.names)
        #expect(try self.filter(filter.parameters.map { ($0.name, $0.value) }) == filter)
    }

    @Test func `an empty field of a form asks for nothing`() throws {
        #expect(try filter(JobFilter.names.map { ($0, "") }) == JobFilter())
    }

    @Test(arguments: [("state", "asleep"), ("lane", "x"), ("from", "soon"), ("to", "2026-13-01"), ("colour", "red")])
    func `what means nothing is refused with a sentence that quotes it`(_ name: String, _ value: String) {
        let refusal = #expect(throws: AdminRoutes.Refusal.self) { try filter([(name, value)]) }
        #expect(refusal?.status == 400)
        #expect(refusal?.sentence.contains(name == "colour" ? name : value) == true)
    }

    @Test(
        arguments: [
            ("1970-01-01", 0), ("2000-02-29", 951_782_400_000), ("2024-03-01", 1_709_251_200_000),
            ("2025-12-01T14:40", 1_764_600_000_000), ("2025-12-01 14:40:01", 1_764_600_001_000),
            ("2025-12-01T14:40:01.25Z", 1_764_600_001_250), ("2025-12-01T15:40:00+01:00", 1_764_600_000_000),
            ("2025-12-01T09:40:00-0500", 1_764_600_000_000), ("0000-03-01", -62_162_035_200_000),
            ("90s", 1_764_599_910_000), ("15m", 1_764_599_100_000), ("3d", 1_764_340_800_000),
        ] as [(String, Int64)])
    func `a time is read as it is written`(_ text: String, _ milliseconds: Int64) {
        #expect(WrittenTime.milliseconds(text, now: now) == milliseconds)
    }

    @Test(arguments: [
        "", "d", "-1d", "1234567d", "2025", "2025-1-1", "2025-00-10", "2025-01-32", "25-01-01", "2025-01-01T",
        "2025-01-01T9:00",
        "2025-01-01T24:00", "2025-01-01T10:60", "2025-01-01T10:00:60", "2025-01-01T10:00Zulu", "2025-01-01T10:00+25:00",
        "2025-01-01T10:00+1", "2025-01-01T10:00:00.", "２０２５-01-01", "2025-01-01T10:00T10:00", "\u{301}",
    ])
    func `what is no time is none`(_ text: String) {
        #expect(WrittenTime.milliseconds(text, now: now) == nil)
    }

    @Test func `a moment that is written is read back`() {
        for time: Int64 in [0, 1, 951_782_399_999, now, 4_102_444_800_123] {
            #expect(WrittenTime.milliseconds(WrittenTime.text(time), now: 0) == time)
        }
    }
}
