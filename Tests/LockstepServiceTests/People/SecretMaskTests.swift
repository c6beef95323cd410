import ConfigurationReading
import Testing

@testable import LockstepService

struct SecretMaskTests {
    private let mask = SecretMask([Secret("s3cret/key"), Secret("tokenOfGym")])

    @Test(arguments: [
        ("a s3cret/key b", "a (secret) b"), ("s3cret%2Fkey&x=1", "(secret)&x=1"), (#""s3cret\/key""#, #""(secret)""#),
        ("tokenOfGymtokenOfGym", "(secret)(secret)"),
        (#"{"password": "pw, with \" x"}"#, #"{"password": "(secret)"}"#),
        ("Authorization: Bearer abc.def", "Authorization: Bearer (secret)"),
        ("access_token=abc&b=1", "access_token=(secret)&b=1"),
        (#"{\"token\":\"a\",\"b\":1}"#, #"{\"token\":\"(secret)\",\"b\":1}"#),
        ("PassWord=x1", "PassWord=(secret)"), (#"{"refresh_token":"r"}"#, #"{"refresh_token":"(secret)"}"#),
        ("his secret is out", "his secret is out"), ("tokens of love", "tokens of love"), ("", ""), ("s", "s"),
        ("s3cret/ke", "s3cret/ke"), ("Ana Ruiz, passé", "Ana Ruiz, passé"), ("token=", "token="),
        ("password", "password"),
    ])
    func `secrets are replaced, and nothing else is`(_ text: String, _ masked: String) {
        #expect(mask.masked(text) == masked)
    }

    @Test func `a short secret masks no ordinary word`() {
        #expect(SecretMask([Secret("ana")]).masked("banana") == "banana")
    }
}
