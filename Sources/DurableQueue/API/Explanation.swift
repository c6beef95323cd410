/// Why a job is not done yet, or how it ended; times in milliseconds since 1970.
public enum Explanation: Equatable, Sendable {
    /// With another one's number in the reason, if they were done in one run.
    case done(at: Int64, reason: String?)
    /// A later snapshot of its lane was done before it.
    case superseded(at: Int64)
    case dead(at: Int64, reason: String)
    /// `attempt`: 1 at the first try. `batchSize`: jobs of the lane in this run, itself included.
    case running(since: Int64, attempt: Int, batchSize: Int)
    /// Its run waits for something before it begins; with what that is, if the handler said so.
    case waitingToBegin(since: Int64, batchSize: Int, reason: String?)
    /// Nothing is begun any more until the next start.
    case stopping
    /// The log failed; nothing is begun until the next start.
    case failed(reason: String)
    case tenantPaused
    /// Its tenant is none of those whose jobs are run; see ``JobQueue/serve(only:)``.
    case tenantNotServed
    case lanePaused
    /// Its lane waits until these dead jobs are retried or discarded.
    case parked(by: [JobID])
    /// Others of its lane come first. `ahead`: how many; `because`: what the first of them waits for.
    indirect case behind(first: JobID, ahead: Int, because: Explanation)
    /// It failed, and is tried again at this time.
    case waiting(until: Int64, attempts: Int, reason: String)
    /// Its record is not on disk for good yet.
    case notDurable
    /// First in its lane, but another run of the lane is not over: it was put back before that job, or their lanes
    /// have become one.
    case afterRun(of: JobID)
    /// All that is missing is a place. `ahead`: lanes of its tenant that were ready before; tenants take turns.
    case ready(ahead: Int)
}
