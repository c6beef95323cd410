/// Reads a journal's directory back: checkpoint, then every record after it. The directory is locked.
struct Recovery {
    /// The state that writing goes on from.
    struct Outcome {
        var segments: [SegmentOnDisk] = []
        /// Files that seem to be spare segments.
        var spares: [UInt64] = []
        var checkpointUpTo: UInt64 = 0
        var lastSequence: UInt64 = 0
        var lastChecksum: UInt32 = 0
        /// End of the last record in the last segment.
        var end: UInt64 = 0
        var capacity = 0
        var report = RecoveryReport()
    }

    let layout: DirectoryLayout
    let files: any FileSystem
    private var outcome = Outcome()
    private var head: CheckpointFile.Head?

    /// Keeps evidence without filling the disk over years of power cuts.
    private static let tornCopiesKept = 16
    private static let pieceSize = 1 << 20

    init(layout: DirectoryLayout, files: any FileSystem) {
        self.layout = layout
        self.files = files
    }

    /// - Throws: `JournalError`, `FileError`, or what `replay` throws.
    mutating func run(replay: (ReplayedRecord) throws -> Void) throws -> Outcome {
        let names = try files.list(layout.directory)
        // A process that was killed between a rename and its sync left names that the disk may not have yet.
        try files.syncDirectory(layout.directory)
        outcome.spares = names.compactMap(DirectoryLayout.spareNumber).sorted()
        if names.contains("checkpoint") { try replayCheckpoint(replay) }
        let ids = names.compactMap(DirectoryLayout.segmentID).sorted()
        let retired = try checkComplete(ids)
        let kept = ids.filter { !retired.contains($0) }
        let headers = try kept.map { try readHeader($0) }
        outcome.segments = headers.map(SegmentOnDisk.init)
        try replayTail(headers, names, replay)
        for id in retired { try files.remove(layout.segment(id)) }
        if names.contains("checkpoint.tmp") { try files.remove(layout.checkpointAside) }
        return outcome
    }

    private mutating func replayCheckpoint(_ replay: (ReplayedRecord) throws -> Void) throws {
        let file = try files.open(layout.checkpoint, .read)
        defer { file.close() }
        var reader = try CheckpointReader(file)
        guard let head = try reader.head() else {
            throw damage(layout.checkpoint, 0, "no checkpoint of a known version")
        }
        while true {
            switch try reader.step() {
            case .record(let kind, let payload):
                try replay(.checkpoint(kind: kind, payload: payload))
                outcome.report.checkpointRecords += 1
            case .end:
                outcome.report.bytesScanned += Int(reader.size)
                outcome.checkpointUpTo = head.upTo
                self.head = head
                return
            case .damage(let reason):
                throw damage(layout.checkpoint, reader.offset, reason)
            }
        }
    }

    /// Throws if a segment is missing; returns those that the checkpoint retired but a crash left behind.
    private func checkComplete(_ ids: [UInt32]) throws(JournalError) -> Set<UInt32> {
        let present = Set(ids)
        let named = head?.segments ?? []
        for id in named where !present.contains(id) {
            throw damage(layout.segment(id), 0, "the segment is missing, and the checkpoint needs it")
        }
        let newest = named.last ?? 0
        var next = newest
        for id in ids where id > newest {
            next += 1
            guard id == next else { throw damage(layout.segment(next), 0, "the segment is missing") }
        }
        return present.filter { $0 < newest && !named.contains($0) }
    }

    private func readHeader(_ id: UInt32) throws -> SegmentHeader {
        let file = try files.open(layout.segment(id), .read)
        defer { file.close() }
        let bytes = try file.read(SegmentHeader.size, at: 0)
        do throws(SegmentHeader.Unreadable) {
            return try SegmentHeader.read(bytes, id: id)
        } catch {
            switch error {
            case .damaged(let reason): throw damage(layout.segment(id), 0, reason)
            case .version(let version): throw JournalError.unknownVersion(file: layout.segment(id), version: version)
            }
        }
    }

