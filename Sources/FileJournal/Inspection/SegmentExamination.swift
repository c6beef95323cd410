/// The records that can be read of one segment, however damaged it is, and the gaps between.
struct SegmentExamination {
    /// Bytes that are no records, between some that are, or before the first.
    struct Gap {
        var offset: UInt64
        var end: UInt64
        /// The last number that is missing; the one before `firstMissing` if none is.
        var firstMissing: UInt64
        var lastMissing: UInt64
        var reason: String
    }

    var report: VerifyReport.Segment
    var header: SegmentHeader
    var headerDamage: String?
    var gaps: [Gap] = []
    /// From here on nothing can be read, and something was written.
    var brokenTail: (offset: UInt64, end: UInt64, reason: String, isTorn: Bool)?
    /// End of the last valid frame.
    var end = UInt64(SegmentHeader.size)
    var nextSequence: UInt64
    var lastChecksum: UInt32
    var skippedSequences: UInt64 = 0

    /// - Parameters:
    ///   - expected: number of the first record, if the segments before tell; used if the header does not.
    ///   - durable: the last record that the checkpoint stands for, if this is the last segment.
    init(
        id: UInt32, path: String, file: any OpenFile, expected: UInt64?, durableIfLast durable: UInt64?
    ) throws(JournalError) {
        var newerVersion: UInt32?
        do throws(FileError) {
            let bytes = try file.read(SegmentHeader.size, at: 0)
            switch Result(catching: { () throws(SegmentHeader.Unreadable) in try SegmentHeader.read(bytes, id: id) }) {
            case .success(let header):
                self.header = header
            case .failure(.version(let version)):
                newerVersion = version
                header = SegmentHeader(id: id, firstSequence: 1, previousChecksum: 0, capacity: 0)
            case .failure(.damaged(let reason)):
                headerDamage = reason
                header = try Self.guessHeader(id, file, expected)
            }
            report = VerifyReport.Segment(id: id, file: path, size: try file.size())
            nextSequence = header.firstSequence
            lastChecksum = header.previousChecksum
            if newerVersion == nil { try scan(file, durable) }
        } catch {
            throw .io(error)
        }
        if let newerVersion { throw .unknownVersion(file: path, version: newerVersion) }
    }

    /// From the segments before, or from the first record that can be read.
    private static func guessHeader(
        _ id: UInt32, _ file: any OpenFile, _ expected: UInt64?
    ) throws(FileError) -> SegmentHeader {
        var reader = try FrameReader(file)
        let found = try reader.search(from: UInt64(SegmentHeader.size), segment: id)
        return SegmentHeader(
            id: id, firstSequence: expected ?? found?.header.firstUsable ?? 1, previousChecksum: 0,
            capacity: UInt32(clamping: reader.size))
    }

    private mutating func scan(_ file: any OpenFile, _ durable: UInt64?) throws(FileError) {
        var scan = try SegmentScan(header: header, file: file)
        while true {
            switch try scan.step() {
            case .record(let frame, _):
                report.records += 1
                report.firstSequence = report.firstSequence ?? frame.sequence
                report.lastSequence = frame.sequence
                report.kinds[frame.kind, default: .init()].records += 1
                report.kinds[frame.kind, default: .init()].payloadBytes += frame.length
                accept(frame, scan)
            case .mark(let frame, _, let missing):
                skippedSequences += missing
                accept(frame, scan)
            case .end:
                return
            case .damage(let reason):
                let isTorn = try durable.map { durable throws(FileError) in try scan.isTorn(durable: durable) } ?? false
                guard !isTorn, let gap = try nextGap(&scan, reason) else {
                    brokenTail = (scan.offset, try scan.endOfData(), reason, isTorn)
                    return
                }
                gaps.append(gap)
                scan.resume(at: gap.end, sequence: gap.lastMissing + 1)
            }
        }
    }

    private mutating func accept(_ frame: FrameHeader, _ scan: SegmentScan) {
        report.usedBytes += UInt64(frame.frameSize)
        end = scan.offset
        nextSequence = scan.nextSequence
        lastChecksum = scan.lastChecksum
    }

    /// Up to the next frame that can follow what was read. Long enough for salvage to put a mark over it.
    private func nextGap(_ scan: inout SegmentScan, _ reason: String) throws(FileError) -> Gap? {
        let expected = scan.nextSequence
        var from = scan.offset + UInt64(RecordFormat.headerSize)
        while let found = try scan.search(from: from) {
            let first = found.header.firstUsable
            if found.header.canFollowGap, first >= expected {
                return Gap(
                    offset: scan.offset, end: found.offset, firstMissing: expected, lastMissing: first - 1,
                    reason: reason)
            }
            from = found.offset + 8
        }
        return nil
    }
}

extension FrameHeader {
    /// The number that a record in this frame's place would have.
    fileprivate var firstUsable: UInt64 { owner == .caller ? sequence : sequence + 1 }

    /// A mark that has no place in a segment is no end of a gap, but part of it.
    fileprivate var canFollowGap: Bool {
        owner == .caller || kind == JournalMark.seal || kind == JournalMark.skipped
    }
}
