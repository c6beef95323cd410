import Testing
import WireFormats

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONNode { try JSONReader.read(Array(text.utf8)) }

    @Test(
        arguments: [
            ("9007199254740995.0", .number("9007199254740995.0")), ("1e3", .number("1e3")),
            ("1234567890123456789012345678901234567890", .number("1234567890123456789012345678901234567890")),
            (#""\ud83d""#, .brokenString("\u{FFFD}")), (#""a\ude00b""#, .brokenString("a\u{FFFD}b")),
            (#""\ud83d\u0041""#, .brokenString("\u{FFFD}A")), (#""\ud83d\ude00""#, .string("😀")),
            (#""\ufffd""#, .string("\u{FFFD}")), ("null", .null), ("false", .bool(false)), ("[]", .array([])),
            (
                #"{"a":1,"b":2,"a":3}"#,
                .object([
                    .init(name: "a", value: .number("1")), .init(name: "b", value: .number("2")),
                    .init(name: "a", value: .number("3")),
                ])
            ),
        ] as [(String, JSONNode)])
    func `a value keeps the words it was written in`(_ text: String, _ node: JSONNode) throws {
        #expect(try read(text) == node)
    }

    @Test(
        arguments: [
            "null", "true", "-0.10e3", "[]", "{}", #"[1,[false,"\u0001\n\"é😀"],{}]"#, #"{"a":1,"b":{"c":[]},"a":"3"}"#,
        ])
    func `a value is written compactly, as it was read`(_ text: String) throws {
        #expect(String(decoding: try read(text).bytes, as: UTF8.self) == text)
    }

    @Test func `what is wrong is said with its place`() {
        let problem = #expect(throws: JSONProblem.self) { try read("[1 2]") }
        #expect(problem?.reason == "a comma is missing" && problem?.offset == 3)
    }

    @Test(arguments: [
        ("", "ends too early", 0), ("[1", "a comma is missing", 2), ("[1,]", "not a JSON value", 3),
        ("nul", "not a JSON value", 0),
        ("-", "not a JSON value", 1), ("1.", "not a JSON value", 2), ("01", "something follows the value", 1),
        ("{a:1}", "a name is missing", 1), ("{\"a\" 1}", "a colon is missing", 5),
        ("1 /**/", "something follows the value", 2),
        ("\"a", "a string does not end", 2), ("\"\\", "a string does not end", 2),
        ("\"\\u12", "a string does not end", 3),
        ("\"\\x\"", "an unknown escape", 3), ("\"\\u12x4\"", "an unknown escape", 3),
        ("\"\u{1}\"", "a control character inside a string", 2),
    ])
    func `each mistake has its words and its place`(_ text: String, _ reason: String, _ offset: Int) {
        let problem = #expect(throws: JSONProblem.self) { try read(text) }
        #expect(problem?.reason == reason && problem?.offset == offset)
    }

    @Test func `a reader chooses how deep, whether half a character and whether a byte-order mark is read`() throws {
        var strict = JSONDialect()
        (strict.deepest, strict.refusesHalfCharacters, strict.allowsMark) = (1, true, false)
        let half = Array(#""\ud83d\u0041""#.utf8)
        let marked = Array("\u{FEFF}null".utf8)
        #expect(try JSONReader.read(half) == .brokenString("\u{FFFD}A") && JSONReader.read(marked) == .null)
        #expect(try JSONReader.read(Array("[[1]]".utf8), as: strict) == .array([.array([.number("1")])]))
        for (bytes, kind) in [
            (half, JSONProblem.Kind.halfCharacter), (marked, .expected(.value)), (Array("[[[".utf8), .tooDeep),
        ] {
            let problem = #expect(throws: JSONProblem.self) { try JSONReader.read(bytes, as: strict) }
            #expect(problem?.kind == kind)
        }
    }

    @Test func `a string that is not UTF-8 is refused, or read as Windows-1252 by itself`() throws {
        let bytes = Array("[\"é\",\"".utf8) + [0x92] + Array("\"]".utf8)
        #expect(throws: JSONProblem.self) { try JSONReader.read(bytes) }
        #expect(
            try JSONReader.read(bytes, brokenUTF8: .windows1252) == .array([.string("é"), .string("’")]))
    }
}

@Suite struct TextTests {
    @Test func `all bytes of Windows-1252 are read and written back`() {
        let all = (0...255).map { UInt8($0) }
        #expect(String(windows1252: all).windows1252 == all)
        #expect(String(windows1252: [0x80, 0x92, 0x9F]) == "€’Ÿ")
        #expect("Ł".windows1252 == nil)
    }

    @Test(
        arguments: [
            (nil, [0x92], "’"), ("iso-8859-1", [0x92], "’"), ("us-ascii", [0xE9], "é"), ("UTF-8", [0xE9], "é"),
            ("iso-8859-1", [0xC3, 0xA9], "é"), ("ISO-8859-15", [0xA4], "€"), ("windows-1251", [0xC4, 0xE0], "Да"),
            ("windows-1250", [0xB9], "ą"), ("iso-8859-2", [0xB1], "ą"), ("unheard-of", [0x93], "“"),
            ("windows-1254", [0xDD], "İ"),
        ] as [(String?, [UInt8], String)])
    func `bytes that are not UTF-8 are read by their charset`(_ label: String?, _ bytes: [UInt8], _ text: String) {
        #expect(Charset(label).text(bytes) == text)
    }

    @Test(
        arguments: [
            ("\u{202D}303-555\u{202C}", "303-555"), ("Student\u{200E}", "Student"), ("\u{FEFF}Ana", "Ana"),
            ("An\u{AD}a", "Ana"), ("A\u{200B}na\u{2060}", "Ana"), ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("Ana\u{200D}", "Ana"), (" \u{A0}Ana\u{3000}", "Ana"), ("a\r\n \r\n b\0", "a b"), ("A  B", "A  B"),
            ("\u{2066}x\u{2069}", "x"), ("\t", ""), ("", ""), ("a\u{2028}b\u{85}c", "a b c"),
        ])
    func `blanks and marks that cannot be seen are taken off`(_ text: String, _ tidy: String) {
        #expect(Array(text.tidied.utf8) == Array(tidy.utf8))
    }

    @Test func `the quick way for ASCII and the slow way for all texts agree`() {
        var seed: UInt64 = 7
        for _ in 0..<3_000 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<8).map { _ in
                        seed = seed &* 6_364_136_223_846_793_005 &+ 1
                        let byte = UInt8(truncatingIfNeeded: seed >> 57)
                        return Unicode.Scalar(byte % 3 == 0 ? 0x20 : byte)
                    }))
            #expect(text.tidied == text.tidiedSlowly, "\(text.debugDescription)")
        }
    }

    @Test func `marks are named where a person must see them`() {
        #expect("\u{FEFF}personId".withMarksShown == "U+FEFFpersonId")
        #expect("a\u{200E}b\u{AD}".withMarksShown == "aU+200EbU+00AD")
        #expect("plain".withMarksShown == "plain")
    }

    @Test func `UTF-16 is found by its mark or its zeros`() {
        #expect(UTF16Text.utf8([0xFF, 0xFE, 0x61, 0]) == .utf8([0x61]))
        #expect(UTF16Text.utf8([0xFE, 0xFF, 0, 0x61]) == .utf8([0x61]))
        #expect(UTF16Text.utf8([0x7B, 0, 0x22, 0]) == .utf8(Array("{\"".utf8)))
        #expect(UTF16Text.utf8([0, 0x7B, 0, 0x22]) == .utf8(Array("{\"".utf8)))
        #expect(UTF16Text.utf8([0xFF, 0xFE, 0x61]) == .cutShort)
        #expect(UTF16Text.utf8([0xFF, 0xFE, 0x3D, 0xD8]) == .utf8(Array("\u{FFFD}".utf8)))
        #expect(UTF16Text.utf8(Array("plain".utf8)) == .none && UTF16Text.utf8([]) == .none)
    }
}