    private mutating func replayTail(
        _ headers: [SegmentHeader], _ names: [String], _ replay: (ReplayedRecord) throws -> Void
    ) throws {
        outcome.lastSequence = outcome.checkpointUpTo
        // A segment holds nothing new if the next one begins with what the checkpoint covers, or right after it.
        let first = headers.indices.last { $0 == 0 || headers[$0].firstSequence <= outcome.checkpointUpTo + 1 } ?? 0
        var before: SegmentScan?
        for (index, header) in headers.enumerated() where index >= first {
            let startsRight =
                before.map { header.firstSequence == $0.nextSequence && header.previousChecksum == $0.lastChecksum }
                ?? (header.firstSequence <= outcome.checkpointUpTo + 1)
            guard startsRight else {
                throw damage(layout.segment(header.id), 0, "the segment does not continue the one before it")
            }
            before = try replaySegment(header, isLast: index == headers.count - 1, names, replay)
        }
        guard let last = before else { return }
        outcome.lastSequence = last.nextSequence - 1
        outcome.lastChecksum = last.lastChecksum
        outcome.end = last.offset
        outcome.capacity = Int(last.header.capacity)
        guard outcome.lastSequence >= outcome.checkpointUpTo else {
            throw damage(layout.segment(last.header.id), last.offset, "records that the checkpoint covers are gone")
        }
    }

    private mutating func replaySegment(
        _ header: SegmentHeader, isLast: Bool, _ names: [String], _ replay: (ReplayedRecord) throws -> Void
    ) throws -> SegmentScan {
        let path = layout.segment(header.id)
        let file = try files.open(path, isLast ? .update : .read)
        defer { file.close() }
        var scan = try SegmentScan(header: header, file: file)
        var unsynced = UnsyncedTail()
        outcome.report.bytesScanned += Int(scan.fileSize)
        while true {
            switch try scan.step() {
            case .record(let frame, let offset):
                if isLast { unsynced.note(frame, at: offset) }
                guard frame.sequence > outcome.checkpointUpTo else { continue }
                try replay(
                    .tail(
                        JournalRecord(
                            kind: frame.kind, sequence: frame.sequence,
                            address: RecordAddress(segment: header.id, offset: UInt32(offset)),
                            payload: scan.payload(of: frame, at: offset))))
                outcome.report.tailRecords += 1
            case .mark(let frame, let offset, let missing):
                if isLast { unsynced.note(frame, at: offset) }
                outcome.report.skippedSequences += missing
            case .end:
                if isLast { try writeAgain(unsynced, file, end: scan.offset) }
                return scan
            case .damage(let reason):
                guard isLast, try scan.isTorn(durable: outcome.checkpointUpTo) else {
                    throw damage(path, scan.offset, reason)
                }
                try writeAgain(unsynced, file, end: scan.offset)
                outcome.report.torn = try cut(scan, file, names)
                return scan
            }
        }
    }

    /// What was read may be in the system's cache only: after a kill it was never synced, and after a sync that failed
    /// it counts as clean, so that another sync alone would bring nothing to the disk. From here on it counts as durable.
    private func writeAgain(_ tail: UnsyncedTail, _ file: any OpenFile, end: UInt64) throws(FileError) {
        guard let start = tail.start else { return }
        var offset = start
        while offset < end {
            let bytes = try file.read(Int(min(end - offset, UInt64(Self.pieceSize))), at: offset)
            guard !bytes.isEmpty else { break }
            try file.writeAll(bytes, at: offset)
            offset += UInt64(bytes.count)
        }
        try file.sync()
    }

    /// Copies the torn bytes aside, then writes zeros over them: the blocks stay set aside, and no later scan meets them.
    private mutating func cut(
        _ scan: SegmentScan, _ file: any OpenFile, _ names: [String]
    ) throws(FileError) -> RecoveryReport.TornTail {
        var scan = scan
        let id = scan.header.id
        let end = try scan.endOfData()
        let bytes = try file.read(Int(end - scan.offset), at: scan.offset)
        let copies = DirectoryLayout.tornCopies(of: id, among: names)
        let path = layout.torn(id, (copies.last ?? 0) + 1)
        try keep(bytes, at: path)

        try file.writeAll([UInt8](repeating: 0, count: bytes.count), at: scan.offset)
        try file.sync()
        for old in copies.dropLast(Self.tornCopiesKept - 1) { try files.remove(layout.torn(id, old)) }
        return RecoveryReport.TornTail(
            file: layout.segment(id), offset: scan.offset, bytes: bytes.count, copy: path)
    }

    /// On a full disk a spare segment gives way: a copy that cannot be kept must not keep the journal shut.
    private mutating func keep(_ bytes: [UInt8], at path: String) throws(FileError) {
        while true {
            do throws(FileError) {
                let copy = try files.open(path, .create)
                defer { copy.close() }
                try copy.writeAll(bytes, at: 0)
                try copy.sync()
                try files.syncDirectory(layout.directory)
                return
            } catch {
                guard error.isNoSpace, let spare = outcome.spares.popLast() else { throw error }
                try files.remove(layout.spare(spare))
            }
        }
    }

    private func damage(_ file: String, _ offset: UInt64, _ reason: String) -> JournalError {
        .corrupt(Damage(file: file, offset: offset, reason: reason))
    }
}
