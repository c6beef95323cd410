import SeededRandom
import Foundation
import Testing

@testable import EmbeddedHTTP

/// The same checks as the fuzzer's, on its corpus with changes that a seed makes.
@Suite struct FuzzedHTTPTests {
    private static let corpus: [[UInt8]] = [
        [0] + Array("POST /hooks/a/zenplanner/t HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8),
        [0]
            + Array(
                "GET /a?b=%20 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8),
        [0]
            + Array(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n"
                    .utf8),
        [1] + Array("firstName=Ada+Maria&email=ada%40example.com&&x".utf8),
        [2]
            + Array(
                """
                pre\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n--b\r\n\
                Content-Disposition: form-data; name="f"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n\r\n--b--\r\n
                """.utf8),
        [3] + Array("multipart/form-data; boundary=\"a b\"; charset=utf-8".utf8),
    ]

    @Test func `no change to what is sent makes a decoder trap, or say more than was sent`() {
        for seed in 0..<6000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes = Self.corpus.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 1..<max(2, bytes.count), using: &random)
                guard place < bytes.count else { break }
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[place] = [0, 13, 10, 0x25, 0x2D, 0x3B, 0xFF].randomElement(using: &random)!
                case 2: bytes.removeLast(bytes.count - place)
                case 3: bytes.insert(contentsOf: Array(bytes[place...].prefix(20)), at: place)
                default: bytes.remove(at: place)
                }
            }
            let violation = decodeFuzzed(bytes)
            #expect(violation == nil, "seed \(seed): \(bytes)")
        }
    }

    @Test func `the corpus is what each decoder takes`() throws {
        #expect(ParserScript.run(Array(Self.corpus[1].dropFirst())).count == 2)
        #expect(try FormBody(decoding: Array(Self.corpus[3].dropFirst())).fields.count == 3)
        #expect(try MultipartBody(decoding: Array(Self.corpus[4].dropFirst()), boundary: "b").parts.count == 2)
        #expect(ContentType(String(decoding: Self.corpus[5].dropFirst(), as: UTF8.self)) != nil)
    }
}
