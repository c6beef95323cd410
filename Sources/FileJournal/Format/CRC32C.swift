/// The Castagnoli checksum (RFC 3720, appendix B.4), eight bytes at a step.
///
/// In Swift rather than with the processor's instruction, which the standard library does not reach without C.
enum CRC32C {
    /// `tables[k * 256 + b]` is the checksum of byte `b` followed by `k` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
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
    static func checksum(_ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var value = ~checksum
            var index = 0
            while index + 8 <= bytes.count {
                let word = bytes.load(UInt64.self, at: index) ^ UInt64(value)
                value =
                    tables[7 * 256 + Int(word & 0xFF)]
                    ^ tables[6 * 256 + Int(word >> 8 & 0xFF)]
                    ^ tables[5 * 256 + Int(word >> 16 & 0xFF)]
                    ^ tables[4 * 256 + Int(word >> 24 & 0xFF)]
                    ^ tables[3 * 256 + Int(word >> 32 & 0xFF)]
                    ^ tables[2 * 256 + Int(word >> 40 & 0xFF)]
                    ^ tables[1 * 256 + Int(word >> 48 & 0xFF)]
                    ^ tables[Int(word >> 56)]
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
