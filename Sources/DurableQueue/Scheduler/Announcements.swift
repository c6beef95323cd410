/// Which accepted jobs the handler was told of. It is told of each once its record is on disk for good, in the order of
/// acceptance, and before any later job runs: what rests on a job must not be there before the job is.
struct Announcements: Sendable {
    /// Found pending at the start: their payloads are read when the queue is run.
    private var backlog: Fifo<JobID> = Fifo()
    /// Accepted since, in the order of the log.
    private var accepted: Fifo<(sequence: UInt64, job: AcceptedJob)> = Fifo()
    /// All records up to this one are durable, and the handler was told of their jobs.
    private(set) var sequence: UInt64

    /// Whether the handler was told of what was found pending.
    var isBacklogRead = true

    init(after sequence: UInt64) { self.sequence = sequence }

    mutating func add(found job: JobID) {
        backlog.append(job)
        isBacklogRead = false
    }

    mutating func add(_ job: AcceptedJob, at sequence: UInt64) { accepted.append((sequence, job)) }

    mutating func nextOfBacklog() -> JobID? { backlog.popFirst() }

    /// Jobs that may be announced now. None while the backlog was not read, since that comes first.
    mutating func take(durable: UInt64) -> [AcceptedJob] {
        guard isBacklogRead, durable > sequence else { return [] }
        var jobs: [AcceptedJob] = []
        while let first = accepted.first, first.sequence <= durable, accepted.popFirst() != nil {
            jobs.append(first.job)
        }
        sequence = durable
        return jobs
    }
}
