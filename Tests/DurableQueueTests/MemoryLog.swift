@testable import DurableQueue
import Synchronization

/// A log in memory that can be held back, filled, broken, and cut off as a crash would.
final class MemoryLog: JobLog {
    struct Record: Sendable {
        var kind: UInt8
        var payload: [UInt8]
        var sequence: UInt64
    }

    private struct State {
        var checkpoint: [(kind: UInt8, payload: [UInt8])] = []
        /// By sequence, which is also the address. Retired ones are gone.
        var records: [UInt64: Record] = [:]
        /// Everything after this is to be replayed.
        var checkpointed: UInt64 = 0
        var last: UInt64 = 0
        var written: UInt64 = 0
        var durable: UInt64 = 0
        var hold: Hold?
        var held: [CheckedContinuation<Void, Never>] = []
        var isFull = false
        /// New jobs that find no room, since others took what has come.
        var refusals = 0
        var gains: UInt64 = 0
        var failure: String?
        var isClosed = false
        /// Reads answer this, of all records or of one.
        var unreadable: String?
        var unreadableSequence: UInt64?
        var failedReads = 0
        var reserved = 0
        var reads = 0
        /// What reads pass first.
        var readGate: Gate?
    }

    /// Records in one part; a part is closed when the next one has begun.
    static let partSize: UInt64 = 32

    private let state: Mutex<State>
    /// How long a sync takes, in turns of the scheduler.
    private let turns: @Sendable () -> Int

    init(turns: @escaping @Sendable () -> Int = { 0 }) {
        state = Mutex(State())
        self.turns = turns
    }

    private init(_ saved: State, turns: @escaping @Sendable () -> Int) {
        state = Mutex(saved)
        self.turns = turns
    }

    // MARK: What a test does to it

    enum Crash { case killed, powerLost }

    /// The log as the next process finds it. What was promised is there; of the rest, as much as `luck` (0...1) grants.
    func crash(_ crash: Crash, luck: Double) -> MemoryLog {
        state.withLock { state in
            var next = state
            let kept = crash == .killed ? state.written : state.durable
            let end = kept + UInt64(Double(state.last - kept) * luck)
            next.records = state.records.filter { $0.key <= end }
            (next.last, next.written, next.durable) = (end, end, end)
            (next.held, next.hold, next.isFull, next.failure) = ([], nil, false, nil)
            next.reads = 0
            return MemoryLog(next, turns: turns)
        }
    }

