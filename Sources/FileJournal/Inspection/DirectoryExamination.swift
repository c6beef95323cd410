/// The checkpoint and segments of a directory, as far as they can be read.
struct DirectoryExamination {
    private(set) var report = VerifyReport()
    private(set) var head: CheckpointFile.Head?
    /// By id. Those that a checkpoint retired are not among them.
    private(set) var segments: [SegmentExamination] = []

    private let layout: DirectoryLayout
    private let files: any FileSystem

    init(layout: DirectoryLayout, files: any FileSystem) throws(JournalError) {
        self.layout = layout
        self.files = files
        let names = try list()
        if names.contains("checkpoint") { try examineCheckpoint() }
        let newest = head?.segments.last ?? 0
        let ids = names.compactMap(DirectoryLayout.segmentID).sorted()
            .filter { id in id > newest || head?.segments.contains(id) ?? true }
        reportMissing(ids, newest)
        for id in ids { try examine(id, isLast: id == ids.last) }
        if let head, let last = segments.last, last.nextSequence <= head.upTo {
            note(last.report.file, last.end, "records that the checkpoint covers are gone")
        }
        report.tornCopies = names.filter { $0.contains(".segment.torn-") }.sorted().map(layout.path)
    }

    private func list() throws(JournalError) -> [String] {
        do throws(FileError) { return try files.list(layout.directory) } catch { throw .io(error) }
    }

    private mutating func examineCheckpoint() throws(JournalError) {
        do throws(FileError) {
            let file = try files.open(layout.checkpoint, .read)
            defer { file.close() }
            var reader = try CheckpointReader(file)
            head = try reader.head()
            var checkpoint = VerifyReport.Checkpoint(file: layout.checkpoint, size: reader.size, upTo: head?.upTo)
            if head == nil {
                note(layout.checkpoint, 0, "no checkpoint of a known version")
            } else {
                let damage = try reader.readOn { _, _ in checkpoint.records += 1 }
                for (offset, reason) in damage { note(layout.checkpoint, offset, reason) }
            }
            report.checkpoint = checkpoint
        } catch {
            throw .io(error)
        }
    }

    private mutating func reportMissing(_ ids: [UInt32], _ newest: UInt32) {
        for id in head?.segments ?? [] where !ids.contains(id) {
            note(layout.segment(id), 0, "the segment is missing, and the checkpoint needs it")
        }
        var next = newest + 1
        for id in ids where id > newest {
            // Not one by one: a stray file may have any number.
            let more = id - next > 1 ? ", and \(id - next - 1) more after it" : ""
            if id > next { note(layout.segment(next), 0, "the segment is missing" + more) }
            next = id + 1
        }
    }

    private mutating func examine(_ id: UInt32, isLast: Bool) throws(JournalError) {
        let path = layout.segment(id)
        let before = segments.last
        let file: any OpenFile
        do throws(FileError) { file = try files.open(path, .read) } catch { throw .io(error) }
        defer { file.close() }
        let segment = try SegmentExamination(
            id: id, path: path, file: file, expected: before?.nextSequence,
            durableIfLast: isLast ? head?.upTo ?? 0 : nil)
        if let reason = segment.headerDamage {
            note(path, 0, reason)
        } else if before == nil, segment.header.firstSequence > (head?.upTo ?? 0) + 1, report.damage.isEmpty {
            note(path, 0, "the segment does not continue the one before it")
        } else if let before, before.header.id + 1 == id, before.headerDamage == nil, before.brokenTail == nil,
            segment.header.firstSequence != before.nextSequence
                || segment.header.previousChecksum != before.lastChecksum
        {
            note(path, 0, "the segment does not continue the one before it")
        }
        for gap in segment.gaps { note(path, gap.offset, gap.reason) }
        if let tail = segment.brokenTail {
            let damage = Damage(file: path, offset: tail.offset, reason: tail.reason)
            if tail.isTorn { report.torn = damage } else { report.damage.append(damage) }
        }
        report.skippedSequences += segment.skippedSequences
        report.segments.append(segment.report)
        segments.append(segment)
    }

    private mutating func note(_ file: String, _ offset: UInt64, _ reason: String) {
        report.damage.append(Damage(file: file, offset: offset, reason: reason))
    }
}
