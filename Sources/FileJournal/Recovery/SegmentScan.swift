/// Goes through the records of one segment in order.
struct SegmentScan {
    enum Step {
        case record(FrameHeader, at: UInt64)
        /// One of the journal's own; salvage's marks stand for records that are gone.
        case mark(FrameHeader, at: UInt64, missing: UInt64)
        /// No record was written from here on.
        case end
        /// The bytes here are not the next record.
        case damage(String)
    }

    let header: SegmentHeader
    private var reader: FrameReader
    /// Where the next frame begins, and after damage, where the damage is.
    private(set) var offset = UInt64(SegmentHeader.size)
    private(set) var nextSequence: UInt64
    /// Of the last valid frame; of the one in the segment before it, if there is none.
    private(set) var lastChecksum: UInt32

    init(header: SegmentHeader, file: any OpenFile) throws(FileError) {
        self.header = header
        reader = try FrameReader(file)
        nextSequence = header.firstSequence
        lastChecksum = header.previousChecksum
    }

    var fileSize: UInt64 { reader.size }

    mutating func step() throws(FileError) -> Step {
        // Places are 32 bits wide, and no segment is made that long.
        guard offset <= UInt64(JournalOptions.largestSegment) else { return .damage("the file is too long") }
        switch try reader.frame(at: offset, segment: header.id) {
        case .blank:
            guard try reader.endOfData(from: offset) != nil else { return .end }
            return .damage("zeros where a record should be, and data after them")
        case .broken(let reason):
            return .damage(reason)
        case .frame(let frame, let checksum):
            return accept(frame, checksum)
        }
    }

    private mutating func accept(_ frame: FrameHeader, _ checksum: UInt32) -> Step {
        let start = offset
        switch frame.owner {
        case .caller:
            guard frame.sequence == nextSequence else {
                return .damage("record \(frame.sequence) stands where record \(nextSequence) should be")
            }
            advance(over: frame, checksum)
            return .record(frame, at: start)
        case .journal:
            let isInOrder =
                switch frame.kind {
                case JournalMark.seal: frame.sequence + 1 == nextSequence
                case JournalMark.skipped: frame.sequence + 1 >= nextSequence
                default: false
                }
            guard isInOrder else { return .damage("a mark of kind \(frame.kind) that does not belong here") }
            let missing = frame.sequence + 1 - nextSequence
            advance(over: frame, checksum)
            return .mark(frame, at: start, missing: missing)
        }
    }

    private mutating func advance(over frame: FrameHeader, _ checksum: UInt32) {
        offset += UInt64(frame.frameSize)
        nextSequence = frame.sequence + 1
        lastChecksum = checksum
    }

    mutating func payload(of frame: FrameHeader, at offset: UInt64) throws(FileError) -> [UInt8] {
        try reader.payload(of: frame, at: offset)
    }

    /// After damage: the next valid frame further on, whatever its number.
    mutating func search(from offset: UInt64) throws(FileError) -> (offset: UInt64, header: FrameHeader)? {
        guard let found = try reader.search(from: offset, segment: header.id) else { return nil }
        return (found.offset, found.header)
    }

    /// After damage: goes on at a frame that `search` found, as if everything up to it had been read.
    mutating func resume(at offset: UInt64, sequence: UInt64) {
        self.offset = offset
        nextSequence = sequence
    }

    /// After damage: whether what is broken can have been on its way to the disk when the power went.
    ///
    /// The checkpoint (`durable`) and later records tell of syncs. If one of those covered the record that should be
    /// here, it was damaged afterwards. Asked of the last segment only; the others were synced before the next began.
    func isTorn(durable: UInt64) throws(FileError) -> Bool {
        guard durable < nextSequence else { return false }
        var scan = self
        var from = offset + 8
        while let later = try scan.search(from: from) {
            if later.header.synced >= nextSequence { return false }
            from = later.offset + UInt64(later.header.frameSize)
        }
        return true
    }

    mutating func endOfData() throws(FileError) -> UInt64 {
        try reader.endOfData(from: offset) ?? offset
    }
}