    /// What recovery makes of it.
    var found: RecoveredJobs {
        state.withLock { state in
            var found = RecoveredJobs()
            for record in state.checkpoint {
                found.apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: nil))
            }
            for record in state.records.values.sorted(by: { $0.sequence < $1.sequence })
            where record.sequence > state.checkpointed {
                let ticket = LogTicket(sequence: record.sequence, address: LogAddress(rawValue: record.sequence))
                found.apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: ticket))
            }
            return found
        }
    }

    enum Hold { case everything, syncs }

    /// From now on nothing reaches the disk until `letGo`; or everything is written, but nothing synced.
    func hold(_ hold: Hold = .everything) { state.withLock { $0.hold = hold } }

    /// Lets all that was held, and all that follows, reach the disk.
    func letGo() {
        let waiting = state.withLock { state in
            state.hold = nil
            defer { state.held = [] }
            return state.held
        }
        for continuation in waiting { continuation.resume() }
    }

    func refuse(_ times: Int) { state.withLock { $0.refusals = times } }

    func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    func fail(_ reason: String) {
        state.withLock { $0.failure = reason }
        letGo()
    }

    /// Takes nothing any more, though nothing is wrong with it.
    func close() { state.withLock { $0.isClosed = true } }

    /// Adds a record as another version of the program would have.
    func plant(_ kind: UInt8, _ payload: [UInt8]) {
        _ = try! append(kind, payload, .reserve(0))  // a fresh log takes everything
    }

    /// From now on reads fail, of this record or of all, until this is called with nil.
    func failReads(_ reason: String?, of sequence: UInt64? = nil) {
        state.withLock { state in
            state.unreadable = reason
            state.unreadableSequence = sequence
        }
    }

    /// From now on reads wait until the gate is opened.
    func holdReads() -> Gate {
        let gate = Gate()
        state.withLock { $0.readGate = gate }
        return gate
    }

    var failedReads: Int { state.withLock { $0.failedReads } }

    /// Makes a record one that cannot be understood.
    func damage(_ sequence: UInt64) { state.withLock { $0.records[sequence]?.kind = 0 } }

    var reserved: Int { state.withLock { $0.reserved } }
    /// Records that were read back since this log was made.
    var reads: Int { state.withLock { $0.reads } }
    var records: [Record] { state.withLock { $0.records.values.sorted { $0.sequence < $1.sequence } } }
    var checkpointRecords: [(kind: UInt8, payload: [UInt8])] { state.withLock { $0.checkpoint } }
    var heldCount: Int { state.withLock { $0.held.count } }

    // MARK: JobLog

    func append(_ kind: UInt8, _ payload: [UInt8], _ space: SpaceCharge) throws(LogFailure) -> LogTicket {
        try state.withLock { state throws(LogFailure) in
            if let failure = state.failure { throw .failed(failure) }
            if state.isClosed { throw .failed("closed") }
            switch space {
            case .reserve, .ifRoom:
                if state.isFull { throw .full }
                if state.refusals > 0 {
                    state.refusals -= 1
                    state.gains += 1
                    throw .full
                }
            case .needed, .copy, .always: break
            }
            state.last += 1
            state.records[state.last] = Record(kind: kind, payload: payload, sequence: state.last)
            return LogTicket(sequence: state.last, address: LogAddress(rawValue: state.last))
        }
    }

    func written(_ ticket: LogTicket) async throws(LogFailure) {
        try await reach(isSync: false) { $0.written = max($0.written, ticket.sequence) }
    }

    func durable(_ ticket: LogTicket) async throws(LogFailure) {
        try await reach(isSync: true) { state in
            // As in a group commit, whatever was submitted by now goes with it.
            state.durable = state.last
            state.written = state.last
        }
    }

    private func reach(isSync: Bool, _ mark: @Sendable (inout State) -> Void) async throws(LogFailure) {
        for _ in 0..<turns() { await Task.yield() }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard state.hold == .everything || (state.hold == .syncs && isSync) else { return true }
                state.held.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
        }
        try state.withLock { state throws(LogFailure) in
            if let failure = state.failure { throw .failed(failure) }
            mark(&state)
        }
    }

    var durableSequence: UInt64 { state.withLock { $0.durable } }
    var lastSequence: UInt64 { state.withLock { $0.last } }

    func read(_ address: LogAddress) async throws(LogFailure) -> (kind: UInt8, payload: [UInt8]) {
        for _ in 0..<turns() { await Task.yield() }
        await state.withLock(\.readGate)?.pass()
        return try state.withLock { state throws(LogFailure) in
            state.reads += 1
            if let reason = state.unreadable, (state.unreadableSequence ?? address.rawValue) == address.rawValue {
                state.failedReads += 1
                throw .unreadable(reason)
            }
            guard let record = state.records[address.rawValue] else {
                throw .failed("nothing lies at \(address.rawValue)")
            }
            return (record.kind, record.payload)
        }
    }

    func setNeeds(jobs: Int, states: Int, checkpoint: Int) { state.withLock { $0.reserved = jobs } }

    var roomGains: UInt64 { state.withLock { $0.gains } }

    func waitForRoom(after gains: UInt64) async -> Bool { roomGains != gains }

    func worthCopying(of snapshot: QueueSnapshot, most: Int, isFull: Bool) async -> [LiveRecord] {
        SegmentUsage.worthCopying(
            of: snapshot, outOf: fullParts(upTo: .max), most: most, isFull: isFull,
            segment: { Self.part($0.rawValue) })
    }

    func compact(to snapshot: QueueSnapshot, upTo: UInt64) async throws(LogFailure) -> Bool {
        let dead = SegmentUsage.dead(in: snapshot, among: fullParts(upTo: upTo), segment: { Self.part($0.rawValue) })
        let taken = Array(snapshot)
        for _ in 0..<turns() { await Task.yield() }
        try state.withLock { state throws(LogFailure) in
            if let failure = state.failure { throw .failed(failure) }
            state.durable = max(state.durable, upTo)
            state.written = max(state.written, upTo)
            state.checkpoint = taken
            state.checkpointed = upTo
            state.records = state.records.filter { !dead.contains(Self.part($0.key)) }
        }
        return !dead.isEmpty
    }

    /// Parts that are no longer written to, and hold no record after `upTo`.
    private func fullParts(upTo: UInt64) -> [(segment: UInt64, bytes: Int)] {
        state.withLock { state in
            let end = Self.part(min(upTo, state.last))
            let sizes = Dictionary(grouping: state.records.values) { Self.part($0.sequence) }
            return sizes.filter { $0.key < end }.map { ($0.key, $0.value.reduce(0) { $0 + $1.payload.count + 32 }) }
        }
    }

    var isFailed: String? { state.withLock { $0.failure } }

    private static func part(_ sequence: UInt64) -> UInt64 { sequence / partSize }
}
