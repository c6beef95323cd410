public struct TenantCounts: Sendable {
    /// Jobs that are not finished, by state.
    public var jobs: [JobState.Name: Int] = [:]
    /// When the oldest job that is neither finished nor dead was accepted; milliseconds since 1970. Among millions of
    /// others it may take several calls to be found again.
    public var oldestPending: Int64?
    public var isPaused = false
    /// See ``JobQueue/serve(only:)``.
    public var isServed = true
    public init() {}

    /// Jobs that runs hold, and those of them whose runs have begun.
    struct Leased {
        var all = JobCounters.Counts()
        var begun = JobCounters.Counts()
    }

    init(_ all: JobCounters.Counts, _ leased: Leased, isPaused: Bool, isServed: Bool, oldestPending: Int64?) {
        let (accepted, waiting) = (all[.accepted] - leased.all[.accepted], all[.waiting] - leased.all[.waiting])
        // One whose lane is paused, and its run called off, is told as paused.
        let blocked = all[.blocked] - leased.begun[.blocked]
        let waitingToBegin =
            leased.all[.accepted] + leased.all[.waiting] - leased.begun[.accepted] - leased.begun[.waiting]
        let isHeld = isPaused || !isServed
        jobs[.running] = leased.begun.pending
        jobs[.dead] = all[.dead]
        jobs[.paused] = blocked + (isHeld ? accepted + waiting + waitingToBegin : 0)
        jobs[.accepted] = isHeld ? 0 : accepted
        jobs[.waiting] = isHeld ? 0 : waiting + waitingToBegin
        jobs = jobs.filter { $0.value != 0 }
        self.isPaused = isPaused
        self.isServed = isServed
        self.oldestPending = oldestPending
    }

    /// Neither finished nor dead.
    public var pending: Int { jobs.reduce(0) { $0 + ($1.key == .dead ? 0 : $1.value) } }
}
