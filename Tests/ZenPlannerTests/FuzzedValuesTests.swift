import SeededRandom
import Testing

/// The same checks as the fuzzer's, on small files with changes that a seed makes.
@Suite struct FuzzedValuesTests {
    private static let corpus = [
        "First Name,Last Name\r\nAna,\"Ng, Jr.\"\r\n", "a\tb\n1\t\"two\nlines\"\n", "a;b\r\"say \"\"hi\"\"\";2\r",
    ].map { Array($0.utf8) }

    @Test func `no change to a file makes its reader trap, or say more than is there`() {
        for seed in UInt64(1)...6_000 {
            var random = SeededGenerator(seed: seed)
            func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
            var bytes = Self.corpus[next(3)]
            for _ in 0..<next(5) where !bytes.isEmpty {
                let place = next(bytes.count)
                switch next(5) {
                case 0: bytes[place] ^= 1 << UInt8(next(8))
                case 1: bytes[place] = [0, 13, 10, 0x22, 0x2C, 0x09, 0xFF][next(7)]
                case 2: bytes.removeLast(bytes.count - place)
                case 3: bytes.insert(contentsOf: Array(bytes[place...].prefix(20)), at: place)
                default: bytes.remove(at: place)
                }
            }
            let violation = decodeFuzzed(bytes)
            #expect(violation == nil, "seed \(seed)")
        }
    }
}
