import Synchronization

/// Writes segments: takes what was submitted, writes it, syncs it, and resumes its waiters.
///
/// No timer decides when to sync. While one sync runs, the next batch gathers by itself; alone, a record does not wait.
///
/// Unchecked: the driver makes one call at a time, the live one all of them on one thread.
final class SegmentWriter: JournalWriter, @unchecked Sendable {
    private let core: JournalCore
    private let reader: RecordReader
    /// Released when all work is done.
    private let lock: any OpenFile

    private var file: any OpenFile
    private var segment: UInt32
    private var capacity: Int
    private var end: UInt64
    private var lastChecksum: UInt32
    private var written: UInt64
    private var durable: UInt64
    private var hasUnsealed = false
    private var buffer: [UInt8] = []
    /// Records whose segment could not be made yet.
    private var stalled: [CommitQueue.Pending] = []

    private enum Failure: Error {
        /// There is no file for the next segment. Nothing was written to one, so nothing is in doubt.
        case noSegment(FileError)
        case disk(FileError)
    }

    init(
        core: JournalCore, reader: RecordReader, lock: any OpenFile, file: any OpenFile,
        resuming outcome: Recovery.Outcome
    ) {
        self.core = core
        self.reader = reader
        self.lock = lock
        self.file = file
        segment = outcome.segments.last?.id ?? 0
        capacity = outcome.capacity
        end = outcome.end
        lastChecksum = outcome.lastChecksum
        written = outcome.lastSequence
        durable = outcome.lastSequence
    }

    func turn() -> WriterRest {
        do throws(Failure) {
            if !stalled.isEmpty { return try goOn() }
            switch core.nextStep() {
            case .write(let batch): try write(batch)
            case .sync: try sync()
            case .sleep(let deadline): return .asleep(until: deadline)
            case .stop:
                finish()
                return .ended
            }
        } catch {
            switch error {
            case .disk(let error):
                // Never tried again: after a failed sync the kernel may call lost pages clean, and a second one "succeeds".
                core.poison(error)
            case .noSegment(let error):
                // At the end nothing is waited for: who waits for these records learns that they are not written.
                guard !core.isClosing else {
                    core.poison(error)
                    return .none
                }
                return .asleep(
                    until: core.driver.now().advanced(by: max(core.options.fullDiskRetry, .milliseconds(10))))
            }
        }
        return .none
    }

    /// With records that had no segment. What else was submitted comes behind them.
    private func goOn() throws(Failure) -> WriterRest {
        let batch = stalled
        stalled = []
        // Poisoned meanwhile by a checkpoint: they will not be written.
        if core.state.withLock({ $0.queue.failure }) == nil { try write(batch) }
        return .none
    }

    private func write(_ batch: [CommitQueue.Pending]) throws(Failure) {
        var unflushed = 0
        var last = written
        for (index, record) in batch.enumerated() {
            if record.address.segment != segment {
                try flush(upTo: last, records: unflushed)
                unflushed = 0
                do throws(Failure) { try beginSegment(record.address.segment, firstSequence: record.sequence) } catch {
                    if case .noSegment = error { stalled = Array(batch[index...]) }
                    throw error
                }
            }
            let header = FrameHeader(
                kind: record.kind, length: record.payload.count, segment: segment, sequence: record.sequence,
                synced: durable, offset: record.address.offset)
            precondition(
                UInt64(record.address.offset) == end + UInt64(buffer.count), "a record's place was handed out before")
            lastChecksum = header.append(payload: record.payload, to: &buffer)
            last = record.sequence
            unflushed += 1
        }
        try flush(upTo: last, records: unflushed)
    }

    private func flush(upTo sequence: UInt64, records: Int) throws(Failure) {
        guard !buffer.isEmpty else { return }
        do { try file.writeAll(buffer, at: end) } catch { throw .disk(error) }
        let count = buffer.count
        end += UInt64(count)
        written = sequence
        hasUnsealed = true
        // One huge batch must not hold its memory for ever.
        buffer.removeAll(keepingCapacity: count <= 1 << 20)
        core.wrote(upTo: sequence, records: records, bytes: count)
    }

    private func sync() throws(Failure) {
        guard written > durable else { return }
        let start = core.driver.now()
        do { try file.sync() } catch { throw .disk(error) }
        durable = written
        core.synced(upTo: written, took: core.driver.now() - start)
    }

    /// The segment before is made durable first: an acknowledgement in the new one must not outlive a record in the old.
    private func beginSegment(_ id: UInt32, firstSequence: UInt64) throws(Failure) {
        try sync()
        let (spare, spareFile) = try takeSpare()
        let header = SegmentHeader(
            id: id, firstSequence: firstSequence, previousChecksum: lastChecksum, capacity: UInt32(spare.size))
        let next: any OpenFile
        do { next = try core.segmentFiles.activate(spare, spareFile, as: header) } catch { throw .disk(error) }
        file.close()
        file = next
        capacity = spare.size
        segment = id
        end = UInt64(SegmentHeader.size)
        core.began(SegmentOnDisk(header))
    }

    /// - Throws: `.noSegment` for what may pass, a full disk or no descriptor left; `.disk` for anything else, since a wait
    ///   for a disk that is broken has no end.
    private func takeSpare() throws(Failure) -> (SpareFile, any OpenFile) {
        let spare: SpareFile
        do { spare = try core.takeSpareFile() } catch { throw error.mayPass ? .noSegment(error) : .disk(error) }
        do { return (spare, try core.segmentFiles.open(spare)) } catch {
            // One that is gone is not tried again; the next one is.
            if error.isMissing { throw .noSegment(error) }
            core.putBack(spare)
            throw error.mayPass ? .noSegment(error) : .disk(error)
        }
    }

    private func finish() {
        if core.state.withLock({ $0.queue.failure }) == nil { seal() }
        core.keeper.stop()
        core.allocator.stop()
        core.reading.stop()
        reader.closeAll()
        file.close()
        lock.close()
        core.ended()
    }

    /// Tells the next recovery that everything was durable, so that it takes no damage for a torn tail. Without it
    /// nothing is lost, so an error here fails no caller.
    private func seal() {
        guard hasUnsealed, written == durable, end + UInt64(RecordFormat.headerSize) <= UInt64(capacity) else { return }
        let header = FrameHeader(
            kind: JournalMark.seal, owner: .journal, length: 0, segment: segment, sequence: written, synced: durable,
            offset: UInt32(end))
        var bytes: [UInt8] = []
        _ = header.append(payload: [], to: &bytes)
        try? file.writeAll(bytes, at: end)
        try? file.sync()
    }
}
