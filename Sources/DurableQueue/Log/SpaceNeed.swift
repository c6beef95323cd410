/// What the queue must be able to keep in its log, so that a full disk stops new jobs and never the completion of old ones.
///
/// The log is compacted: a record that a newer one replaced gives its room back. So what counts is not how much a delivery
/// writes (its start, states saved on the way, keys, notes, its outcome), but how much lives when it is done: the job until
/// it is closed, and its lane's state, which may have grown by what the job brought. Room for that is set aside when the
/// job is accepted. What a delivery writes meanwhile waits, if it must, until compaction has made room.
///
/// | what is written on a full disk | how it is paid |
/// |---|---|
/// | outcomes that close a job, states saved on the way | room that compaction gains: waited for |
/// | a try that came to nothing | such room if it tells something new and there is some; else kept in memory only |
/// | keys found out, small values that calls depend on, what an operator asks | room kept for compaction: a few hundred bytes, which it gains back |
/// | notes that may be lost | free room; without any, dropped and counted |
/// | new jobs | free room; without any, refused |
struct SpaceNeed: Equatable, Sendable {
    /// Bytes of records of jobs that are not closed, and what the states of their lanes may still grow by.
    var jobs = 0
    /// Bytes of records with lanes' states.
    var states = 0
    /// Bytes of the next checkpoint, nearly.
    var checkpoint = 0

    /// A job's record beside its payload: the journal's frame, the tenant's name, two or three keys.
    static let jobFrame = 256
    /// The same of a record with a lane's state.
    static let stateFrame = 128

    /// What a lane's state may grow by in one job's delivery: what the job brought, and marks of what was done. On the
    /// average of all jobs; what one needs beyond that comes out of the quarter that compaction leaves free.
    static func growth(forPayload bytes: Int) -> Int { 1_024 + bytes }

    /// Set aside for a job beside its own record.
    static func promise(forPayload bytes: Int) -> Int { growth(forPayload: bytes) }

    static func state(_ bytes: Int) -> Int { stateFrame + bytes }

    init(jobs count: Int, payloads: Int, states: Int, lanes: Int, failures: Int, keys: Int, metadata: Int) {
        jobs = count * (Self.jobFrame + Self.growth(forPayload: 0)) + 2 * payloads
        self.states = states
        // Any job may fail.
        checkpoint = 64 * count + 256 * max(count, failures) + 160 * lanes + 40 * keys + metadata + (4 << 10)
    }
}
