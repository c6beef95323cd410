import Synchronization

/// An append-only log in a directory: checksummed records in one order, durable when it says so.
///
/// `submit` gives a record its place at once; `written` and `durable` tell when the kernel and the disk have it. All
/// files are touched by threads of the journal's own, so no caller ever waits for a disk except by `await`.
///
/// After any error of a write or a sync the journal is *poisoned*: what was not acknowledged fails, and nothing more is
/// taken. Only opening it again, which reads what the disk has, clears that.
public final class Journal: Sendable {
    private let core: JournalCore
    private let reader: RecordReader
    /// The report of recovery.
    public let recovery: RecoveryReport

    /// Opens the journal of a directory, which is made if needed, and tells its records again, in order.
    ///
    /// A torn tail is cut, with a copy kept beside it. Anything else that is not as it was written is an error.
    /// Blocks for as long as the records after the last checkpoint take to read.
    ///
    /// - Parameter replay: called on the calling thread. What it throws ends the opening and is thrown on.
    /// - Throws: `JournalError`, or what `replay` throws.
    public static func open(
        _ directory: String, options: JournalOptions = JournalOptions(), files: any FileSystem = PosixFileSystem(),
        replay: (ReplayedRecord) throws -> Void
    ) throws -> Journal {
        try open(directory, options: options, files: files, driver: ThreadDriver(), replay: replay)
    }

    /// Opens with a driver that performs the journal's work: see `JournalDriver`.
    package static func open(
        _ directory: String, options: JournalOptions, files: any FileSystem, driver: any JournalDriver,
        replay: (ReplayedRecord) throws -> Void
    ) throws -> Journal {
        try options.check()
        let opening = JournalOpening(
            layout: DirectoryLayout(directory: directory), files: files, options: options, driver: driver)
        do {
            let (core, reader, report) = try opening.run(replay)
            return Journal(core: core, reader: reader, recovery: report)
        } catch let error as FileError {
            throw JournalError.io(error)
        }
    }

    private init(core: JournalCore, reader: RecordReader, recovery: RecoveryReport) {
        self.core = core
        self.reader = reader
        self.recovery = recovery
    }

    /// Not closed in good order: what was submitted is still written, and the lock released, some time later.
    deinit { core.beginClose() }

    /// Takes a place in the order; the record is on its way to the disk. Never waits.
    ///
    /// - Parameter reserve: bytes (as `frameSize` counts them) that later records about the same thing may need. They
    ///   are set aside now, so that a full disk stops new work and never the completion of old work.
    /// - Throws: `.full` when room for both is not certain, `.poisoned`, `.closed`, `.tooLarge`.
    public func submit(_ kind: UInt8, _ payload: [UInt8], reserve: Int = 0) throws(JournalError) -> Ticket {
        try core.submit(kind, payload, .intake(reserving: reserve))
    }

    /// Submits a record that room was reserved for, which a full disk does not refuse.
    ///
    /// - Parameter release: how much of the reserve ends with this record. What it takes itself comes out of that, so
    ///   give back at least its `frameSize`, sooner or later.
    /// - Throws: `.poisoned`, `.closed`, `.tooLarge`; `.full` only if more was written than was ever reserved.
    public func submit(_ kind: UInt8, _ payload: [UInt8], release: Int) throws(JournalError) -> Ticket {
        try core.submit(kind, payload, .reserved(releasing: release))
    }

    /// How an owner that compacts pays for a record. See `setNeeds`.
    public enum Use: Sendable {
        /// Belongs to what was accepted. Refused while only compaction can make room, which then does.
        case needed
        /// A live record that compaction moves to the end of the log.
        case copy
        /// Worth having, and not needed: only with room that nothing else counts on.
        case optional
    }

    /// Submits a record of an owner that compacts.
    ///
    /// - Throws: `.full`, `.poisoned`, `.closed`, `.tooLarge`.
    public func submit(_ kind: UInt8, _ payload: [UInt8], as use: Use) throws(JournalError) -> Ticket {
        switch use {
        case .needed: try core.submit(kind, payload, .needed)
        case .copy: try core.submit(kind, payload, .copy)
        case .optional: try core.submit(kind, payload, .optional)
        }
    }

    /// Says what an owner that compacts must be able to write; whenever it changes. From then on intake is refused unless
    /// all of it fits, with room to compact: then compaction makes room for whatever is written instead of it.
    ///
    /// - Parameters:
    ///   - holding: bytes of records (as `frameSize` counts them) that live, or that were promised room to live.
    ///   - checkpoint: bytes of the next checkpoint.
    public func setNeeds(holding: Int, checkpoint: Int) {
        precondition(holding >= 0 && checkpoint >= 0, "needs cannot be negative")
        core.setNeeds(SpaceLedger.Needs(holding: holding, checkpoint: checkpoint))
    }

    /// How often more room was set aside. Asked before a record is submitted, it tells afterwards whether a refusal is
    /// out of date.
    public var roomGains: UInt64 { core.state.withLock { $0.queue.space.gains } }

    /// Waits for room that is being set aside, unless there is more already than there was at so many gains.
    ///
    /// - Returns: whether there is more. False, at once, if none is being set aside: then a refusal stands.
    public nonisolated(nonsending) func waitForRoom(after gains: UInt64) async -> Bool {
        await core.waitForRoom(after: gains)
    }

    /// Bytes that a record takes on disk.
    public static func frameSize(payload: Int) -> Int { RecordFormat.frameSize(payload: payload) }

    /// Runs `submissions` so that the records which it submits are written together, once it has returned.
    ///
    /// So the writer is woken once for all of them, and does not begin with the first alone.
    package func together<Value>(_ submissions: () -> Value) -> Value {
        core.beginTogether()
        defer { core.endTogether() }
        return submissions()
    }

