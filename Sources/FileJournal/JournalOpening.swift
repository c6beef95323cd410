/// Locks, recovers, makes the first segment if there is none, and starts the writer.
struct JournalOpening {
    let layout: DirectoryLayout
    let files: any FileSystem
    let options: JournalOptions
    let driver: any JournalDriver

    /// - Throws: `JournalError`, `FileError`, or what `replay` throws. The directory is free again then.
    func run(_ replay: (ReplayedRecord) throws -> Void) throws -> (JournalCore, RecordReader, RecoveryReport) {
        let began = driver.now()
        try files.createDirectory(layout.directory)
        let lock = try takeLock()
        do {
            var recovery = Recovery(layout: layout, files: files)
            var outcome = try recovery.run(replay: replay)
            let file = try liveSegment(&outcome)
            outcome.report.duration = driver.now() - began
            let (core, reader) = start(outcome, lock, file)
            return (core, reader, outcome.report)
        } catch {
            lock.close()
            throw error
        }
    }

    private func takeLock() throws -> any OpenFile {
        do throws(FileError) {
            return try files.lock(layout.lock)
        } catch {
            guard error.isHeldElsewhere else { throw error }
            throw JournalError.inUse(directory: layout.directory, holder: error.note)
        }
    }

    private var segmentFiles: SegmentFiles { SegmentFiles(layout: layout, files: files) }

    /// The file that is written next: the last segment, or a first one.
    private func liveSegment(_ outcome: inout Recovery.Outcome) throws(FileError) -> any OpenFile {
        if let last = outcome.segments.last {
            let file = try files.open(layout.segment(last.id), .update)
            // A copy made by a backup may have lost its empty end.
            if try file.size() < UInt64(outcome.capacity) {
                try file.allocate(UInt64(outcome.capacity))
                try file.sync()
            }
            return file
        }
        let spare = SpareFile(number: 0, size: options.smallestSegment)
        try segmentFiles.makeSpare(spare)
        let header = SegmentHeader(id: 1, firstSequence: 1, previousChecksum: 0, capacity: UInt32(spare.size))
        let file = try segmentFiles.activate(spare, segmentFiles.open(spare), as: header)
        outcome.segments = [SegmentOnDisk(header)]
        outcome.end = UInt64(SegmentHeader.size)
        outcome.capacity = spare.size
        return file
    }

    /// Spares outlive a process, so that what was reserved stays set aside while no process holds the journal.
    ///
    /// Nothing but a header was ever written to one, which its next use overwrites. One of another size was made under
    /// other options, or cut short while it was made.
    private func adopt(_ number: UInt64) -> SpareFile? {
        let path = layout.spare(number)
        do throws(FileError) {
            let file = try files.open(path, .read)
            defer { file.close() }
            let size = try file.size()
            if size >= UInt64(options.smallestSegment), size <= UInt64(options.segmentSize), size % 8 == 0 {
                return SpareFile(number: number, size: Int(size))
            }
        } catch { return nil }
        // That it stays there does no harm.
        try? files.remove(path)
        return nil
    }

    private func start(
        _ outcome: Recovery.Outcome, _ lock: any OpenFile, _ file: any OpenFile
    ) -> (JournalCore, RecordReader) {
        let next = RecordAddress(segment: outcome.segments.last?.id ?? 1, offset: UInt32(outcome.end))
        var queue = CommitQueue(
            options: options, last: outcome.lastSequence, next: next, capacity: outcome.capacity,
            closed: outcome.segments.dropLast().map(\.capacity))
        var spares = outcome.spares.compactMap(adopt)
        queue.withSpace { space in for spare in spares { space.made(spare.size) } }
        var nextSpare = (outcome.spares.last ?? 0) + 1
        // The first one at once, so that a new journal does not begin by refusing. A full disk is no reason not to
        // open: what was reserved for completion is to be used up, and reading must be possible.
        if let size = queue.withSpace({ $0.beginPreparing(at: driver.now()) }) {
            let spare = SpareFile(number: nextSpare, size: size)
            do throws(FileError) {
                try segmentFiles.makeSpare(spare)
                spares.append(spare)
                nextSpare += 1
                queue.withSpace { $0.prepared(size) }
            } catch { queue.withSpace { $0.failed(size, error.description, at: driver.now()) } }
        }
        let core = JournalCore(
            layout: layout, files: files, options: options, segmentFiles: segmentFiles, driver: driver,
            state: JournalCore.State(
                queue: queue, segments: outcome.segments, spares: spares, nextSpare: nextSpare,
                checkpointUpTo: outcome.checkpointUpTo, kept: KeptRecords(most: options.keptBytes)))
        let reader = RecordReader(layout: layout, files: files, readsAhead: options.keptBytes > 0)
        driver.start(SegmentWriter(core: core, reader: reader, lock: lock, file: file, resuming: outcome))
        return (core, reader)
    }
}
