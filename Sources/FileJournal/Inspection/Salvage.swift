/// Copies a damaged journal's good records, each to the same place, into a directory that opens.
struct Salvage {
    private let source: DirectoryLayout
    private let target: DirectoryLayout
    private let files: any FileSystem
    private var report = SalvageReport()
    private static let pieceSize = 1 << 20

    init(source: DirectoryLayout, target: DirectoryLayout, files: any FileSystem) {
        self.source = source
        self.target = target
        self.files = files
    }

    mutating func run() throws(JournalError) -> SalvageReport {
        let found = try DirectoryExamination(layout: source, files: files)
        do throws(FileError) {
            try files.createDirectory(target.directory)
            guard try files.list(target.directory).isEmpty else { throw FileError.targetNotEmpty(target.directory) }
            try copy(found)
            for damage in found.report.damage where !report.skipped.contains(where: { $0.damage == damage }) {
                report.skipped.append(SalvageReport.Skipped(damage: damage, bytes: 0, sequences: nil))
            }
            try files.syncDirectory(target.directory)
        } catch {
            if error == .targetNotEmpty(target.directory) { throw .notEmpty(directory: target.directory) }
            throw .io(error)
        }
        return report
    }

    private mutating func copy(_ found: DirectoryExamination) throws(FileError) {
        var segments = found.segments
        let first = segments.first?.header.firstSequence ?? (found.head?.upTo ?? 0) + 1
        // Without its head a checkpoint does not say what it stands for: then every record there is counts. One that
        // stands for less than the segments need is that of another time, and what lies between is gone.
        let upTo = max(found.head?.upTo ?? 0, first - 1)
        if segments.isEmpty {
            let id = (found.head?.segments.last ?? 0) + 1
            try writeEmptySegment(SegmentHeader(id: id, firstSequence: upTo + 1, previousChecksum: 0, capacity: 0))
            try writeCheckpoint(found, CheckpointFile.Head(upTo: upTo, segments: [id]))
            return
        }
        var checksum: UInt32 = 0
        for index in segments.indices {
            let next = index + 1 < segments.count ? segments[index + 1].header.firstSequence : upTo + 1
            segments[index].header.previousChecksum = index == 0 ? segments[index].header.previousChecksum : checksum
            checksum = try copy(segments[index], nextSequence: max(next, segments[index].nextSequence))
        }
        if found.report.checkpoint != nil || upTo > 0 || segments.last?.header.id != UInt32(segments.count) {
            try writeCheckpoint(found, CheckpointFile.Head(upTo: upTo, segments: segments.map(\.header.id)))
        }
    }

    /// Returns the checksum of the last frame of the copy.
    private mutating func copy(_ segment: SegmentExamination, nextSequence: UInt64) throws(FileError) -> UInt32 {
        let from = try files.open(segment.report.file, .read)
        defer { from.close() }
        let to = try files.open(target.segment(segment.header.id), .create)
        defer { to.close() }
        try to.writeAll(segment.header.bytes, at: 0)
        var offset = UInt64(SegmentHeader.size)
        for gap in segment.gaps {
            try copy(from, to, offset..<gap.offset)
            _ = try mark(to, segment.header.id, gap.offset..<gap.end, standingFor: gap.lastMissing)
            skip(segment, gap.offset, gap.reason, gap.end - gap.offset, gap.firstMissing, gap.lastMissing)
            offset = gap.end
        }
        try copy(from, to, offset..<segment.end)
        var checksum = segment.lastChecksum
        // Without a frame it is that of the segment before, which may have got another last frame just now.
        if segment.report.usedBytes == 0 { checksum = segment.header.previousChecksum }
        if let tail = segment.brokenTail {
            skip(segment, tail.offset, tail.reason, tail.end - tail.offset, segment.nextSequence, nextSequence - 1)
        }
        if nextSequence > segment.nextSequence {
            let place = segment.end..<(segment.end + UInt64(RecordFormat.headerSize))
            checksum = try mark(to, segment.header.id, place, standingFor: nextSequence - 1)
        }
        try to.sync()
        report.segments += 1
        report.records += segment.report.records
        return checksum
    }

    private func copy(_ from: any OpenFile, _ to: any OpenFile, _ range: Range<UInt64>) throws(FileError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try from.read(Int(min(range.upperBound - offset, UInt64(Self.pieceSize))), at: offset)
            guard !bytes.isEmpty else { return }
            try to.writeAll(bytes, at: offset)
            offset += UInt64(bytes.count)
        }
    }

    /// Covers a stretch with a mark that stands for the records that were there.
    private func mark(
        _ file: any OpenFile, _ segment: UInt32, _ range: Range<UInt64>, standingFor last: UInt64
    ) throws(FileError) -> UInt32 {
        let length = Int(range.upperBound - range.lowerBound) - RecordFormat.headerSize
        let header = FrameHeader(
            kind: JournalMark.skipped, owner: .journal, length: length, segment: segment, sequence: last, synced: 0,
            offset: UInt32(range.lowerBound))
        var bytes: [UInt8] = []
        let checksum = header.append(payload: [UInt8](repeating: 0, count: length), to: &bytes)
        try file.writeAll(bytes, at: range.lowerBound)
        return checksum
    }

    private func writeEmptySegment(_ header: SegmentHeader) throws(FileError) {
        let file = try files.open(target.segment(header.id), .create)
        defer { file.close() }
        try file.writeAll(header.bytes, at: 0)
        try file.sync()
    }

    private mutating func writeCheckpoint(
        _ found: DirectoryExamination, _ head: CheckpointFile.Head
    ) throws(FileError) {
        let file = try files.open(target.checkpoint, .create)
        defer { file.close() }
        var writer = try CheckpointWriter(file, head: head, makeRoom: { false })
        if found.head != nil {
            let from = try files.open(source.checkpoint, .read)
            defer { from.close() }
            var reader = try CheckpointReader(from)
            _ = try reader.head()
            var count = 0
            _ = try reader.readOn { kind, payload throws(FileError) in
                try writer.append(kind, payload)
                count += 1
            }
            report.checkpointRecords = count
        }
        try writer.finish()
    }

    private mutating func skip(
        _ segment: SegmentExamination, _ offset: UInt64, _ reason: String, _ bytes: UInt64, _ first: UInt64,
        _ last: UInt64
    ) {
        report.skipped.append(
            SalvageReport.Skipped(
                damage: Damage(file: segment.report.file, offset: offset, reason: reason), bytes: bytes,
                sequences: first <= last ? first...last : nil))
    }
}

extension FileError {
    fileprivate static func targetNotEmpty(_ path: String) -> FileError {
        FileError(operation: .createDirectory, path: path, code: notEmpty)
    }
}
