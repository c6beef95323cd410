import SeededRandom
import Testing

@testable import EmbeddedHTTP

struct FormBodyTests {
    private func fields(_ text: String) throws -> [String] {
        try FormBody(decoding: Array(text.utf8)).fields.map { "\($0.name)=\($0.value)" }
    }

    @Test func `fields come in order, blanks and escapes undone`() throws {
        #expect(
            try fields("a=1&b=x+y%2Bz&a=%E2%9C%93&empty=&bare&=v") == [
                "a=1", "b=x y+z", "a=✓", "empty=", "bare=", "=v",
            ])
        #expect(try fields("") == [])
        #expect(try fields("&&a=b=c&") == ["a=b=c"])
        #expect(try FormBody(decoding: Array("a=1&a=2".utf8))["a"] == "1")
        #expect(try FormBody(decoding: Array("a=1".utf8))["b"] == nil)
    }

    @Test func `what is written as a form is read back`() throws {
        let written: [(name: String, value: String)] = [
            ("a b", "x+y & z"), ("ü%", ""), ("", "=✓\r\n"), ("plain-._*09azAZ", "~/"),
        ]

        let form = FormBody.encoded(written)

        #expect(String(decoding: form, as: UTF8.self).hasPrefix("a+b=x%2By+%26+z&%C3%BC%25=&=%3D"))
        #expect(String(decoding: form, as: UTF8.self).hasSuffix("&plain-._*09azAZ=%7E%2F"))
        #expect(try fields(String(decoding: form, as: UTF8.self)) == written.map { "\($0.name)=\($0.value)" })
        #expect(FormBody.encoded([]) == [])
    }

    @Test func `a value that is not UTF-8 is read as Latin-1`() throws {
        #expect(try fields("name=J%FCrgen&other=%C3%BC") == ["name=Jürgen", "other=ü"])
    }

    @Test(arguments: [("a=%", 2), ("a=1&%4=2", 4), ("a=%4x", 2), ("x=y&ab=c%g0", 8)])
    func `a bad percent is refused with its place`(text: String, offset: Int) {
        #expect(throws: FormBodyError.badPercentEncoding(offset: offset)) { try fields(text) }
    }

    @Test func `the number of fields is bounded`() throws {
        let body = Array("a&b&c".utf8)
        #expect(try FormBody(decoding: body, maxFields: 3).fields.count == 3)
        #expect(throws: FormBodyError.tooManyFields(limit: 2)) { try FormBody(decoding: body, maxFields: 2) }
    }
}

struct ContentTypeTests {
    @Test func `a media type is read with its parameters`() throws {
        let type = try #require(ContentType(#" Multipart/Form-Data ; Boundary="a \"b\"; c" ;charset=UTF-8; "#))
        #expect(type.mediaType == "multipart/form-data")
        #expect(type[parameter: "boundary"] == #"a "b"; c"#)
        #expect(type[parameter: "charset"] == "UTF-8")
        #expect(type[parameter: "q"] == nil)
        #expect(ContentType("application/json")?.parameters == [])
        #expect(ContentType("application/vnd.api+json") != nil)
    }

    @Test(arguments: [
        "", "text", "text/", "/plain", "text/pl ain", "a/b/c", "text/plain; charset", "text/plain; charset=",
        "text/plain; charset =x", "text/plain; charset= x", #"text/plain; a="open"#, #"text/plain; a="x"y"#,
        "text/plain; a=1; A=2", "text/plain; a=ü", "text/plain, text/html", "text/plain; a=\"\u{1}\"",
        "text/plain; a=\"\\",
    ])
    func `anything else is none`(text: String) {
        #expect(ContentType(text) == nil)
    }
}

struct MultipartBodyTests {
    private func parts(_ text: String, boundary: String = "xyz", max: Int = 10) throws -> [MultipartBody.Part] {
        try MultipartBody(decoding: Array(text.utf8), boundary: boundary, maxParts: max).parts
    }

