public import Clocks
import AsyncPrimitives

/// A durable queue that runs jobs in lanes: strictly one at a time and in the order of acceptance within a lane, side by
/// side across lanes, fairly between tenants.
///
/// A job is accepted when its record is on disk for good, and from then on it is run until it is done, or visible as
/// dead. It may be run twice: its completion is written, but not synced, before the lane goes on.
public actor JobQueue {
    let log: any JobLog
    let handler: any JobHandler
    let policy: QueuePolicy
    let clock: any TimeSource
    nonisolated let eventSource = QueueEventSource()
    /// All that is decided. The queue performs its answers.
    var scheduler: Scheduler
    var lanes: LiveLanes
    /// By the leases' numbers: what each run under way is told and tells.
    var runs: [UInt64: RunControl] = [:]
    /// What the wall clock showed when the queue's own clock began; see `steadyNow`.
    let origin: Int64
    /// Signalled when there may be something to dispatch.
    let wakeup = AsyncSignal()
    /// Signalled when all running jobs are to be cancelled.
    let cancelRuns = AsyncSignal()
    /// By the leases' numbers: signalled when they end.
    var leaseWaiters: [UInt64: [AsyncSignal]] = [:]
    var isDispatching = false
    var compaction: CompactionPlan
    /// Signalled when the log may have more room.
    var roomWaiters: [AsyncSignal] = []
    /// Jobs whose acceptance was not confirmed yet: those that come again with one of their keys wait for the same sync.
    /// After a failed sync they stay here, so that nothing is answered that is not on disk.
    var unconfirmed: [JobID: LogTicket] = [:]
    var readFailures = ReadFailures()
    var droppedMetadata = 0
    /// Of the value that was written in parts last.
    var metadataGeneration: UInt32 = 0

    /// All that the log says.
    var state: QueueState { _read { yield scheduler.state } }

    init(
        log: any JobLog, found: RecoveredJobs, handler: any JobHandler, policy: QueuePolicy,
        clock: any TimeSource, random: any RandomNumberGenerator & Sendable
    ) {
        self.log = log
        self.handler = handler
        self.policy = policy
        self.clock = clock
        origin = clock.wall.milliseconds - clock.now.offset.milliseconds
        scheduler = Scheduler(found.state, policy: policy, announced: log.durableSequence, random: random)
        lanes = LiveLanes(most: policy.lanes, mostBytes: policy.maxRunningBytes / 4)
        compaction = CompactionPlan(logged: found.logged)
    }

    /// Finishes recovery: nothing is dispatched before `run`.
    ///
    /// - Parameters:
    ///   - found: all records of the log, applied to one state in their order.
    ///   - clock: measures waits, and tells when jobs are due across restarts.
    ///   - random: what the pauses between tries are drawn from.
    public static func open(
        log: any JobLog, found: RecoveredJobs, handler: any JobHandler, policy: QueuePolicy = QueuePolicy(),
        clock: any TimeSource = SystemClock(),
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) async throws(QueueError) -> JobQueue {
        let queue = JobQueue(
            log: log, found: found, handler: handler, policy: policy, clock: clock, random: random)
        await queue.recover()
        return queue
    }

    private func recover() {
        scheduler.recover(at: steadyNow, wantsAcceptance: handler.wantsAcceptance)
        tellNeeds()
    }

    /// What happens from now on.
    public nonisolated func events() -> QueueEvents { eventSource.listen() }

    // MARK: Accepting

    public var isAccepting: Bool { !scheduler.isStopping && !scheduler.hasFailed && log.isFailed == nil }

    /// Returns when the job is on disk for good. Its place in its lane is taken at the call, so that two jobs which are
    /// accepted one after the other run in that order, whichever call returns first.
    ///
    /// - Returns: the job's number; of a job whose idempotency key is known, the earlier job's.
    public func enqueue(_ job: NewJob) async throws(QueueError) -> JobID { try await accept(job).id }

    /// As ``enqueue(_:)``, and says whether the job is new. Of several calls with one idempotency key one stores a job, and
    /// all return once that job is on disk, or throw if it does not get there.
    ///
    /// Known are the keys of jobs that are not finished and, of each tenant, the newest 4,096; also after a restart.
    public func accept(_ job: NewJob) async throws(QueueError) -> Acceptance {
        var waits = 0
        var taken: (record: AcceptedRecord, ticket: LogTicket)?
        while taken == nil {
            if let key = job.idempotencyKey, let known = try await self.job(withIdempotencyKey: key, of: job.tenant) {
                return Acceptance(id: known, isNew: false)
            }
            guard !scheduler.isStopping else { throw .stopping }
            let gains = log.roomGains
            do throws(QueueError) {
                let record = try entry(job)
                let promise = SpaceNeed.promise(forPayload: job.payload.count)
                taken = (record, try submit(.accepted(record), .reserve(promise)))
            } catch {
                guard error == .full else { throw error }
                try await waitIfComing(&waits, after: gains)
            }
        }
        guard let (record, ticket) = taken else { throw .full }
        scheduler.accepted(
            AcceptedJob(id: record.id, tenant: job.tenant, kind: job.kind, payload: job.payload),
            at: ticket.sequence)
        unconfirmed[record.id] = ticket
        try await durable(ticket)
        unconfirmed[record.id] = nil
        eventSource.publish(.accepted(record.id))
        announce()
        return Acceptance(id: record.id, isNew: true)
    }

    /// The job that was accepted with this key, once it is on disk; nil if none is remembered.
    public func job(withIdempotencyKey key: String, of tenant: TenantID) async throws(QueueError) -> JobID? {
        let key = key.shortened(to: policy.maxKeyBytes)
        guard let id = state.job(withIdempotencyKey: key, of: tenant) else { return nil }
        if let ticket = unconfirmed[id] {
            try await durable(ticket)
            announce()
        }
        return id
    }

    /// What is written of a new job. Lanes that its keys show to be one are joined first.
    private func entry(_ job: NewJob) throws(QueueError) -> AcceptedRecord {
        guard job.keys.isEmpty == (job.unroutable != nil) else {
            throw .unusable("A job has either keys or a reason why it has none.")
        }
        guard job.payload.count <= policy.maxPayload else {
            throw .tooLarge(bytes: job.payload.count, limit: policy.maxPayload)
        }
        let keys = try checked(job.keys)
        let lane = keys.isEmpty ? nil : try place(keys, of: job.tenant)
        return AcceptedRecord(
            id: JobID(rawValue: state.nextJob), tenant: job.tenant, lane: lane, keys: keys, kind: job.kind,
            isSnapshot: job.isSnapshot, urgency: job.urgency, acceptedAt: clock.wall.milliseconds,
            unroutable: job.unroutable.map(\.boundedReason), payload: job.payload,
            idempotencyKey: job.idempotencyKey?.shortened(to: policy.maxKeyBytes))
    }

    /// Keys as they are written and looked for: a long one is told by its hash.
    func checked(_ keys: [LaneKey]) throws(QueueError) -> [LaneKey] {
        guard keys.count <= policy.maxKeys else {
            throw .unusable("A job has at most \(policy.maxKeys) keys, not \(keys.count).")
        }
        return keys.map { $0.shortened(to: policy.maxKeyBytes) }
    }

    /// The lane that these keys lead to. Lanes that they show to be one are joined.
    func place(_ keys: [LaneKey], of tenant: TenantID) throws(QueueError) -> LaneID {
        let placement = state.lanes.place(keys, of: tenant)
        for other in placement.joins { _ = try submit(.joined(from: other, into: placement.lane), .reserve(0)) }
        return placement.lane
    }

    // MARK: The log

    /// Takes the record's position in the order, and takes it into the state with all that follows, in one step.
    func submit(_ record: QueueRecord, _ space: SpaceCharge) throws(QueueError) -> LogTicket {
        let payload = record.payload
        do {
            let ticket = try log.append(record.kind, payload, space)
            perform(scheduler.apply(record, at: ticket))
            tellNeeds()
            compaction.wrote(payload.count + RecoveredJobs.frame)
            return ticket
        } catch {
            throw QueueError(error)
        }
    }

    /// Does what an event asks for.
    func perform(_ effects: Scheduler.Effects) {
        for number in effects.callOff { runs[number]?.callOff() }
        if effects.wakes { wakeup.signal() }
    }

    func durable(_ ticket: LogTicket) async throws(QueueError) {
        do {
            try await log.durable(ticket)
        } catch {
            throw QueueError(error)
        }
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
