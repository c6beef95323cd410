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
    private var due = DueLine()
    /// The attempt that holds each running lane.
    var leases: [LaneID: Lease] = [:]
    /// Lanes that stand in the dispatcher's ready set.
    private var ready: Set<LaneID> = []
    private let bell = Bell()
    /// Rung when running jobs are to be cancelled.
    private let lastCall = Bell()
    private var idleWaiters: [Bell] = []
    /// Lanes in `due`, so that each stands there once.
    private var waiting: Set<LaneID> = []
    private var isStopping = false
    private var isDispatching = false
    private var random = SystemRandomNumberGenerator()
    var loggedSinceCheckpoint = 0
    var isCheckpointing = false
    public private(set) var staleCompletions = 0

    /// Who may speak for a lane: one attempt of one job.
    struct Lease: Hashable {
        var job: JobID
        var lane: LaneID
        var attempt: UInt32
        /// Lanes whose states were merged into the one that the attempt was given.
        var merging: [LaneID]
    }

    init(
        log: any JobLog, records state: QueueState, handler: any JobHandler, policy: QueuePolicy, clock: PoolClock,
        wall: @escaping @Sendable () -> Int64
    ) {
        self.log = log
        self.handler = handler
        self.policy = policy
        self.clock = clock
        self.wall = wall
        self.state = state
        dispatcher = Dispatcher(perTenant: policy.lanesPerTenant, total: policy.lanes)
    }

    /// Finishes recovery: nothing is dispatched before `run`.
    ///
    /// - Parameter found: all records of the log, applied to one state in their order.
    public static func open<C: Clock>(
        log: any JobLog, found: RecoveredJobs, handler: any JobHandler, policy: QueuePolicy = QueuePolicy(),
        clock: C, wall: @escaping @Sendable () -> Int64
    ) async throws(QueueError) -> JobQueue where C.Duration == Duration {
        let queue = JobQueue(
            log: log, records: found.state, handler: handler, policy: policy, clock: PoolClock(clock), wall: wall)
        try await queue.recover()
        return queue
    }

    private func recover() async throws(QueueError) {
        let latest = wall() + policy.retry.cap.milliseconds
        var reserved = 0
        for (id, job) in state.jobs {
            reserved += QueuePolicy.reserve(forPayload: Int(job.size))
            // A clock that was set back must not make a job wait for years.
            if job.due > latest { state.clampDue(id, to: latest) }
        }
        log.setReserved(reserved)
        for (id, job) in state.jobs.sorted(by: { $0.key < $1.key })
        where !job.isDead && handler.wantsAcceptance(ofKind: job.kind) {
            let payload = try await payload(of: id)
            handler.accepted(AcceptedJob(id: id, tenant: job.tenant, kind: job.kind, payload: payload))
        }
        for lane in state.lanes.rows.keys { refresh(lane) }
    }

    // MARK: Accepting

    public var isAccepting: Bool { !isStopping && log.isFailed == nil }

    /// Returns when the job is on disk for good. Its place in its lane is taken at the call, so that two jobs which are
    /// accepted one after the other run in that order, whichever call returns first.
    public func enqueue(_ job: NewJob) async throws(QueueError) -> JobID {
        guard !isStopping else { throw .stopping }
        try check(job)
        let lane = try place(job)
        let record = AcceptedRecord(
            id: JobID(rawValue: state.nextJob), tenant: job.tenant, lane: lane, keys: job.keys, kind: job.kind,
            isSnapshot: job.isSnapshot, urgency: job.urgency, acceptedAt: wall(), unplaced: job.unplaced,
            payload: job.payload)
        let reserve = QueuePolicy.reserve(forPayload: job.payload.count)
        let ticket = try submit(.accepted(record), .reserve(reserve))
        handler.accepted(AcceptedJob(id: record.id, tenant: job.tenant, kind: job.kind, payload: job.payload))
        try await durable(ticket)
        if let lane { refresh(state.lanes.current(lane)) }
        return record.id
    }

    private func check(_ job: NewJob) throws(QueueError) {
        guard job.payload.count <= policy.maxPayload else {
            throw .tooLarge(bytes: job.payload.count, limit: policy.maxPayload)
        }
        let longest = job.keys.map(\.value.utf8.count).max() ?? 0
        guard job.keys.count <= policy.maxKeys, longest <= policy.maxKeyBytes else {
            throw .tooLarge(bytes: longest, limit: policy.maxKeyBytes)
        }
        precondition(
            job.keys.isEmpty == (job.unplaced != nil), "a job has either keys or a reason why it has none")
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
            ready.remove(other)
            refresh(placement.lane)
        }
        return placement.lane
    }

    // MARK: Dispatching

    /// Runs jobs until `stop`. To be called once.
    public func run() async {
        precondition(!isDispatching, "a queue is run once")
        isDispatching = true
        await withDiscardingTaskGroup { group in
            while !isStopping {
                wakeWhatIsDue()
                while !isStopping, log.isFailed == nil, let lane = nextLane() {
                    group.addTask { await self.work(on: lane) }
                }
                if loggedSinceCheckpoint >= policy.checkpointEvery, !isCheckpointing {
                    group.addTask { await self.checkpointIfDue() }
                }
                await rest()
            }
            await lastCall.wait()
            group.cancelAll()
        }
    }

    /// Waits for the bell or for the next due lane.
    private func rest() async {
        guard let next = due.earliest else { return await bell.wait() }
        guard next > clock.now() else { return }
        await withTaskGroup(of: Void.self) { [bell, clock] group in
            group.addTask { await bell.wait() }
            // Cancelled when the bell came first; then there is nothing to do about it.
            group.addTask { try? await clock.sleep(next) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wakeWhatIsDue() {
        while let lane = due.pop(dueBy: clock.now()) {
            waiting.remove(lane)
            refresh(state.lanes.current(lane))
        }
    }

    /// The next lane to run, with its lease taken.
    private func nextLane() -> LaneID? {
        while let lane = dispatcher.next() {
            let wasReady = ready.remove(lane) != nil
            if wasReady, isReady(lane), let job = state.lanes[lane]?.pending.first, let row = state.jobs[job] {
                let merging = state.lanes[lane]?.absorbed.map(\.lane) ?? []
                leases[lane] = Lease(job: job, lane: lane, attempt: row.attempts + 1, merging: merging)
                state.forgetDue(job)
                return lane
            }
            // Paused, joined or emptied since it was put there.
            if let tenant = tenant(ofPlaceHeldBy: lane) { dispatcher.finished(tenant) }
        }
        return nil
    }

    /// A lane that was joined into another is gone from the table; its tenant is its heir's.
    private func tenant(ofPlaceHeldBy lane: LaneID) -> TenantID? {
        state.lanes[state.lanes.current(lane)]?.tenant
    }

    /// Puts the lane into the ready set if it can run now, or sees to it that it is looked at when it can.
    func refresh(_ lane: LaneID) {
        guard !ready.contains(lane), let row = state.lanes[lane], let head = row.pending.first,
            let job = state.jobs[head]
        else { return }
        if isReady(lane) {
            ready.insert(lane)
            dispatcher.add(lane, of: row.tenant, job.urgency)
            bell.ring()
        } else if job.due > wall(), leases[lane] == nil, waiting.insert(lane).inserted {
            due.add(lane, due: clock.now() + .milliseconds(job.due - wall()))
            bell.ring()
        }
    }

    private func isReady(_ lane: LaneID) -> Bool {
        guard let row = state.lanes[lane], let head = row.pending.first, let job = state.jobs[head] else { return false }
        return leases[lane] == nil
            // A lane that was joined into this one has to end its run first.
            && row.absorbed.allSatisfy { leases[$0.lane] == nil }
            && !row.isPaused && row.parkedBy == nil && !state.pausedTenants.contains(row.tenant)
            && job.sequence <= log.durableSequence && job.due <= wall()
    }

    // MARK: Running

    private func work(on lane: LaneID) async {
        guard let lease = leases[lane], let row = state.jobs[lease.job] else { return }
        if row.isSnapshot, let newest = state.lanes[lane]?.newestSnapshot, newest > lease.job {
            await finish(lease, .superseded, state: nil)
            return
        }
        let outcome: JobOutcome
        do {
            let payload = try await payload(of: lease.job)
            let known = try await laneState(lane)
            let job = Job(
                id: lease.job, tenant: row.tenant, kind: row.kind, payload: payload, attempt: Int(lease.attempt),
                acceptedAt: row.acceptedAt, urgency: row.urgency)
            let worker = Lane(id: lane, handler: handler) { state throws(QueueError) in
                try await self.save(state, lease)
            }
            outcome = await worker.run(job, state: known)
        } catch {
            // The record cannot be read: the disk is failing, or it was damaged since. The job stays, for a person.
            await finish(lease, .dead(reason: "it cannot be read back: \(error)", parks: policy.parks(row.tenant)), state: nil)
            return
        }
        await finish(lease, outcome, of: row)
    }

    private func finish(_ lease: Lease, _ outcome: JobOutcome, of row: QueueState.JobRow) async {
        let parks = policy.parks(row.tenant)
        let (ending, state): (OutcomeRecord.Ending, [UInt8])
        switch outcome {
        case .done(let new): (ending, state) = (.done, new)
        case .interrupted(let new): (ending, state) = (.interrupted, new)
        case .dead(let reason, let new): (ending, state) = (.dead(reason: bounded(reason), parks: parks), new)
        case .retry(let reason, let new, let after):
            let pause = after ?? policy.retry.pause(
                after: Int(lease.attempt), random: Double.random(in: 0...1, using: &random))
            let until = wall() + max(pause, .milliseconds(1)).milliseconds
            (ending, state) = (.waiting(until: until, reason: bounded(reason)), new)
        }
        guard state.count <= policy.maxLaneState else {
            let reason = "what must be remembered of the lane grew to \(state.count) bytes, over \(policy.maxLaneState)"
            return await finish(lease, .dead(reason: reason, parks: parks), state: nil)
        }
        await finish(lease, ending, state: state)
    }

    private func bounded(_ reason: String) -> String { String(reason.prefix(500)) }

    /// Writes how the attempt ended, and only then lets the lane go on.
    private func finish(_ lease: Lease, _ ending: OutcomeRecord.Ending, state new: [UInt8]?) async {
        guard leases[lease.lane] == lease, let job = state.jobs[lease.job] else {
            staleCompletions += 1
            return
        }
        let isTry = ending != .interrupted && ending != .superseded
        let record = OutcomeRecord(
            job: lease.job, attempts: isTry ? lease.attempt : lease.attempt - 1, ending: ending,
            lane: new == nil ? nil : lease.lane, state: new ?? [], merging: new == nil ? [] : lease.merging, at: wall())
        let isOver = ending == .done || ending == .superseded
        let release = isOver ? QueuePolicy.reserve(forPayload: Int(job.size)) : 0
        do {
            let ticket = try submit(.outcome(record), .release(release))
            try await log.written(ticket)
        } catch {
            // The log has failed: this lane stays as it is, and so does everything else, until the next start.
            return
        }
        giveBack(lease, of: job.tenant)
    }

    private func giveBack(_ lease: Lease, of tenant: TenantID) {
        leases[lease.lane] = nil
        dispatcher.finished(tenant)
        refresh(state.lanes.current(lease.lane))
        bell.ring()
        guard leases.isEmpty else { return }
        for waiter in idleWaiters { waiter.ring() }
        idleWaiters = []
    }

    private func save(_ new: [UInt8], _ lease: Lease) async throws(QueueError) {
        guard leases[lease.lane] == lease else {
            staleCompletions += 1
            throw .stale(lease.job)
        }
        guard new.count <= policy.maxLaneState else { throw .tooLarge(bytes: new.count, limit: policy.maxLaneState) }
        try await durable(submit(.laneState(lane: lease.lane, state: new, merging: lease.merging), .release(0)))
    }

    // MARK: Stopping

    /// No new jobs and no new runs from now on. Running ones get `grace` to finish; then their tasks are cancelled, and
    /// those that end soon after are put back without counting as tried. What runs on even then is found pending at the
    /// next start.
    public func stop(grace: Duration) async {
        guard !isStopping else { return }
        isStopping = true
        bell.ring()
        await idle(within: grace)
        lastCall.ring()
        await idle(within: Self.lastGrace)
    }

    /// For handlers to notice that they were cancelled.
    private static let lastGrace = Duration.seconds(2)

    private func idle(within limit: Duration) async {
        let (clock, deadline) = (self.clock, self.clock.now() + limit)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.whenIdle() }
            // Cancelled when all have ended before.
            group.addTask { try? await clock.sleep(deadline) }
            await group.next()
            group.cancelAll()
        }
    }

    private func whenIdle() async {
        while !leases.isEmpty, !Task.isCancelled {
            let bell = Bell()
            idleWaiters.append(bell)
            await bell.wait()
        }
    }

    // MARK: The log

    /// Takes the record's place in the order, and takes it into the state, in one step.
    func submit(_ record: PoolRecord, _ space: LogSpace) throws(QueueError) -> LogTicket {
        let payload = record.payload
        do {
            let ticket = try log.submit(record.kind, payload, space)
            state.apply(record, at: ticket)
            loggedSinceCheckpoint += payload.count + 64
            return ticket
        } catch {
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

    public func payload(of id: JobID) async throws(QueueError) -> [UInt8] {
        guard let job = state.jobs[id] else { throw .noSuchJob(id) }
        switch try await record(at: job.address) {
        case .accepted(let record), .moved(let record): return record.payload
        default: throw .poisoned("the record of job \(id) is not one of a job")
        }
    }

    /// The lane's state, with those of lanes joined into it merged in.
    private func laneState(_ lane: LaneID) async throws(QueueError) -> [UInt8] {
        guard let row = state.lanes[lane] else { return [] }
        var merged: [UInt8] = []
        if let own = row.state { merged = try await laneState(at: own) }
        for other in row.absorbed {
            guard let address = other.state else { continue }
            merged = handler.merge(merged, try await laneState(at: address))
        }
        return merged
    }

    private func laneState(at address: LogAddress) async throws(QueueError) -> [UInt8] {
        switch try await record(at: address) {
        case .outcome(let record): return record.state
        case .laneState(_, let state, _): return state
        default: throw .poisoned("the record of a lane's state is not one")
        }
    }

    func record(at address: LogAddress) async throws(QueueError) -> PoolRecord {
        do {
            let found = try await log.read(address)
            return try PoolRecord(kind: found.kind, payload: found.payload)
        } catch let failure as LogFailure {
            throw QueueError(failure)
        } catch {
            throw .poisoned("a record of a kind that is not known")
        }
    }
}

extension QueueError {
    init(_ failure: LogFailure) {
        switch failure {
        case .full: self = .full
        case .failed(let reason): self = .poisoned(reason)
        }
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
