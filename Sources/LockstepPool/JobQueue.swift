/// A durable queue that runs jobs in lanes: strictly one at a time and in the order of acceptance within a lane, side by
/// side across lanes, fairly between tenants.
///
/// A job is accepted when its record is on disk for good, and from then on it is run until it is done, or visible as
/// dead. It may be run twice: its completion is written, but not synced, before the lane goes on.
public actor JobQueue {
    let log: any JobLog
    let handler: any JobHandler
    let policy: QueuePolicy
    let clock: PoolClock
    let wall: @Sendable () -> Int64
    var state: QueueState
    var dispatcher: Dispatcher
    /// The attempt that holds each running lane.
    var leases: [LaneID: Lease] = [:]
    var leasesGiven: UInt64 = 0
    /// A completion could not be written. What is in memory is more than is on disk, so nothing may follow from it
    /// until the next start, which reads what the log has.
    var hasFailed = false
    /// Lanes that stand in the dispatcher's ready set, and in which line.
    var ready: [LaneID: JobUrgency] = [:]
    var hurried = HurriedLanes()
    /// When jobs are due that wait for a time. Each has one entry that means it: the one whose time is the state's.
    var due = DueLine()
    /// What the wall clock showed when the queue's own clock began; see `steadyNow`.
    let origin: Int64
    /// Rung when there may be something to dispatch.
    let bell = Bell()
    /// Rung when running jobs are to be cancelled.
    let lastCall = Bell()
    var idleWaiters: [Bell] = []
    var isStopping = false
    var isDispatching = false
    /// For the jitter of pauses.
    var random: any RandomNumberGenerator & Sendable
    /// Jobs of a joint run that was refused: each gets a verdict of its own. Starts anew with the process.
    var runsAlone: Set<JobID> = []
    var loggedSinceCheckpoint: Int
    /// Since the last checkpoint, for want of room.
    var wasRefused = false
    var isCheckpointing = false
    public internal(set) var staleCompletions = 0
    var readTroubles = ReadTroubles()
    var droppedNotes = 0

    /// Who may speak for a lane: one attempt of one job, and of those that go with it.
    struct Lease: Hashable {
        var job: JobID
        /// Those that stand behind it in its lane and are done in the same run, in their order.
        var others: [JobID] = []
        var lane: LaneID
        var attempt: UInt32
        /// No two leases are alike, though a try that was not charged leaves its attempt to the next.
        var number: UInt64
        /// Lanes whose states are merged into the one that the attempt is given.
        var merging: [LaneID]
        var place: Dispatcher.Place
        /// Milliseconds since 1970.
        var since: Int64

        /// Its jobs in their order.
        var jobs: [JobID] { [job] + others }

        func holds(_ id: JobID) -> Bool { id == job || others.contains(id) }
    }

    init(
        log: any JobLog, found: RecoveredJobs, handler: any JobHandler, policy: QueuePolicy, clock: PoolClock,
        wall: @escaping @Sendable () -> Int64, random: any RandomNumberGenerator & Sendable
    ) {
        self.log = log
        self.handler = handler
        self.policy = policy
        self.clock = clock
        self.wall = wall
        origin = wall() - clock.now().milliseconds
        self.random = random
        state = found.state
        loggedSinceCheckpoint = found.logged
        dispatcher = Dispatcher(
            perTenant: .init(lanes: policy.lanesPerTenant, bytes: policy.maxRunningBytes / 4),
            total: .init(lanes: policy.lanes, bytes: policy.maxRunningBytes))
    }

    /// Finishes recovery: nothing is dispatched before `run`.
    ///
    /// - Parameters:
    ///   - found: all records of the log, applied to one state in their order.
    ///   - random: what the pauses between tries are drawn from.
    public static func open<C: Clock>(
        log: any JobLog, found: RecoveredJobs, handler: any JobHandler, policy: QueuePolicy = QueuePolicy(),
        clock: C, wall: @escaping @Sendable () -> Int64,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) async throws(QueueError) -> JobQueue where C.Duration == Duration {
        let queue = JobQueue(
            log: log, found: found, handler: handler, policy: policy, clock: PoolClock(clock), wall: wall,
            random: random)
        try await queue.recover()
        return queue
    }

    private func recover() async throws(QueueError) {
        state.settleTroubles(
            dueBy: steadyNow + min(max(policy.retry.cap, .zero), Self.longestPause).milliseconds)
        for (number, trouble) in state.troubles where trouble.due != 0 {
            due.add(JobID(rawValue: number), due: trouble.due)
        }
        log.setReserved(state.jobs.rows.reduce(0) { $0 + QueuePolicy.reserve(forPayload: Int($1.row.size)) })
        for (number, job) in state.jobs.rows where !job.isDead && handler.wantsAcceptance(ofKind: job.kind) {
            // One that cannot be read becomes a dead letter when it is its turn: it harms only itself.
            guard let payload = try await payloadAtStart(of: JobID(rawValue: number)) else { continue }
            let tenant = state.jobs.tenants[job.tenant]
            handler.accepted(
                AcceptedJob(id: JobID(rawValue: number), tenant: tenant, kind: job.kind, payload: payload))
        }
        // The lanes that waited longest first.
        var bulk: Set<LaneID> = []
        for (number, job) in state.jobs.rows {
            guard let lane = job.id, !job.isDead else { continue }
            let isBulk = job.flags & JobTable.Packed.isBulk != 0
            if state.lanes.head(of: lane)?.rawValue == number {
                if isBulk { bulk.insert(lane) }
                refresh(lane)
            } else if !isBulk, bulk.contains(lane) {
                hurry(lane)
                refresh(lane)
            }
        }
    }

    // MARK: Accepting

    public var isAccepting: Bool { !isStopping && !hasFailed && log.isFailed == nil }

    /// Returns when the job is on disk for good. Its place in its lane is taken at the call, so that two jobs which are
    /// accepted one after the other run in that order, whichever call returns first.
    public func enqueue(_ job: NewJob) async throws(QueueError) -> JobID {
        guard !isStopping else { throw .stopping }
        try check(job)
        let lane = try place(job)
        let record = AcceptedRecord(
            id: JobID(rawValue: state.nextJob), tenant: job.tenant, lane: lane, keys: job.keys, kind: job.kind,
            isSnapshot: job.isSnapshot, urgency: job.urgency, acceptedAt: wall(),
            unplaced: job.unplaced.map(bounded), payload: job.payload)
        let reserve = QueuePolicy.reserve(forPayload: job.payload.count)
        let ticket = try submit(.accepted(record), .reserve(reserve))
        handler.accepted(AcceptedJob(id: record.id, tenant: job.tenant, kind: job.kind, payload: job.payload))
        try await durable(ticket)
        if let lane = lane.map(state.lanes.current) {
            if job.urgency == .live { hurry(lane) }
            refresh(lane)
        }
        return record.id
    }

    private func check(_ job: NewJob) throws(QueueError) {
        guard job.keys.isEmpty == (job.unplaced != nil) else {
            throw .unusable("A job has either keys or a reason why it has none.")
        }
        guard job.payload.count <= policy.maxPayload else {
            throw .tooLarge(bytes: job.payload.count, limit: policy.maxPayload)
        }
        try check(job.keys)
    }

    func check(_ keys: [LaneKey]) throws(QueueError) {
        guard keys.count <= policy.maxKeys else {
            throw .unusable("A job has at most \(policy.maxKeys) keys, not \(keys.count).")
        }
        for key in keys where key.value.utf8.count > policy.maxKeyBytes {
            throw .tooLarge(bytes: key.value.utf8.count, limit: policy.maxKeyBytes)
        }
    }

    /// The lane of a new job. Lanes that its keys show to be one are joined first.
    private func place(_ job: NewJob) throws(QueueError) -> LaneID? {
        guard !job.keys.isEmpty else { return nil }
        return try place(job.keys, of: job.tenant)
    }

    func place(_ keys: [LaneKey], of tenant: TenantID) throws(QueueError) -> LaneID {
        let placement = state.lanes.place(keys, of: tenant)
        for other in placement.joins {
            _ = try submit(.joined(from: other, into: placement.lane), .reserve(0))
            ready[other] = nil
            hurried.join(other, into: placement.lane)
            refresh(placement.lane)
        }
        return placement.lane
    }

    // MARK: The log

    /// Takes the record's place in the order, and takes it into the state, in one step.
    func submit(_ record: PoolRecord, _ space: LogSpace) throws(QueueError) -> LogTicket {
        let payload = record.payload
        do {
            let ticket = try log.submit(record.kind, payload, space)
            state.apply(record, at: ticket)
            loggedSinceCheckpoint += payload.count + RecoveredJobs.frame
            return ticket
        } catch {
            if error == .full {
                // A checkpoint may make room.
                wasRefused = true
                bell.ring()
            }
            throw QueueError(error)
        }
    }

    func durable(_ ticket: LogTicket) async throws(QueueError) {
        do {
            try await log.durable(ticket)
        } catch {
            throw QueueError(error)
        }
    }
}

extension QueueError {
    init(_ failure: LogFailure) {
        switch failure {
        case .full: self = .full
        case .failed(let reason): self = .poisoned(reason)
        case .damaged(let reason): self = .damaged(reason)
        case .unreadable(let reason): self = .unreadable(reason)
        }
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
