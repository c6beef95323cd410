import Testing
import WireFormats

struct MarkupEscapesTests {
    @Test(arguments: [
        ("Kids &amp; Teens", "Kids & Teens"), ("Kids &amp;amp; Teens", "Kids & Teens"), ("O&#39;Brien", "O'Brien"),
        ("O&#x2019;Brien", "O’Brien"), ("O&#X27;Brien", "O'Brien"), ("&quot;Little&quot;", "\"Little\""),
        ("A &lt; B &gt; C", "A < B > C"), ("Tom&apos;s", "Tom's"), ("A&nbsp;B", "A\u{A0}B"), ("AT&T", "AT&T"),
        ("R&B; Soul", "R&B; Soul"), ("&", "&"), ("&;", "&;"), ("&amp", "&amp"), ("&#;", "&#;"), ("&#0;", "&#0;"),
        ("&#xD800;", "&#xD800;"), ("&#99999999999;", "&#99999999999;"), ("&copy;", "&copy;"), ("", ""),
        ("&amp;lt;", "<"), ("a & b ; c", "a & b ; c"),
    ])
    func `escapes are read, and nothing else`(text: String, meaning: String) {
        #expect(text.withoutMarkupEscapes == meaning)
    }

    @Test(arguments: ["Kids & Teens", "\"A\" < B", "&amp;", "a&b;c", "<>"])
    func `what is escaped is read back`(text: String) throws {
        #expect(try #require(text.withMarkupEscapes).withoutMarkupEscapes == text.withoutMarkupEscapes)
    }

    @Test func `a plain text has nothing to escape`() { #expect("O'Brien".withMarkupEscapes == nil) }
}
