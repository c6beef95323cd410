import Testing
import WireFormats

@testable import KeapSimulator

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null],"c":{"d":"x"}}"#, "[]", "{}", "-0.50e+3", #""""#,
        #"[12345678901234567890,"é\n\"\\"]"#,
    ])
    func `what is read is written as it was`(text: String) throws {
        #expect(String(decoding: try JSON(parsing: Array(text.utf8)).bytes, as: UTF8.self) == text)
    }

    @Test func `escapes become the characters they stand for`() throws {
        let json = try JSON(parsing: Array(#""\u0041\/\b\f\r\t\ud83d\ude00""#.utf8))
        #expect(json == "A/\u{8}\u{c}\r\t😀")
    }

    @Test func `control characters are written as escapes`() {
        #expect(String(decoding: JSON.string("\u{1}\u{1f}\n").bytes, as: UTF8.self) == #""\u0001\u001f\n""#)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "tru", "01", "1.", "+1", "1 2", "\"a", "\"\\x\"", "\"\\ud800\"",
        "\"\u{1}\"",
        "{a:1}", "NaN", "\"\\u12\"", "-",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONFault.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        ("[1 2]", "a comma or a closing bracket should be here at byte 3"), ("-", "a value should be here at byte 1"),
        ("{\"a\":1", "a comma or a closing brace should be here at byte 6"), ("1e", "digits should be here at byte 2"),
        ("", "the text ends where a value should be at byte 0"), ("1 2", "unexpected text after the value at byte 2"),
        (String(repeating: "[", count: 65), "too many levels at byte 64"),
    ])
    func `a mistake is named where it stands`(text: String, words: String) {
        let fault = #expect(throws: JSONFault.self) { try JSON(parsing: Array(text.utf8)) }
        #expect(fault?.description == words)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONFault.self) { try JSON(parsing: [0x22, 0xff, 0x22]) }
    }

    @Test func `nesting has a bound`() {
        #expect(throws: JSONFault.self) { try JSON(parsing: Array(repeating: UInt8(ascii: "["), count: 100_000)) }
    }

    @Test func `of a member given twice the last counts`() throws {
        #expect(try JSON(parsing: Array(#"{"a":1,"a":2}"#.utf8))["a"] == 2)
    }
}

@Suite struct InstantTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
        (1_772_452_800_123, "2026-03-02T12:00:00.123Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (4_107_542_399_000, "2100-02-28T23:59:59Z"),
    ])
    func `dates are written as v2 does`(milliseconds: Int64, text: String) {
        #expect(WorldTime(milliseconds: milliseconds).iso8601 == text)
    }

    @Test func `v1 writes its own zone`() {
        #expect(Caller.noon.iso8601InV1 == "2026-03-02T12:00:00.000+0000")
    }

    @Test(arguments: ["2026-03-02T12:00:00.000Z", "2026-03-02T14:30:00.000+02:30", "2026-03-02T04:00:00.000-0800"])
    func `full date-times are read in any zone`(text: String) {
        #expect(WorldTime(strict: text) == Caller.noon)
    }

    @Test(arguments: [
        "2026-03-02", "2026-03-02T12:00:00Z", "2026-02-30T12:00:00.000Z", "2026-03-02T25:00:00.000Z", "now", "",
        "2026-03-02T12:00:00.000", "2026-03-02T12:00:00.000+02:3",
    ])
    func `anything less is refused`(text: String) {
        #expect(WorldTime(strict: text) == nil)
    }

    @Test(arguments: [
        "0000-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "1677-01-01T00:00:00.000Z",
        "2263-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999-23:59",
    ])
    func `a year that no instant reaches is refused`(text: String) {
        #expect(WorldTime(strict: text) == nil)
    }

    @Test(arguments: ["1678-01-01T00:00:00Z", "2261-12-31T23:59:59.999Z"])
    func `the years at the ends are read and written again`(text: String) {
        let full = text.contains(".") ? text : text.dropLast() + ".000Z"
        #expect(WorldTime(strict: full)?.iso8601 == text)
    }

    @Test(arguments: [Int64.min, -9_223_372_036_855, 9_223_372_036_855, .max])
    func `an instant beyond the ends is the first or the last one`(milliseconds: Int64) {
        let end = WorldTime(milliseconds: milliseconds)
        #expect(end == WorldTime(milliseconds: milliseconds < 0 ? .min : .max))
        #expect(end.iso8601 == (milliseconds < 0 ? "1677-09-23T00:00:00Z" : "2262-04-10T00:00:00Z"))
        #expect(end.advanced(byMilliseconds: milliseconds) == end)
        #expect(end.nextMidnight > end)
    }

    @Test func `every day has one name, and the name leads back`() {
        for day in stride(from: Int64(-200_000), through: 200_000, by: 37) {
            #expect(CivilDay(CivilDay(daysSince1970: day).text)?.daysSince1970 == day)
        }
    }
}
