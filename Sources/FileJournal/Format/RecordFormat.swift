/// How one record lies on disk. All integers are little endian.
///
///     offset  size
///          0     4  magic "LSJ1"; the digit is the version of this layout
///          4     1  kind, the caller's business
///          5     1  owner: 0 the caller's record, 1 the journal's own mark (`JournalMark`)
///          6     2  zero
///          8     4  length of the payload in bytes
///         12     4  id of the segment it was written for (0 in a checkpoint)
///         16     8  sequence number
///         24     8  synced: every record up to this one was fsynced when this frame was written
///         32     4  offset of this frame in its file (low 32 bits)
///         36     4  CRC32C of bytes 0–35, the payload and the padding
///         40     n  payload
///       40+n   0–7  zeros, up to a multiple of 8
///
/// A frame is valid if its magic, owner, zeros and checksum are right, it lies wholly inside its file, and it names the
/// segment and the offset where it was found: a block that the disk wrote to the wrong place has a right checksum too.
/// The caller's records are numbered from 1; a mark bears the number of the record before it, which may be 0.
/// Frames follow each other without gaps, their sequence numbers count up by one. Forty zero bytes end a segment.
///
/// `synced` is what tells a torn tail from a damaged one. A batch that power loss cut short may have reached the
/// disk in any order, so a broken frame can have whole ones after it. They were never acknowledged as long as none of
/// them knows of an fsync that covered the broken one.
enum RecordFormat {
    static let magic: UInt32 = 0x314A_534C
    static let headerSize = 40
    static let checksumOffset = 36
    /// No sequence number reaches this, at a billion a second for a century: what does is not one, and sums stay small.
    static let sequenceLimit: UInt64 = 1 << 62
    /// The same for ids of segments, whose files are at most this long as well.
    static let segmentLimit: UInt32 = 1 << 31

    /// Bytes that a record with such a payload takes on disk.
    static func frameSize(payload: Int) -> Int { (headerSize + payload + 7) & ~7 }
}

/// A record that the journal writes for itself. Its sequence number is that of the record before it, so that the
/// caller's numbers have no gaps.
enum JournalMark {
    /// Closed in good order: everything before it is fsynced.
    static let seal: UInt8 = 0
    /// Put by salvage over a stretch that could not be read. Its sequence number is the last one that it stands for.
    static let skipped: UInt8 = 1
    /// First frame of a checkpoint.
    static let checkpointHead: UInt8 = 2
    /// Last frame of a checkpoint: without it the file is not whole.
    static let checkpointFoot: UInt8 = 3
}

struct FrameHeader: Equatable, Sendable {
    enum Owner: UInt8, Sendable {
        case caller = 0
        case journal = 1
    }

    var kind: UInt8
    var owner: Owner
    var length: Int
    var segment: UInt32
    var sequence: UInt64
    var synced: UInt64
    var offset: UInt32

    var frameSize: Int { RecordFormat.frameSize(payload: length) }

    /// Appends the whole frame and returns its checksum.
    func append(payload: [UInt8], to buffer: inout [UInt8]) -> UInt32 {
        precondition(payload.count == length, "a frame's header must tell its payload's length")
        let start = buffer.count
        // Word by word; the last one's upper half is the checksum's place.
        let words = (
            (UInt64(RecordFormat.magic) | UInt64(kind) << 32 | UInt64(owner.rawValue) << 40).littleEndian,
            (UInt64(UInt32(length)) | UInt64(segment) << 32).littleEndian, sequence.littleEndian, synced.littleEndian,
            UInt64(offset).littleEndian
        )
        withUnsafeBytes(of: words) { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: payload)
        let padding = frameSize - RecordFormat.headerSize - length
        withUnsafeBytes(of: UInt64(0)) { buffer.append(contentsOf: $0.prefix(padding)) }
        return buffer.withUnsafeMutableBytes { bytes in
            let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            let checksum = Self.checksum(of: UnsafeRawBufferPointer(frame))
            frame.storeBytes(of: checksum.littleEndian, toByteOffset: RecordFormat.checksumOffset, as: UInt32.self)
            return checksum
        }
    }

    /// Reads the first 40 bytes of a frame; nil if they cannot begin one. The checksum is not looked at.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= RecordFormat.headerSize, bytes.load(UInt32.self, at: 0) == RecordFormat.magic,
            let owner = Owner(rawValue: bytes[5]), bytes.load(UInt16.self, at: 6) == 0
        else { return nil }
        kind = bytes[4]
        self.owner = owner
        length = Int(bytes.load(UInt32.self, at: 8))
        segment = bytes.load(UInt32.self, at: 12)
        sequence = bytes.load(UInt64.self, at: 16)
        synced = bytes.load(UInt64.self, at: 24)
        offset = bytes.load(UInt32.self, at: 32)
        guard sequence >= (owner == .caller ? 1 : 0), sequence < RecordFormat.sequenceLimit,
            synced < RecordFormat.sequenceLimit
        else { return nil }
    }

    init(
        kind: UInt8, owner: Owner = .caller, length: Int, segment: UInt32, sequence: UInt64, synced: UInt64,
        offset: UInt32
    ) {
        self.kind = kind
        self.owner = owner
        self.length = length
        self.segment = segment
        self.sequence = sequence
        self.synced = synced
        self.offset = offset
    }

    /// The checksum that a whole frame, padding included, should bear.
    static func checksum(of frame: UnsafeRawBufferPointer) -> UInt32 {
        let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[..<RecordFormat.checksumOffset]))
        let rest = UnsafeRawBufferPointer(rebasing: frame[RecordFormat.headerSize...])
        return CRC32C.checksum(rest, continuing: head)
    }

    static func storedChecksum(of frame: UnsafeRawBufferPointer) -> UInt32 {
        frame.load(UInt32.self, at: RecordFormat.checksumOffset)
    }
}
