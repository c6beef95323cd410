import Synchronization

/// Writes a checkpoint and retires segments, on the maintenance thread.
struct Checkpointing: Sendable {
    let core: JournalCore
    let reader: RecordReader

    func write(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])>, upTo: UInt64, retiring: [UInt32]
    ) throws(JournalError) {
        let (plan, retired) = try decide(upTo: upTo, retiring: retiring)
        try writeAside(records, plan)
        try replace(upTo: upTo)
        core.state.withLock { state in
            state.segments.removeAll { retired.contains($0) }
            state.checkpointUpTo = upTo
            state.stats.checkpoints += 1
        }
        core.reading.run { [reader] in reader.forget(retired.map(\.id)) }
        for segment in retired {
            if recycle(segment) { continue }
            // One that stays is not named by the checkpoint, so the next opening removes it.
            try? core.files.remove(core.layout.segment(segment.id))
            core.state.withLock { state in state.queue.withSpace { $0.retired(segment.capacity) } }
        }
        core.state.withLock { state in state.queue.withSpace { $0.diskGainedRoom() } }
    }

    /// On a full disk a retired segment becomes a spare: what goes back to the disk there, others take. False if it must be
    /// deleted.
    ///
    /// Its records are overwritten under its old name, by which the next opening deletes it: a spare is blank.
    private func recycle(_ segment: SegmentOnDisk) -> Bool {
        guard segment.capacity >= core.options.smallestSegment, segment.capacity <= core.options.segmentSize,
            let number = core.state.withLock({ $0.queue.space.isShort ? $0.takeSpareNumber() : nil })
        else { return false }
        let spare = SpareFile(number: number, size: segment.capacity)
        do throws(FileError) { try core.segmentFiles.recycle(segment.id, as: spare) } catch { return false }
        core.state.withLock { state in
            state.spares.append(spare)
            state.queue.withSpace { space in
                space.retired(segment.capacity)
                space.recycled(segment.capacity)
            }
        }
        return true
    }

    /// The segments that are retired, and those that the checkpoint names.
    private func decide(
        upTo: UInt64, retiring: [UInt32]
    ) throws(JournalError) -> (CheckpointFile.Head, retired: [SegmentOnDisk]) {
        let asked = Set(retiring)
        typealias Plan = (CheckpointFile.Head, retired: [SegmentOnDisk])
        return try core.state.withLock { state -> Result<Plan, JournalError> in
            precondition(upTo >= state.checkpointUpTo, "a checkpoint cannot stand for less than the one before it")
            if let failure = state.queue.failure { return .failure(failure) }
            // The last one is live. A record after the checkpoint exists nowhere else.
            let retired = zip(state.segments, state.segments.dropFirst())
                .filter { asked.contains($0.id) && $1.firstSequence <= upTo + 1 }.map(\.0)
            let kept = state.segments.map(\.id).filter { id in !retired.contains { $0.id == id } }
            return .success((CheckpointFile.Head(upTo: upTo, segments: kept), retired))
        }.get()
    }

    /// An error here leaves the journal as it was: each attempt writes a file of its own, and the one that counts was
    /// not touched.
    private func writeAside(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])>, _ head: CheckpointFile.Head
    ) throws(JournalError) {
        do throws(FileError) {
            let file = try core.files.open(core.layout.checkpointAside, .create)
            defer { file.close() }
            var writer = try CheckpointWriter(file, head: head, makeRoom: reclaimSpare)
            for record in records {
                guard record.payload.count <= core.options.maxPayload else {
                    throw FileError(
                        operation: .write, path: core.layout.checkpointAside, code: FileError.tooBig,
                        note: "a record of \(record.payload.count) bytes")
                }
                try writer.append(record.kind, record.payload)
            }
            try writer.finish()
        } catch {
            try? core.files.remove(core.layout.checkpointAside)
            throw .checkpointFailed(error)
        }
    }

    /// If this fails, which checkpoint the disk will show after a loss of power is not known, and a second sync of the
    /// directory could not be believed. Nothing was retired, so either is right; but the journal must not go on.
    private func replace(upTo: UInt64) throws(JournalError) {
        do throws(FileError) {
            try core.files.rename(core.layout.checkpointAside, to: core.layout.checkpoint)
            try core.files.syncDirectory(core.layout.directory)
        } catch {
            core.poison(error)
            throw .poisoned(reason: error.description)
        }
    }

    /// On a full disk a checkpoint is what makes room again, so it may use what was set aside for that.
    private func reclaimSpare() -> Bool {
        let spare = core.state.withLock { state in
            state.queue.withSpace { $0.reclaimSpare() } ? state.spares.popLast() : nil
        }
        guard let spare else { return false }
        return (try? core.files.remove(core.layout.spare(spare.number))) != nil
    }
}
