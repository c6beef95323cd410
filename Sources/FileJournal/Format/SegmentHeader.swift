/// The first 64 bytes of a segment file. All integers are little endian.
///
///     offset  size
///          0     8  magic "LSJSEGMT"
///          8     4  format version, 1
///         12     4  segment id, counting from 1
///         16     8  sequence number of the first record
///         24     4  checksum of the last frame of the segment before it (0 for the very first): a segment that is
///                   missing, or that lost its end, is noticed by the next one
///         28     4  capacity: the size that the file was made with
///         32    28  zero
///         60     4  CRC32C of bytes 0–59
///
/// A segment becomes part of the journal by a rename, after its header was fsynced and after every record of the
/// segment before it was. So only the last segment can have a torn tail, and no header can be torn.
struct SegmentHeader: Equatable, Sendable {
    static let size = 64
    static let version: UInt32 = 1
    private static let magic: UInt64 = 0x544D_4745_534A_534C

    var id: UInt32
    var firstSequence: UInt64
    var previousChecksum: UInt32
    var capacity: UInt32

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: Self.magic)
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: id)
        bytes.append(littleEndian: firstSequence)
        bytes.append(littleEndian: previousChecksum)
        bytes.append(littleEndian: capacity)
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 28))
        bytes.append(littleEndian: CRC32C.checksum(bytes))
        return bytes
    }

    enum Unreadable: Error, Equatable {
        case damaged(String)
        case version(UInt32)
    }

    static func read(_ bytes: [UInt8], id: UInt32) throws(Unreadable) -> SegmentHeader {
        guard bytes.count == size else { throw .damaged("too short for a segment header") }
        let header = bytes.withUnsafeBytes { bytes -> Result<SegmentHeader, Unreadable> in
            guard bytes.load(UInt64.self, at: 0) == magic else { return .failure(.damaged("not a segment header")) }
            let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<60]))
            guard bytes.load(UInt32.self, at: 60) == checksum else {
                return .failure(.damaged("the segment header's checksum is wrong"))
            }
            // After the checksum: a damaged version must not be taken for a newer one.
            let version = bytes.load(UInt32.self, at: 8)
            guard version == Self.version else { return .failure(.version(version)) }
            return .success(
                SegmentHeader(
                    id: bytes.load(UInt32.self, at: 12), firstSequence: bytes.load(UInt64.self, at: 16),
                    previousChecksum: bytes.load(UInt32.self, at: 24), capacity: bytes.load(UInt32.self, at: 28)))
        }
        let found = try header.get()
        guard found.firstSequence > 0, found.firstSequence < RecordFormat.sequenceLimit,
            found.capacity <= JournalOptions.largestSegment
        else { throw .damaged("the segment header has numbers that none can have") }
        guard found.id == id else { throw .damaged("the header is that of segment \(found.id)") }
        return found
    }
}
