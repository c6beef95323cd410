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
    /// No run begins any more.
    var hasDispatched = false
    var compaction: CompactionPlan
    /// Signalled when the log may have more room.
    var roomWaiters: [AsyncSignal] = []
    /// Jobs that are given to the queue, until a caller takes them all to it.
    nonisolated let arrivals = TurnQueue<Arrival>()
    /// Runs that have ended, until the queue takes all of them.
    nonisolated let endedRuns = TurnQueue<EndedRun>()
    /// Signalled when a run has ended, and when no more begin.
    let endings = AsyncSignal()
    /// Runs whose end was not taken yet.
    var runsUnderWay = 0
    /// Jobs with a key whose acceptance was not confirmed yet: those that come again with it wait for the same sync.
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

    // MARK: The log

    /// Takes the record's position in the order, and takes it into the state with all that follows, in one step.
    func submit(_ record: QueueRecord, _ space: SpaceCharge) throws(QueueError) -> LogTicket {
        defer { tellNeeds() }
        return try append(record, space)
    }

    /// The same without telling the log what it must have room for: once after several.
    func append(_ record: QueueRecord, _ space: SpaceCharge) throws(QueueError) -> LogTicket {
        let payload = record.payload
        do {
            let ticket = try log.append(record.kind, payload, space)
            perform(scheduler.apply(record, at: ticket))
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
