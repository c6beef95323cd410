import Testing
import WireFormats

struct SHA256Tests {
    private static let examples: [(message: String, digest: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
                + "nopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test(arguments: examples)
    func `the examples of FIPS 180 come out`(_ example: (message: String, digest: String)) {
        #expect(hex(SHA256.digest(Array(example.message.utf8))) == example.digest)
    }

    @Test func `a million times the letter a comes out, however it is cut`() {
        var hash = SHA256()
        var left = 1_000_000
        // Never a whole block at a time.
        for size in [1, 63, 65, 999, 4_096] {
            hash.update([UInt8](repeating: UInt8(ascii: "a"), count: size))
            left -= size
        }
        hash.update([UInt8](repeating: UInt8(ascii: "a"), count: left))
        #expect(hex(hash.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `every length around a block's end is padded right`() {
        // Digests of digests, so that one wrong length changes the result. The value is of another implementation.
        var all: [UInt8] = []
        for length in 0...130 { all += SHA256.digest([UInt8](repeating: UInt8(length), count: length)) }
        #expect(hex(SHA256.digest(all)) == lengths)
    }

    private let lengths = "fca3495a3fbc30990f59b06285f40a03acec6c606df73c6d666a554854cd1573"
}

/// RFC 4231, section 4.
struct HMACTests {
    struct Vector: Sendable {
        var key: [UInt8]
        var data: [UInt8]
        var tag: String
    }

    private static let vectors = [
        Vector(
            key: [UInt8](repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
            tag: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
            tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: [UInt8](repeating: 0xaa, count: 20), data: [UInt8](repeating: 0xdd, count: 50),
            tag: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: Array(1...25), data: [UInt8](repeating: 0xcd, count: 50),
            tag: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            key: [UInt8](repeating: 0xaa, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            tag: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: [UInt8](repeating: 0xaa, count: 131),
            data: Array(
                """
                This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
                be hashed before being used by the HMAC algorithm.
                """.utf8),
            tag: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: vectors)
    func `the vectors of RFC 4231 come out`(_ vector: Vector) {
        #expect(hex(HMAC.sha256(key: vector.key, vector.data)) == vector.tag)
        // In two parts it is the same message.
        #expect(
            hex(HMAC.sha256(key: vector.key, Array(vector.data.prefix(7)), Array(vector.data.dropFirst(7))))
                == vector.tag)
    }

    @Test func `a tag of RFC 4231 that is cut to 128 bits begins ours`() {
        let tag = HMAC.sha256(key: [UInt8](repeating: 0x0c, count: 20), Array("Test With Truncation".utf8))
        #expect(hex(Array(tag.prefix(16))) == "a3b6167473100ee06e0c796c2955552b")
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
