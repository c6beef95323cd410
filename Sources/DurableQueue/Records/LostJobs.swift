/// Which jobs a log tells of, and so which are missing: for a log that lost records.
///
/// Ids are given out one by one, in the order of the log. An id below the highest that has no record of acceptance left
/// is a job that was lost; a lost outcome is none, since its job runs again.
package struct LostJobs {
    /// Those below are done unless the checkpoint tells of them; nil if none was read.
    private var folded: UInt64?
    private var highest: UInt64 = 0
    private var accepted: Set<UInt64> = []

    package init() {}

    package mutating func note(kind: UInt8, payload: [UInt8]) {
        // What this version does not know is no job of its own.
        guard let record = try? QueueRecord(kind: kind, payload: payload) else { return }
        switch record {
        case .accepted(let job), .moved(let job): found(job.id)
        case .job(let job): found(job.id)
        case .outcome(let outcome): highest = max(highest, outcome.job.rawValue)
        case .batchOutcome(let outcome, let others):
            highest = max(highest, outcome.job.rawValue, others.map(\.rawValue).max() ?? 0)
        case .revived(let job, _, _): highest = max(highest, job.rawValue)
        case .jobs(let jobs): for row in jobs.rows { found(row.id) }
        case .counters(let nextJob, _, _): folded = nextJob
        case .laneState, .joined, .bound, .forgotten, .metadata, .paused, .lane, .lanes, .lastFailures, .acceptedKeys:
            break
        }
    }

    private mutating func found(_ job: JobID) {
        highest = max(highest, job.rawValue)
        accepted.insert(job.rawValue)
    }

    /// Ids of jobs that were accepted and of which nothing is left, ascending.
    ///
    /// Jobs that only a damaged checkpoint told of are not among them, nor those accepted last of all.
    ///
    /// - Parameter isFromTheStart: the log begins with its first record, so that no checkpoint stands for any job.
    package func ids(isFromTheStart: Bool) -> [JobID] {
        // Without the checkpoint's word, what came before the first that is left may be done.
        let first = folded ?? (isFromTheStart ? 1 : accepted.min() ?? highest + 1)
        guard first <= highest else { return [] }
        return (first...highest).filter { !accepted.contains($0) }.map { JobID(rawValue: $0) }
    }
}