    private func part(_ name: String, _ value: String) -> String {
        "--xyz\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }

    @Test func `parts come in order with their names, types and bytes`() throws {
        let text =
            "preamble\r\n" + part("first", "a\r\nb--xyz\r\n--xy\r\n--xyzz") + "--xyz \t\r\n"
            + "content-type: text/csv; charset=utf-8\r\nX-Other: 1\r\n"
            + "CONTENT-DISPOSITION: Form-Data; filename=\"p.csv\"; name=people\r\n\r\n1,2\r\n\r\n--xyz--epilogue"
        let parts = try parts(text)

        #expect(parts.map(\.name) == ["first", "people"])
        #expect(parts.map(\.text) == ["a\r\nb--xyz\r\n--xy\r\n--xyzz", "1,2\r\n"])
        #expect(parts.map(\.filename) == [nil, "p.csv"])
        #expect(parts.map(\.contentType?.mediaType) == [nil, "text/csv"])
    }

    @Test func `a part may be empty, and so may the whole`() throws {
        #expect(try parts(part("a", "") + "--xyz--").map(\.text) == [""])
        #expect(try parts("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n--xyz--").map(\.text) == [""])
        #expect(try parts("--xyz--\r\n").isEmpty)
    }

    @Test func `text that is not UTF-8 is read as Latin-1, bytes stay as they are`() throws {
        let head = Array("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8)
        let body = head + [0xFC, 0x00, 0x0A] + Array("\r\n--xyz--".utf8)
        let part = try #require(try MultipartBody(decoding: body, boundary: "xyz").parts.first)
        #expect(part.bytes == [0xFC, 0x00, 0x0A])
        #expect(part.text == "ü\u{0}\n")
    }

    @Test(
        arguments: [
            ("", .boundaryNotFound), ("--xy\r\n", .boundaryNotFound), ("--xyz", .unterminated),
            ("--xyzz\r\n", .unterminated),
            ("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue", .unterminated),
            ("--xyz\nContent-Disposition: form-data; name=a\n\nvalue\n--xyz--", .unterminated),
            ("--xyz\r\nContent-Disposition: form-data; name=a\r\nvalue", .badPartHeader),
            ("--xyz\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--xyz--", .badPartHeader),
            ("--xyz\r\nno header\r\n\r\nv\r\n--xyz--", .badPartHeader),
            ("--xyz\r\nContent-Type: nonsense\r\n\r\nv\r\n--xyz--", .badPartHeader),
            ("--xyz\r\nX: \(String(repeating: "x", count: 9_000))\r\n\r\nv\r\n--xyz--", .badPartHeader),
            ("--xyz\r\n\r\nv\r\n--xyz--", .namelessPart),
            ("--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--xyz--", .namelessPart),
            ("--xyz\r\nContent-Disposition: form-data\r\n\r\nv\r\n--xyz--", .namelessPart),
        ] as [(String, MultipartBodyError)])
    func `what is cut short or malformed is refused`(text: String, error: MultipartBodyError) {
        #expect(throws: error) { try parts(text) }
    }

    @Test func `boundaries and the number of parts are bounded`() throws {
        #expect(throws: MultipartBodyError.badBoundary) { try parts("----", boundary: "") }
        let long = String(repeating: "b", count: 71)
        #expect(throws: MultipartBodyError.badBoundary) { try parts("--\(long)--", boundary: long) }
        #expect(try parts("--\(long.dropLast())--", boundary: String(long.dropLast())).isEmpty)
        let two = part("a", "1") + part("b", "2") + "--xyz--"
        #expect(try parts(two, max: 2).count == 2)
        #expect(throws: MultipartBodyError.tooManyParts(limit: 1)) { try parts(two, max: 1) }
    }

    @Test func `a body cut anywhere is refused, never misread`() throws {
        let whole = Array((part("a", "1\r\n2") + part("b", "") + "--xyz--").utf8)
        #expect(try MultipartBody(decoding: whole, boundary: "xyz").parts.count == 2)
        for cut in 0..<whole.count {
            #expect(throws: MultipartBodyError.self, "cut at \(cut)") {
                try MultipartBody(decoding: Array(whole[..<cut]), boundary: "xyz")
            }
        }
    }
}

struct PercentDecodingTests {
    @Test func `text that is ASCII is decoded the quick way as it is the slow way, and no other is`() {
        let pieces =
            [
                "a", "Z", "+", "%", "%4", "%41", "%zz", "%C3%A9", "%E9", "%00", "%7f", "%80", "é", "e\u{301}", "\r\n",
                "\u{A0}", "=",
            ].map { Array($0.utf8) } + [[0xE9], [0xFF], [0x00]]
        for seed in UInt64(1)...5_000 {
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<Int.random(in: 0..<10, using: &random)).flatMap { _ in
                pieces.randomElement(using: &random)!
            }
            // Not at the beginning of its array, as a field of a form.
            let slice = ([0x25, 0x2B] + bytes)[2...]
            for plusIsBlank in [true, false] {
                let slow = try? PercentDecoding.decode(slice, plusIsBlank: plusIsBlank)
                let ascii = slow.flatMap { $0.allSatisfy { $0 < 0x80 } ? String(decoding: $0, as: UTF8.self) : nil }
                #expect(PercentDecoding.asciiText(slice, plusIsBlank: plusIsBlank) == ascii, "seed \(seed)")
            }
        }
    }
}
