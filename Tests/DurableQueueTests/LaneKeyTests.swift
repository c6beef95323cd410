import SeededRandom
import Testing

@testable import DurableQueue

@Suite struct SipHashTests {
    /// From the reference implementation: key 00 01 … 0f, input 00 01 … of growing length.
    static let vectors: [(length: Int, hash: [UInt8])] = [
        (0, [0xA3, 0x81, 0x7F, 0x04, 0xBA, 0x25, 0xA8, 0xE6, 0x6D, 0xF6, 0x72, 0x14, 0xC7, 0x55, 0x02, 0x93]),
        (1, [0xDA, 0x87, 0xC1, 0xD8, 0x6B, 0x99, 0xAF, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9B, 0x22, 0xFC, 0x45]),
        (3, [0x9C, 0x70, 0xB6, 0x0C, 0x52, 0x67, 0xA9, 0x4E, 0x5F, 0x33, 0xB6, 0xB0, 0x29, 0x85, 0xED, 0x51]),
        (8, [0x3B, 0x62, 0xA9, 0xBA, 0x62, 0x58, 0xF5, 0x61, 0x0F, 0x83, 0xE2, 0x64, 0xF3, 0x14, 0x97, 0xB4]),
        (15, [0x54, 0x93, 0xE9, 0x99, 0x33, 0xB0, 0xA8, 0x11, 0x7E, 0x08, 0xEC, 0x0F, 0x97, 0xCF, 0xC3, 0xD9]),
    ]

    @Test(arguments: vectors) func `the hash is the published one, in one piece or in any two`(
        vector: (length: Int, hash: [UInt8])
    ) {
        let key = SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)
        let input = (0..<vector.length).map { UInt8($0) }
        for cut in 0...vector.length {
            var hash = SipHash(key)
            input[..<cut].withUnsafeBytes { hash.take($0) }
            input[cut...].withUnsafeBytes { hash.take($0) }
            var bytes = ByteWriter()
            bytes.put(hash.value().low)
            bytes.put(hash.value().high)
            #expect(bytes.bytes == vector.hash, "cut at \(cut)")
        }
    }
}

@Suite struct KeyFingerprinterTests {
    private let fingerprinter = KeyFingerprinter(secret: SipHash.Key(low: 1, high: 2))

    @Test func `tenant, kind and value each tell keys apart, and their border does`() {
        let keys: [(LaneKey, TenantID)] = [
            (.id("ab"), TenantID("x")), (.booking("ab"), TenantID("x")), (.id("ba"), TenantID("x")),
            (.id("ab"), TenantID("y")), (.id("b"), TenantID("xa")), (.id(""), TenantID("xab")),
        ]
        #expect(Set(keys.map { fingerprinter.print($0.0, of: $0.1).print }).count == keys.count)
    }

    @Test func `another secret makes other prints`() {
        let other = KeyFingerprinter(secret: SipHash.Key(low: 1, high: 3))
        #expect(fingerprinter.print(.id("1"), of: .gym).print != other.print(.id("1"), of: .gym).print)
    }
}

@Suite struct KeyIndexTests {
    @Test(arguments: UInt64(1)...20) func `keys are found as long as they are there`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var index = KeyIndex()
        var model: [KeyFingerprint: (lane: LaneID, number: UInt32)] = [:]
        for turn in 0..<3_000 {
            // Few places and few tags, so that they collide.
            let print = KeyFingerprint(
                low: UInt64.random(in: 0..<500, using: &chance) << 32,
                high: UInt64.random(in: 0..<3, using: &chance) << 56 | UInt64.random(in: 0..<2, using: &chance))
            if let known = model[print] {
                index.remove(known.number)
                model[print] = nil
            } else {
                let lane = LaneID(rawValue: UInt64(turn))
                let key = FingerprintedKey(print: print, kind: 1, isExclusive: false)
                model[print] = (lane, index.insert(key, of: lane))
            }
            let asked = KeyFingerprint(low: UInt64.random(in: 0..<500, using: &chance) << 32, high: print.high)
            #expect(index.lane(of: asked) == model[asked]?.lane, "seed \(seed)")
            if turn % 500 == 0 {
                for (print, known) in model { #expect(index.lane(of: print) == known.lane, "seed \(seed)") }
            }
        }
        for known in model.values { index.remove(known.number) }
        #expect(index.isEmpty, "seed \(seed)")
    }
}

@Suite struct LaneMemoryTests {
    /// Each contact that was ever seen stays in memory, with the names by which it is found.
    @Test func `an idle lane with two keys takes less than 150 bytes`() {
        let count = 20_000
        var table = LaneTable()
        for number in 1...count {
            table.bind(
                [.id("\(number)-0000-4000-8000-000000000000"), .name("person\(number)@example.org\u{1}ann\u{1}li")],
                to: LaneID(rawValue: UInt64(number)), of: .gym)
        }
        // At any fill, but for the 256 pieces' own few words.
        #expect(table.footprint - 256 * 64 < 140 * count)
        let before = table.footprint
        for number in 1...count {
            table.insert(JobID(rawValue: UInt64(number)), .live, into: LaneID(rawValue: UInt64(number)))
        }
        #expect(table.footprint == before, "a single waiting job stands in the lane's own row")
    }
}
