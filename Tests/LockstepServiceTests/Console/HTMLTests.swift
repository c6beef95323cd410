import Testing

@testable import LockstepService

struct HTMLTests {
    /// Each would run, load or end something if it were taken for markup.
    static let attacks = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title><script>x",
        "<!--", "-->", "]]>", "javascript:alert(1)", "&lt;script&gt;", "&#x3c;script>", "`onload=alert(1)`",
        "</textarea><svg/onload=alert(1)>", "<svg><script>x</script>", "a\u{0}b", "\u{202E}gpj.exe", "\u{2028}x",
        "<a href=\"//evil.example\">", "{{7*7}}", "%3Cscript%3E", "\u{FEFF}<b>", "< b>", "<\u{0}script>", "\r\nX: y",
    ]

    @Test(arguments: attacks)
    func `a text stays a text, inside elements and inside values`(_ attack: String) {
        let html = HTML.tag(.p, .title(attack), .id(attack)) { HTML.tag(.bdi, text: attack) }.markup
        let inside = html.dropFirst("<p ".count)
        // One element in the other, with two values: four quotes, and no bracket beside those of four tags.
        #expect(html.count { $0 == "<" } == 4 && html.count { $0 == ">" } == 4, "\(html)")
        #expect(html.count { $0 == "\"" } == 4 && !inside.contains("'") && !inside.contains("`"))
        #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
        #expect(!html.unicodeScalars.contains { [0x202E, 0x2028, 0xFEFF].contains($0.value) })
    }

    @Test(arguments: attacks)
    func `a link leads to a page of ours, whatever its parts`(_ attack: String) {
        let link = ConsoleLink(["people", attack], [("q", attack), (attack, "x")]).text
        #expect(link.hasPrefix("/people/"))
        let plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/?=&"
        #expect(link.allSatisfy { plain.contains($0) }, "\(link)")
    }

    @Test func `steps in a path are names like others`() {
        #expect(ConsoleLink(["a", "..", "."]).text == "/a/%2E%2E/%2E")
    }

    @Test func `plain texts and letters of all scripts are written as they are`() {
        #expect(HTML.text("Ana Ruíz 李 😀\n").markup == "Ana Ruíz 李 😀\n")
        #expect(HTML.text("a & b < c").markup == "a &amp; b &lt; c")
    }

    @Test func `elements without content have no end`() {
        #expect(
            HTML.tag(.input, .type(.hidden), .name("a"), .value("<")).markup
                == "<input type=\"hidden\" name=\"a\" value=\"&lt;\">")
        #expect(HTML.tag(.div, .dataLive, nil).markup == "<div data-live></div>")
    }

    @Test func `numbers and ages are short`() {
        #expect(
            ConsoleNumbers.grouped(1_234_567) == "1\u{202F}234\u{202F}567"
                && ConsoleNumbers.grouped(-1_000) == "−1\u{202F}000")
        #expect(
            [nil, 0, 0.01, 0.5, 9.96, 1_234.5].map(ConsoleNumbers.rate) == [
                "–", "0", "<0.1", "0.5", "10", "1\u{202F}235",
            ])
        let ages: [Int64] = [-5, 1_999, 9_000, 57_000, 119_999, 120_000, 7_200_000, 172_800_000]
        #expect(ages.map(ConsoleTimes.roughly) == ["now", "now", "9 s", "55 s", "115 s", "2 min", "2 h", "2 days"])
    }

    @Test(
        arguments: [
            (nil, "/"), ("", "/"), ("/gyms", "/gyms"), ("/gyms?state=dead&gym=a%20b", "/gyms?state=dead&gym=a%20b"),
            ("//evil.example", "/"), ("https://evil.example/gyms", "/"), ("/\\evil.example", "/"), ("/nowhere", "/"),
            ("/events", "/"), ("/assets/x", "/"), ("javascript:alert(1)", "/"), ("/gyms\r\nX: y", "/"),
            ("/gyms/%2F%2Fevil", "/"), ("/audit", "/audit"),
        ] as [(String?, String)])
    func `a form leads back to a page of ours`(_ given: String?, _ path: String) {
        #expect(ConsoleBack(given).path == path)
    }
}
