#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds frames in a file, a window of it in memory at a time.
struct FrameReader {
    enum Finding: Equatable {
        case frame(FrameHeader, checksum: UInt32)
        /// Nothing but zeros from here to where the next frame's header would end.
        case blank
        case broken(String)
    }

    let size: UInt64
    private let file: any OpenFile
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    private static let windowSize = 1 << 20

    init(_ file: any OpenFile) throws(FileError) {
        self.file = file
        size = try file.size()
    }

    /// Reads the frame at an offset and checks all that it says of itself except its sequence number.
    mutating func frame(at offset: UInt64, segment: UInt32) throws(FileError) -> Finding {
        let room = size - min(size, offset)
        let headLength = Int(min(room, UInt64(RecordFormat.headerSize)))
        let head = try bytes(at: offset, count: headLength) { head in
            (isBlank: head.allSatisfy { $0 == 0 }, header: FrameHeader(head))
        }
        if head.isBlank { return .blank }
        guard let header = head.header else { return .broken("no record begins here") }
        // Before anything is read or set aside by this length: it may be any number.
        guard UInt64(header.frameSize) <= room else { return .broken("the record reaches past the file's end") }
        let checksums = try bytes(at: offset, count: header.frameSize) { frame in
            (stored: FrameHeader.storedChecksum(of: frame), real: FrameHeader.checksum(of: frame))
        }
        guard checksums.stored == checksums.real else { return .broken("the record's checksum is wrong") }
        guard header.segment == segment, header.offset == UInt32(truncatingIfNeeded: offset) else {
            return .broken("the record belongs to segment \(header.segment), offset \(header.offset)")
        }
        return .frame(header, checksum: checksums.real)
    }

    mutating func payload(of header: FrameHeader, at offset: UInt64) throws(FileError) -> [UInt8] {
        try bytes(at: offset + UInt64(RecordFormat.headerSize), count: header.length) { Array($0) }
    }

    /// The next valid frame at or after an offset, looked for at every place where one could begin.
    mutating func search(
        from offset: UInt64, segment: UInt32
    ) throws(FileError) -> (offset: UInt64, header: FrameHeader, checksum: UInt32)? {
        var offset = (offset + 7) & ~7
        while offset + UInt64(RecordFormat.headerSize) <= size {
            let magic = try bytes(at: offset, count: 4) { $0.load(UInt32.self, at: 0) }
            if magic == RecordFormat.magic,
                case .frame(let header, let checksum) = try frame(at: offset, segment: segment)
            {
                return (offset, header, checksum)
            }
            offset += 8
        }
        return nil
    }

    /// Where the last byte ends, at or after an offset, that is not zero.
    mutating func endOfData(from start: UInt64) throws(FileError) -> UInt64? {
        var end: UInt64?
        var offset = start
        while offset < size {
            let count = Int(min(size - offset, UInt64(Self.windowSize)))
            let last = try bytes(at: offset, count: count) { piece in
                piece.isAllZero ? nil : piece.lastIndex { $0 != 0 }
            }
            if let last { end = offset + UInt64(last) + 1 }
            offset += UInt64(count)
        }
        return end
    }

    private mutating func bytes<Value>(
        at offset: UInt64, count: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) throws(FileError) -> Value {
        let windowEnd = windowStart + UInt64(window.count)
        if offset < windowStart || offset + UInt64(count) > windowEnd {
            window = try file.read(Int(min(UInt64(max(count, Self.windowSize)), size - min(size, offset))), at: offset)
            windowStart = offset
            // The file was as long as that when it was opened, so something else is cutting it.
            guard window.count >= count else {
                throw FileError(
                    operation: .read, path: "", code: FileError.inputOutput, note: "the file became shorter")
            }
        }
        let start = Int(offset - windowStart)
        return window.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
    }
}

extension UnsafeRawBufferPointer {
    var isAllZero: Bool {
        guard let first, let base = baseAddress else { return true }
        // Each byte equals the one before it, and the first is zero: the C library compares faster than a loop here.
        return first == 0 && memcmp(base, base + 1, count - 1) == 0
    }
}
