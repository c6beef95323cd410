/// What the queue writes to its log. Each record begins with the version of its layout (1), then its fields in the order
/// of the cases' labels, little endian, texts and byte strings with a 32-bit length.
///
/// | kind | record | written when |
/// |---|---|---|
/// | 1 | accepted | a job comes in |
/// | 2 | outcome | a run ended, or a job was closed without one |
/// | 3 | laneState | a handler saves in the middle of a run, or a live state is copied out of an old segment |
/// | 4 | joined | a job's keys led to two lanes |
/// | 5 | note | a small durable value changed |
/// | 6 | revived | a dead job goes back to its lane |
/// | 7 | paused | a tenant or lane was paused or resumed |
/// | 8 | moved | a live job was copied out of an old segment |
/// | 9 | jointOutcome | a run of several jobs of a lane ended with all of them done |
/// | 10 | bound | a run found out another key of its lane |
/// | 16 | lane | checkpoints of earlier versions: one lane |
/// | 17 | job | checkpoints of earlier versions: one pending or dead job, without its payload |
/// | 18 | counters | checkpoint only |
/// | 19 | lanes | checkpoint only: some lanes, with the prints of their keys |
/// | 20 | jobs | checkpoint only: some pending or dead jobs, without their payloads |
/// | 21 | troubles | checkpoint only: of some jobs, why they wait or are dead |
/// | 22 | acceptedKeys | checkpoint only: some idempotency keys, and the jobs that came with them |
///
/// `BlockRecords.swift` shows the layout of the last four.
enum PoolRecord: Equatable, Sendable {
    case accepted(AcceptedRecord)
    case outcome(OutcomeRecord)
    /// `merging`: lanes that were joined into this one and whose states are in the new state.
    case laneState(lane: LaneID, state: [UInt8], merging: [LaneID])
    case joined(from: LaneID, into: LaneID)
    case note(key: String, value: [UInt8])
    case revived(job: JobID, lane: LaneID?, keys: [LaneKey])
    case paused(tenant: TenantID, lane: LaneID?, isPaused: Bool)
    case moved(AcceptedRecord)
    /// The first job's outcome, and the others' that were done in the same run, in their order.
    case jointOutcome(OutcomeRecord, others: [JobID])
    case bound(lane: LaneID, keys: [LaneKey])
    case lane(LaneRecord)
    case job(JobRecord)
    case counters(nextJob: UInt64, nextLane: UInt64, done: UInt64)
    case lanes(LanesRecord)
    case jobs(JobsRecord)
    case troubles(ReadFailuresRecord)
    case acceptedKeys(AcceptedKeysRecord)

    /// Of a kind that this version does not know, or of a newer layout: kept as it is.
    struct Unknown: Error {}
}

extension PoolRecord {
    /// A job's record, wherever it was copied to.
    var asAccepted: AcceptedRecord? {
        switch self {
        case .accepted(let record), .moved(let record): record
        default: nil
        }
    }

    /// A lane's state, by whichever record carries it.
    var asLaneState: [UInt8]? {
        switch self {
        case .outcome(let record), .jointOutcome(let record, _): record.state
        case .laneState(_, let state, _): state
        default: nil
        }
    }
}

struct AcceptedRecord: Equatable, Sendable {
    var id: JobID
    var tenant: TenantID
    /// Nil: not placed.
    var lane: LaneID?
    var keys: [LaneKey]
    var kind: UInt8
    var isSnapshot: Bool
    var urgency: JobUrgency
    var acceptedAt: Int64
    var unplaced: String?
    var payload: [UInt8]
    /// Behind everything else, and only if there is one: earlier versions read the record all the same.
    var idempotencyKey: String?
}

struct OutcomeRecord: Equatable, Sendable {
    enum Ending: Equatable, Sendable {
        case done
        case waiting(until: Int64, reason: String)
        /// `parks`: what follows in the lane waits for this one.
        case dead(reason: String, parks: Bool)
        case superseded
        case discarded
        case interrupted
    }

    var job: JobID
    var attempts: UInt32
    var ending: Ending
    /// The lane whose state follows; nil leaves all states as they are.
    var lane: LaneID?
    var state: [UInt8]
    /// Lanes that were joined into `lane` and whose states are in the new state.
    var merging: [LaneID]
    var at: Int64

    /// The lane's state stays as it was last written.
    var withoutState: OutcomeRecord {
        var record = self
        (record.lane, record.state, record.merging) = (nil, [], [])
        return record
    }

    /// Bytes of the state and of what goes with it in this record.
    var stateRecordSize: Int {
        switch ending {
        case .waiting(_, let reason), .dead(let reason, _): state.count + reason.utf8.count + 8 * merging.count
        case .done, .superseded, .discarded, .interrupted: state.count + 8 * merging.count
        }
    }
}

struct LaneRecord: Equatable, Sendable {
    var id: LaneID
    var tenant: TenantID
    var keys: [LaneKey]
    var state: LogAddress?
    var absorbed: [MergedLane]
    var newestSnapshot: JobID
    var isPaused: Bool
    var parkedBy: [JobID]
}

/// A lane that was joined into another, as long as its own state is not yet part of the other's.
struct MergedLane: Equatable, Sendable {
    var lane: LaneID
    var state: LogAddress?
}

struct JobRecord: Equatable, Sendable {
    var id: JobID
    var tenant: TenantID
    var lane: LaneID?
    var address: LogAddress
    var kind: UInt8
    var isSnapshot: Bool
    var urgency: JobUrgency
    var acceptedAt: Int64
    var attempts: UInt32
    var isDead: Bool
    var due: Int64
    var reason: String
    var size: UInt32
    var finishedAt: Int64
}
