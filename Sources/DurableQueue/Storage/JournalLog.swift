public import FileJournal

/// The queue's log as a journal on disk.
public struct JournalLog: JobLog {
    public let journal: Journal

    /// Opens the directory's journal and applies its records.
    public static func open(
        _ directory: String, options: JournalOptions = JournalOptions(), files: any FileSystem = PosixFileSystem()
    ) throws -> (log: JournalLog, found: RecoveredJobs) {
        try open { try Journal.open(directory, options: options, files: files, replay: $0) }
    }

    /// The same with another's hands, for simulations.
    package static func open(
        _ directory: String, options: JournalOptions, files: any FileSystem, driver: any JournalDriver
    ) throws -> (log: JournalLog, found: RecoveredJobs) {
        try open { try Journal.open(directory, options: options, files: files, driver: driver, replay: $0) }
    }

    private static func open(
        _ open: ((ReplayedRecord) throws -> Void) throws -> Journal
    ) throws -> (log: JournalLog, found: RecoveredJobs) {
        var found = RecoveredJobs()
        let journal = try open { record in
            switch record {
            case .checkpoint(let kind, let payload):
                found.apply(RecoveredRecord(kind: kind, payload: payload, ticket: nil))
            case .tail(let record):
                let ticket = LogTicket(sequence: record.sequence, address: LogAddress(record.address))
                found.apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: ticket))
            }
        }
        return (JournalLog(journal: journal), found)
    }

    /// Writes and syncs what is under way, and lets another process have the directory. After the queue has stopped.
    public func close() async { await journal.close() }

    public func append(_ kind: UInt8, _ payload: [UInt8], _ space: SpaceCharge) throws(LogFailure) -> LogTicket {
        do {
            let ticket: Ticket
            switch space {
            case .reserve(let bytes): ticket = try journal.submit(kind, payload, reserve: bytes)
            case .needed: ticket = try journal.submit(kind, payload, as: .needed)
            case .copy: ticket = try journal.submit(kind, payload, as: .copy)
            case .ifRoom: ticket = try journal.submit(kind, payload, as: .optional)
            case .always: ticket = try journal.submit(kind, payload, release: 0)
            }
            return LogTicket(sequence: ticket.sequence, address: LogAddress(ticket.address))
        } catch {
            throw LogFailure(error)
        }
    }

    public nonisolated(nonsending) func written(_ ticket: LogTicket) async throws(LogFailure) {
        do { try await journal.written(ticket.journal) } catch { throw LogFailure(error) }
    }

    public nonisolated(nonsending) func durable(_ ticket: LogTicket) async throws(LogFailure) {
        do { try await journal.durable(ticket.journal) } catch { throw LogFailure(error) }
    }

    public func together<Value>(_ appends: () -> Value) -> Value { journal.together(appends) }

    public func kept(_ address: LogAddress) -> (kind: UInt8, payload: [UInt8])? {
        journal.kept(address.record).map { ($0.kind, $0.payload) }
    }

    public var durableSequence: UInt64 { journal.durableSequence }
    public var lastSequence: UInt64 { journal.lastSequence }

    public nonisolated(nonsending) func read(_ address: LogAddress) async throws(LogFailure) -> (
        kind: UInt8, payload: [UInt8]
    ) {
        if let record = kept(address) { return record }
        do {
            let record = try await journal.read(address.record)
            return (record.kind, record.payload)
        } catch { throw LogFailure(error) }
    }

    public var roomGains: UInt64 { journal.roomGains }
    public func waitForRoom(after gains: UInt64) async -> Bool { await journal.waitForRoom(after: gains) }

    public func setNeeds(jobs: Int, states: Int, checkpoint: Int) {
        journal.setNeeds(holding: jobs + states, checkpoint: checkpoint)
    }

    public func worthCopying(of snapshot: QueueSnapshot, most: Int, isFull: Bool) async -> [LiveRecord] {
        SegmentUsage.worthCopying(
            of: snapshot, outOf: fullSegments(upTo: .max), most: min(most, journal.stats().freeForCopies),
            isFull: isFull,
            segment: segment)
    }

    public func compact(to snapshot: QueueSnapshot, upTo: UInt64) async throws(LogFailure) -> Bool {
        let dead = SegmentUsage.dead(in: snapshot, among: fullSegments(upTo: upTo), segment: segment)
        do {
            try await journal.checkpoint(snapshot, upTo: upTo, retiring: dead.map { UInt32($0) })
        } catch { throw LogFailure(error) }
        return !dead.isEmpty
    }

    /// The segment that a record lies in.
    func segment(of address: LogAddress) -> UInt64 { UInt64(address.record.segment) }

    /// Segments that are no longer written to, and hold no record after `upTo`.
    private func fullSegments(upTo: UInt64) -> [(segment: UInt64, bytes: Int)] {
        let segments = journal.segments
        return zip(segments, segments.dropFirst())
            .filter { $1.firstSequence &- 1 <= upTo }.map { (UInt64($0.0.id), $0.0.size) }
    }

    public var isFailed: String? { journal.stats().poisoned }
}

extension LogAddress {
    init(_ address: RecordAddress) { self.init(rawValue: UInt64(address.segment) << 32 | UInt64(address.offset)) }

    var record: RecordAddress {
        RecordAddress(segment: UInt32(rawValue >> 32), offset: UInt32(truncatingIfNeeded: rawValue))
    }
}

extension LogTicket {
    fileprivate var journal: Ticket { Ticket(sequence: sequence, address: address.record) }
}

extension LogFailure {
    init(_ error: JournalError) {
        switch error {
        case .full: self = .full
        case .corrupt, .noRecord: self = .damaged(error.description)
        case .io, .segmentMissing: self = .unreadable(error.description)
        default: self = .failed(error.description)
        }
    }
}