    /// A record that is in memory, without a wait and without reading: one of those that were submitted last, or that follow
    /// in the file what was read last. Nil for all others.
    package func kept(_ address: RecordAddress) -> JournalRecord? { core.state.withLock { $0.kept[address] } }

    /// Says how much is reserved for what recovery found unfinished. Reserves do not outlive the process by themselves.
    public func setReserved(_ bytes: Int) {
        precondition(bytes >= 0, "a reserve cannot be negative")
        core.setReserved(bytes)
    }

    /// Returns when the kernel has the record: it survives the end of this process, not a loss of power.
    ///
    /// Not cancellable, since the record is under way; bounded by the disk's own time for a write.
    public nonisolated(nonsending) func written(_ ticket: Ticket) async throws(JournalError) {
        try await core.wait(for: .written, of: ticket.sequence)
    }

    /// Returns when the disk has the record, and with it all before it: they survive a loss of power.
    ///
    /// - Throws: `.poisoned`, after which it is not known whether the record is there.
    public nonisolated(nonsending) func durable(_ ticket: Ticket) async throws(JournalError) {
        try await core.wait(for: .durable, of: ticket.sequence)
    }

    /// Asks for a sync without waiting for it: `durableSequence` tells when it is done.
    package func wantDurable(_ ticket: Ticket) { core.want(durable: ticket.sequence) }

    /// Every record up to this one survives a loss of power.
    public var durableSequence: UInt64 { core.state.withLock { $0.queue.durable } }

    /// Every record up to this one survives the end of this process.
    package var writtenSequence: UInt64 { core.state.withLock { $0.queue.written } }

    /// Number of the record submitted last; 0 if there never was one.
    public var lastSequence: UInt64 { core.state.withLock { $0.queue.nextSequence - 1 } }

    /// Reads one record back, wherever it is on its way, and checks it.
    ///
    /// - Throws: `.noRecord`, `.segmentMissing`, `.corrupt`, `.io`, `.closed`. None of these poisons.
    public nonisolated(nonsending) func read(_ address: RecordAddress) async throws(JournalError) -> JournalRecord {
        if let record = core.state.withLock({ $0.queue.unwritten(at: address) }) { return record }
        let result = await withCheckedContinuation { continuation in
            read(address) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same, from the disk, with a call in place of a wait.
    package func read(
        _ address: RecordAddress, then tell: @escaping @Sendable (Result<JournalRecord, JournalError>) -> Void
    ) {
        let isTaken = core.reading.run { [core, reader] in
            // Brought meanwhile by a read before this one.
            if let record = core.state.withLock({ $0.kept.ahead[address] }) { return tell(.success(record)) }
            let result = Result { () throws(JournalError) in try reader.read(address) }
            if !reader.following.isEmpty { core.state.withLock { $0.kept.ahead.add(reader.takeFollowing()) } }
            tell(result)
        }
        if !isTaken { tell(.failure(.closed)) }
    }

    /// Writes a checkpoint, which stands for every record up to `upTo` from then on, and deletes segments.
    ///
    /// It is written aside, synced, renamed, and the directory synced; `upTo` is made durable first. When the journal
    /// opens next, `records` are told in place of what they stand for. Segments that are not retired stay readable.
    ///
    /// - Parameters:
    ///   - upTo: not beyond what was submitted, not before that of the last checkpoint.
    ///   - retiring: segments that will not be read again. The live one, and any with a record after `upTo`, stay.
    /// - Throws: `.checkpointFailed`, after which nothing has changed; `.poisoned`; `.closed`.
    public func checkpoint(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])> & Sendable, upTo: UInt64, retiring: [UInt32]
    ) async throws(JournalError) {
        if upTo > 0 { try await core.wait(for: .durable, of: upTo) }
        let result = await withCheckedContinuation { continuation in
            checkpoint(records, upTo: upTo, retiring: retiring) { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    /// The same for what is durable already, with a call in place of a wait.
    package func checkpoint(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])> & Sendable, upTo: UInt64, retiring: [UInt32],
        then tell: @escaping @Sendable (Result<Void, JournalError>) -> Void
    ) {
        precondition(upTo <= durableSequence, "a checkpoint stands only for what is durable")
        let work = Checkpointing(core: core, reader: reader)
        let isTaken = core.keeper.run {
            tell(Result { () throws(JournalError) in try work.write(records, upTo: upTo, retiring: retiring) })
        }
        if !isTaken { tell(.failure(.closed)) }
    }

    /// Oldest first; the last one is live.
    public var segments: [SegmentInfo] {
        let segments = core.state.withLock { $0.segments }
        return segments.enumerated().map { index, segment in
            SegmentInfo(
                id: segment.id, size: segment.capacity, firstSequence: segment.firstSequence,
                isLive: index == segments.count - 1)
        }
    }

    public func stats() -> JournalStats {
        core.state.withLock { state in
            var stats = state.stats
            stats.unsynced = state.queue.nextSequence - 1 - state.queue.durable
            stats.freeForIntake = state.queue.space.freeForIntake
            stats.freeForCopies = state.queue.space.freeForCopies
            stats.reserved = state.queue.space.reserved
            stats.spareSegments = state.spares.count
            stats.full = state.queue.space.shortage
            if case .poisoned(let reason, _) = state.queue.phase { stats.poisoned = reason }
            return stats
        }
    }

    /// Returns the reason as soon as the journal is poisoned; nil if it is closed, or the task is cancelled, before.
    public func failure() async -> String? { await core.waitForFailure() }

    /// Writes and syncs what was submitted, and lets another process have the directory. May be called again.
    public func close() async {
        beginClose()
        await core.waitForEnd()
    }

    /// The first half of `close`; the rest is the driver's.
    package func beginClose() { core.beginClose() }
}
