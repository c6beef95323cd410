import ConfigurationReading
import Testing

@testable import LockstepService

struct ConfigurationTextTests {
    private func parse(_ text: String) throws(ConfigurationText.Malformed) -> ConfigurationNode.Content {
        try ConfigurationText.parse(Array(text.utf8)).content
    }

    @Test(arguments: [
        ("null", ConfigurationNode.Content.null), ("true", .bool(true)), ("false", .bool(false)),
        ("-0.5e2", .number(-50)),
        ("12", .number(12)), (#""a\"\\\/\b\f\n\r\t""#, .text("a\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u00fc\uD83E\uDD4A""#, .text("ü🥊")),
        (#""ü🥊""#, .text("ü🥊")), ("[]", .list([])), ("{}", .object([])), ("\u{FEFF} null // end", .null),
        ("/* a */ null /* b ** / */", .null), ("// a\n// b\r\nnull", .null),
    ])
    func `values are read`(text: String, content: ConfigurationNode.Content) throws {
        #expect(try parse(text) == content)
    }

    @Test func `members and elements keep their order and places, trailing commas or not`() throws {
        for end in ["", ",", " , /* c */ "] {
            let content = try parse("{\"b\": [1, 2\(end)],\n \"a\": null\(end)}")
            guard case .object(let members) = content, case .list(let list) = members.first?.value.content else {
                Issue.record("no object with a list: \(content)")
                return
            }
            #expect(members.map(\.key) == ["b", "a"])
            #expect(members.first?.offset == 1)
            #expect(list.map(\.content) == [.number(1), .number(2)])
            #expect(list.map(\.offset) == [7, 10])
        }
    }

    @Test(arguments: [
        ("", "a value is missing", 0), ("{", "a key in quotation marks or } is missing", 1),
        ("{\"a\" 1}", "a colon after the key \"a\"", 5),
        ("{\"a\": 1 \"b\": 2}", "a comma or } was expected, not \"\"\"", 8),
        ("[1 2]", "a comma or ] was expected, not \"2\"", 3), ("[1,,2]", "a value was expected", 3),
        ("[,]", "a value", 1),
        ("{,}", "a key in quotation marks", 1), ("{a: 1}", "a key in quotation marks", 1), ("'a'", "a value", 0),
        ("nul", "a value", 0), ("0x10", "a value", 0), ("-0x10", "a value", 0), ("nan", "a value", 0),
        ("inf", "a value", 0),
        ("1e999", "a value", 0), ("+1", "a value", 0), ("1 2", "the end of the file", 2),
        ("\"abc", "no closing quotation", 0),
        ("\"a\nb\"", "end on the line", 0), (#""\x""#, "backslash", 1), (#""\u12""#, "four hexadecimal", 1),
        (#""\uD83E""#, "half a character", 1), (#""\uDD4A""#, "half a character", 1), ("\"\\", "ends inside a text", 1),
        ("/ 1", "// or /*", 0), ("/* a", "no closing */", 0), ("{\"a\": 1, \"a\": 2}", "\"a\" stands twice", 9),
        (String(repeating: "[", count: 40), "nested too deeply", 32),
    ])
    func `a mistake is named where it stands`(text: String, what: String, offset: Int) {
        do {
            let content = try parse(text)
            Issue.record("read as \(content)")
        } catch {
            #expect(error.what.contains(what))
            #expect(error.offset == offset)
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: ConfigurationText.Malformed.self) { try ConfigurationText.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func `no beginning of a file is taken for the whole`() throws {
        let text = Array(#"{"a": [1, {"b": "x\u00fcy"}], /* c */ "d": true}"#.utf8)
        _ = try ConfigurationText.parse(text)
        for length in 0..<text.count {
            #expect(throws: ConfigurationText.Malformed.self) { try ConfigurationText.parse(Array(text[..<length])) }
        }
    }

    @Test func `a place counts lines and characters`() {
        let text = Array("{\n  \"ü\": x\n}".utf8)
        #expect(TextLocation(of: 0, in: text) == TextLocation(line: 1, column: 1))
        #expect(TextLocation(of: 4, in: text) == TextLocation(line: 2, column: 3))
        #expect(TextLocation(of: 10, in: text) == TextLocation(line: 2, column: 8))
        #expect(TextLocation(of: 12, in: text) == TextLocation(line: 3, column: 1))
    }

    @Test func `a mistake reaches the reader with file, line and column`() {
        #expect(
            throws: ConfigurationError(
                file: "lockstep.json",
                problems: [
                    .init(
                        "", .malformed(what: "a comma or } was expected, not \"\"\""),
                        at: TextLocation(line: 3, column: 3)
                    )
                ])
        ) {
            try read("{\n  \"listen\": \"127.0.0.1:1\"\n  \"admin\": \"127.0.0.1:2\"\n}")
        }
    }
}

struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("Listen", "listen", 0), ("ab", "ba", 2),
    ])
    func `distance counts edits, ignoring case`(a: String, b: String, edits: Int) {
        #expect(NearestName.distance(a, b) == edits)
    }

    @Test func `the nearest of several is the first`() {
        #expect(NearestName.of("lst", among: ["admin", "list", "last"]) == "list")
        #expect(NearestName.of("x", among: []) == nil)
    }
}
