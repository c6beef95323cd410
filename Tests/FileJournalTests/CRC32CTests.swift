import Testing

@testable import FileJournal

@Suite struct CRC32CTests {
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ((0..<32).map { UInt8($0) }, 0x46DD_794E),
            ((0..<32).reversed().map { UInt8($0) }, 0x113F_DB5C),
            (iSCSIReadCommand, 0xD996_3A56),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func `the vectors of RFC 3720 come out`(bytes: [UInt8], checksum: UInt32) {
        #expect(CRC32C.checksum(bytes) == checksum)
    }

    @Test func `pieces give what the whole gives`() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let whole = CRC32C.checksum(bytes)
        for split in 0...bytes.count {
            let pieces = bytes.withUnsafeBytes { bytes in
                let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<split]))
                return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[split...]), continuing: head)
            }
            #expect(pieces == whole, "split at \(split)")
        }
    }

    private static let iSCSIReadCommand: [UInt8] = [
        0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0,
        0x18,
        0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]
}
