/// A file that stands for every record up to some sequence number.
///
/// Frames as in a segment, under segment id 0 and numbered from 0: a head, the caller's records, a foot. The head's
/// payload: format version (4 bytes, 1), the sequence number (8), the number of segments that exist beside this
/// checkpoint (4), their ids (4 each). The foot's payload: the number of the caller's records (8). It is written aside
/// and renamed when it is whole, so one that is not whole was damaged later.
enum CheckpointFile {
    static let version: UInt32 = 1

    struct Head: Equatable, Sendable {
        var upTo: UInt64
        /// Ascending; the last one was live. Older segments that are not named were retired.
        var segments: [UInt32]

        var bytes: [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: version)
            bytes.append(littleEndian: upTo)
            bytes.append(littleEndian: UInt32(segments.count))
            for segment in segments { bytes.append(littleEndian: segment) }
            return bytes
        }

        init(upTo: UInt64, segments: [UInt32]) {
            self.upTo = upTo
            self.segments = segments
        }

        /// Nil if these bytes are no head; their checksum was right, so a newer version wrote them.
        init?(_ bytes: [UInt8]) {
            let parsed = bytes.withUnsafeBytes { bytes -> Head? in
                guard bytes.count >= 16, bytes.load(UInt32.self, at: 0) == version else { return nil }
                let count = Int(bytes.load(UInt32.self, at: 12))
                guard bytes.count == 16 + 4 * count else { return nil }
                let segments = (0..<count).map { bytes.load(UInt32.self, at: 16 + 4 * $0) }
                let upTo = bytes.load(UInt64.self, at: 4)
                guard upTo < RecordFormat.sequenceLimit, segments.last ?? 0 < RecordFormat.segmentLimit,
                    zip(segments, segments.dropFirst()).allSatisfy({ $0 < $1 })
                else { return nil }
                return Head(upTo: upTo, segments: segments)
            }
            guard let parsed else { return nil }
            self = parsed
        }
    }
}

/// Writes a checkpoint in large pieces.
struct CheckpointWriter {
    private let file: any OpenFile
    /// Called when the disk is full; true if it may be tried again.
    private let makeRoom: () -> Bool
    private var buffer: [UInt8] = []
    private var flushed: UInt64 = 0
    private var ordinal: UInt64 = 0
    private static let pieceSize = 1 << 20

    init(_ file: any OpenFile, head: CheckpointFile.Head, makeRoom: @escaping () -> Bool) throws(FileError) {
        self.file = file
        self.makeRoom = makeRoom
        try append(JournalMark.checkpointHead, .journal, head.bytes)
    }

    mutating func append(_ kind: UInt8, _ payload: [UInt8]) throws(FileError) {
        try append(kind, .caller, payload)
    }

    /// Writes the foot and makes the file durable.
    mutating func finish() throws(FileError) {
        var count: [UInt8] = []
        count.append(littleEndian: ordinal - 1)
        try append(JournalMark.checkpointFoot, .journal, count)
        try flush()
        try file.sync()
    }

    private mutating func append(_ kind: UInt8, _ owner: FrameHeader.Owner, _ payload: [UInt8]) throws(FileError) {
        let header = FrameHeader(
            kind: kind, owner: owner, length: payload.count, segment: 0, sequence: ordinal, synced: 0,
            offset: UInt32(truncatingIfNeeded: flushed + UInt64(buffer.count)))
        _ = header.append(payload: payload, to: &buffer)
        ordinal += 1
        if buffer.count >= Self.pieceSize { try flush() }
    }

    private mutating func flush() throws(FileError) {
        while true {
            do throws(FileError) {
                try file.writeAll(buffer, at: flushed)
                break
            } catch {
                guard error.isNoSpace, makeRoom() else { throw error }
            }
        }
        flushed += UInt64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Reads a checkpoint front to back.
struct CheckpointReader {
    enum Step {
        case record(kind: UInt8, payload: [UInt8])
        /// The foot was found where it should be, and agrees.
        case end
        case damage(String)
    }

    private var reader: FrameReader
    private(set) var offset: UInt64 = 0
    private var ordinal: UInt64 = 0

    init(_ file: any OpenFile) throws(FileError) { reader = try FrameReader(file) }

    var size: UInt64 { reader.size }

    /// The first frame; nil if it is not a head that can be read.
    mutating func head() throws(FileError) -> CheckpointFile.Head? {
        guard case .frame(let frame, _) = try reader.frame(at: 0, segment: 0), frame.owner == .journal,
            frame.kind == JournalMark.checkpointHead, frame.sequence == 0
        else { return nil }
        let head = CheckpointFile.Head(try reader.payload(of: frame, at: 0))
        offset = UInt64(frame.frameSize)
        ordinal = 1
        return head
    }

    mutating func step() throws(FileError) -> Step {
        switch try reader.frame(at: offset, segment: 0) {
        case .blank: return .damage("the checkpoint ends early")
        case .broken(let reason): return .damage(reason)
        case .frame(let frame, _):
            guard frame.sequence == ordinal else { return .damage("a record of the checkpoint is missing") }
            let payload = try reader.payload(of: frame, at: offset)
            switch frame.owner {
            case .caller:
                offset += UInt64(frame.frameSize)
                ordinal += 1
                return .record(kind: frame.kind, payload: payload)
            case .journal:
                let isFoot =
                    frame.kind == JournalMark.checkpointFoot && payload.count == 8
                    && payload.withUnsafeBytes { $0.load(UInt64.self, at: 0) } == ordinal - 1
                    && offset + UInt64(frame.frameSize) == reader.size
                return isFoot ? .end : .damage("a mark that does not belong here")
            }
        }
    }

    /// Tells every record after the head that can be read; returns the places between that cannot.
    mutating func readOn(
        _ body: (UInt8, [UInt8]) throws(FileError) -> Void
    ) throws(FileError) -> [(offset: UInt64, reason: String)] {
        var damage: [(offset: UInt64, reason: String)] = []
        while true {
            switch try step() {
            case .record(let kind, let payload): try body(kind, payload)
            case .end: return damage
            case .damage(let reason):
                damage.append((offset, reason))
                guard try skip() else { return damage }
            }
        }
    }

    /// After damage: goes on at the next record that can be read; false if there is none.
    private mutating func skip() throws(FileError) -> Bool {
        guard let found = try reader.search(from: offset + 8, segment: 0) else { return false }
        offset = found.offset
        ordinal = found.header.sequence
        return true
    }
}
