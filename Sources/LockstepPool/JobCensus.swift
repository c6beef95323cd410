/// Which jobs a log tells of, and so which are missing: for a log that lost records.
///
/// Ids are given out one by one, in the order of the log. An id below the highest that has no record of acceptance left
/// is a job that was lost; a lost outcome is none, since its job runs again.
package struct JobCensus {
    /// Those below are done unless the checkpoint tells of them.
    private var folded: UInt64 = 1
    private var highest: UInt64 = 0
    private var accepted: Set<UInt64> = []

    package init() {}

    package mutating func note(kind: UInt8, payload: [UInt8]) {
        // What this version does not know is no job of its own.
        guard let record = try? PoolRecord(kind: kind, payload: payload) else { return }
        switch record {
        case .accepted(let job), .moved(let job): found(job.id)
        case .job(let job): found(job.id)
        case .jobs(let jobs): for job in jobs.rows { found(job.id) }
        case .jointOutcome(let outcome, let others):
            highest = max(highest, outcome.job.rawValue, others.max()?.rawValue ?? 0)
        case .outcome(let outcome): highest = max(highest, outcome.job.rawValue)
        case .revived(let job, _, _): highest = max(highest, job.rawValue)
        case .counters(let nextJob, _, _): folded = max(folded, nextJob)
        case .laneState, .joined, .note, .paused, .lane, .lanes, .troubles: break
        }
    }

    private mutating func found(_ job: JobID) {
        highest = max(highest, job.rawValue)
        accepted.insert(job.rawValue)
    }

    /// Ids of jobs that were accepted and of which nothing is left, ascending.
    ///
    /// Jobs that only a damaged checkpoint told of are not among them, nor those accepted last of all.
    package var missing: [JobID] {
        guard folded <= highest else { return [] }
        return (folded...highest).filter { !accepted.contains($0) }.map { JobID(rawValue: $0) }
    }
}
