import ConfigurationReading
import Testing

@testable import LockstepService

struct SecretsTests {
    @Test(arguments: ["", "a", "token", "ü€😀"])
    func `a secret is the same as itself`(_ text: String) {
        #expect(isSameSecret(text, text))
    }

    @Test(arguments: [
        ("token", "tokeN"), ("token", "Token"), ("token", "toke"), ("token", "tokens"), ("token", ""), ("", "x"),
        ("a", "\u{0}"), ("", "\u{0}"), ("abc", "abc\u{0}"),
    ])
    func `another text is another secret, whichever side it stands on`(_ a: String, _ b: String) {
        #expect(!isSameSecret(a, b))
        #expect(!isSameSecret(b, a))
    }

    @Test func `texts that look alike but are written in other bytes differ`() {
        #expect("é" == "e\u{301}")
        #expect(!isSameSecret("é", "e\u{301}"))
    }
}
