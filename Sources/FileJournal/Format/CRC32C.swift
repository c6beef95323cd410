/// The Castagnoli checksum (RFC 3720, appendix B.4), sixteen bytes at a step.
///
/// In Swift rather than with the processor's instruction, which the standard library does not reach without C.
package enum CRC32C {
    /// `tables[k * 256 + b]` is the checksum of byte `b` followed by `k` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = (before >> 8) ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    /// - Parameter checksum: that of the bytes before these, when they come in pieces.
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var value = ~checksum
            var index = 0
            /// The part of one word, with so many bytes behind it.
            func part(_ word: UInt64, before count: Int) -> UInt32 {
                let first = count * 256
                return tables[first + 7 * 256 + Int(word & 0xFF)]
                    ^ tables[first + 6 * 256 + Int(word >> 8 & 0xFF)]
                    ^ tables[first + 5 * 256 + Int(word >> 16 & 0xFF)]
                    ^ tables[first + 4 * 256 + Int(word >> 24 & 0xFF)]
                    ^ tables[first + 3 * 256 + Int(word >> 32 & 0xFF)]
                    ^ tables[first + 2 * 256 + Int(word >> 40 & 0xFF)]
                    ^ tables[first + 1 * 256 + Int(word >> 48 & 0xFF)]
                    ^ tables[first + Int(word >> 56)]
            }
            func word(at index: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            }
            while index + 16 <= bytes.count {
                value = part(word(at: index) ^ UInt64(value), before: 8) ^ part(word(at: index + 8), before: 0)
                index += 16
            }
            if index + 8 <= bytes.count {
                value = part(word(at: index) ^ UInt64(value), before: 0)
                index += 8
            }
            while index < bytes.count {
                value = (value >> 8) ^ tables[Int((value ^ UInt32(bytes[index])) & 0xFF)]
                index += 1
            }
            return ~value
        }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }
}
