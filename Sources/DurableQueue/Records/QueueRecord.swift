/// What the queue writes to its log. Each record begins with the version of its layout (1), then its fields in the order
/// of the cases' labels, little endian, texts and byte strings with a 32-bit length.
///
/// | kind | record | written when |
/// |---|---|---|
/// | 1 | accepted | a job comes in |
/// | 2 | outcome | a run ended, or a job was closed without one |
/// | 3 | laneState | a handler saves in the middle of a run, or a live state is copied to the end |
/// | 4 | joined | a job's keys led to two lanes |
/// | 5 | note | a small durable value changed |
/// | 6 | revived | a dead job goes back to its lane |
/// | 7 | paused | a tenant or lane was paused or resumed |
/// | 8 | moved | a live job was copied to the end |
/// | 9 | batchOutcome | a run of several jobs of a lane ended with all of them done |
/// | 10 | bound | a run found out another key of its lane |
/// | 11 | forgotten | lanes mean nothing any more |
/// | 16 | lane | checkpoints of earlier versions: one lane |
/// | 17 | job | checkpoints of earlier versions: one pending or dead job, without its payload |
/// | 18 | counters | checkpoint only |
/// | 19 | lanes | checkpoint only: some lanes, with the prints of their keys |
/// | 20 | jobs | checkpoint only: some pending or dead jobs, without their payloads |
/// | 21 | lastFailures | checkpoint only: of some jobs, why they wait or are dead |
/// | 22 | acceptedKeys | checkpoint only: some idempotency keys, and the jobs that came with them |
///
/// `BlockRecords.swift` shows the layout of the last four.
enum QueueRecord: Equatable, Sendable {
    case accepted(AcceptedRecord)
    case outcome(OutcomeRecord)
    /// `merging`: lanes that were joined into this one and whose states are in the new state.
    case laneState(lane: LaneID, state: [UInt8], merging: [LaneID])
    case joined(from: LaneID, into: LaneID)
    case metadata(key: String, value: [UInt8])
    case revived(job: JobID, lane: LaneID?, keys: [LaneKey])
    case paused(tenant: TenantID, lane: LaneID?, isPaused: Bool)
    case moved(AcceptedRecord)
    /// The first job's outcome, and the others' that were done in the same run, in their order.
    case batchOutcome(OutcomeRecord, others: [JobID])
    case bound(lane: LaneID, keys: [LaneKey])
    case forgotten([LaneID])
    case lane(LaneRecord)
    case job(JobRecord)
    case counters(nextJob: UInt64, nextLane: UInt64, done: UInt64)
    case lanes(LanesRecord)
    case jobs(JobsRecord)
    case lastFailures(LastFailuresRecord)
    case acceptedKeys(AcceptedKeysRecord)

    /// Of a kind that this version does not know, or of a newer layout: kept as it is.
    struct Unknown: Error {}
}

extension QueueRecord {
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
        case .outcome(let record), .batchOutcome(let record, _): record.state
        case .laneState(_, let state, _): state
        default: nil
        }
    }
}
