/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012).
///
/// Without the key it is not feasible to find two inputs of one hash, or tell anything of the hash from the input.
struct SipHash: Sendable {
    struct Key: Hashable, Sendable {
        var low: UInt64
        var high: UInt64

        static func random() -> Key {
            var random = SystemRandomNumberGenerator()
            return Key(low: random.next(), high: random.next())
        }
    }

    private var v0, v1, v2, v3: UInt64
    /// Bytes that do not make a word yet, the first of them lowest.
    private var tail: UInt64 = 0
    private var count = 0

    init(_ key: Key) {
        v0 = key.low ^ 0x736F_6D65_7073_6575
        v1 = key.high ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = key.low ^ 0x6C79_6765_6E65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var next = 0
        // Up to a whole word, then word by word, then what is left.
        while count & 7 != 0, next < bytes.count {
            take(bytes[next])
            next += 1
        }
        while bytes.count - next >= 8 {
            take(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)))
            count += 8
            next += 8
        }
        while next < bytes.count {
            take(bytes[next])
            next += 1
        }
    }

    private mutating func take(_ byte: UInt8) {
        tail |= UInt64(byte) << (8 * UInt64(count & 7))
        count += 1
        guard count & 7 == 0 else { return }
        take(word: tail)
        tail = 0
    }

    private mutating func take(word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    private mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = v1 << 13 | v1 >> 51
        v3 = v3 << 16 | v3 >> 48
        v1 ^= v0
        v3 ^= v2
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v1
        v0 &+= v3
        v1 = v1 << 17 | v1 >> 47
        v3 = v3 << 21 | v3 >> 43
        v1 ^= v2
        v3 ^= v0
        v2 = v2 << 32 | v2 >> 32
    }

    /// Both halves of the hash of what was taken.
    func value() -> (low: UInt64, high: UInt64) {
        var end = self
        end.take(word: tail | UInt64(truncatingIfNeeded: count) << 56)
        end.v2 ^= 0xEE
        for _ in 0..<4 { end.round() }
        let low = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        end.v1 ^= 0xDD
        for _ in 0..<4 { end.round() }
        return (low, end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
    }
}
