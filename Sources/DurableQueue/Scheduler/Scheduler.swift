/// Decides all that the queue does: which lane runs next, what a try costs, what is called off, when to look again.
///
/// A value that never waits, reads no clock and writes nothing. It owns the queue's state, which changes by records only
/// (`apply`); what follows from a change for the lanes follows from it here, whichever event made it. Each event returns
/// what the queue has to do.
struct Scheduler: Sendable {
    /// What the queue has to do after an event.
    struct Effects: Equatable, Sendable {
        /// Numbers of the leases whose runs are to be called off.
        var callOff: [UInt64] = []
        /// A lane may be dispatched now, or a job is due sooner than any before.
        var wakes = false
    }

    let policy: QueuePolicy
    private(set) var state: QueueState
    private(set) var dispatcher: Dispatcher
    /// The attempt that holds each running lane.
    private(set) var leases: [LaneID: Lease] = [:]
    private var leasesGiven: UInt64 = 0
    /// Lanes that stand in the dispatcher's ready set, in which line, and under which number.
    private(set) var ready: [LaneID: (urgency: JobUrgency, number: UInt64)] = [:]
    /// Due times of delayed jobs. Entries may be stale: only the one equal to the job's current due time counts.
    private var delays = DelayQueue()
    /// Tenants that go on after a pause: their lanes are looked at from these numbers on, in pieces.
    private var resumed: Fifo<(tenant: UInt32, next: UInt64)> = Fifo()
    /// Nil: all.
    private(set) var servedTenants: Set<TenantID>?
    /// Jobs that an operator discards or retries, with their lanes, which begin nothing until that is on disk for good.
    private(set) var held: [JobID: LaneID] = [:]
    /// Jobs of a batch that was refused: each gets a verdict of its own. Starts anew with the process.
    private(set) var mustRunAlone: Set<JobID> = []
    /// What running jobs let their lanes' states grow by before their last try. Starts anew with the process.
    private var growth: [JobID: Int] = [:]
    private(set) var announcements: Announcements
    private(set) var isStopping = false
    /// A completion could not be written. What is in memory is more than is on disk, so nothing may follow from it
    /// until the next start, which reads what the log has.
    private(set) var hasFailed = false
    private(set) var staleCompletions = 0
    /// For the jitter of pauses.
    private var random: any RandomNumberGenerator & Sendable

    /// - Parameter announced: all records up to this one are durable, and the handler knows of their jobs.
    init(
        _ state: QueueState, policy: QueuePolicy, announced: UInt64,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.state = state
        self.policy = policy
        self.random = random
        announcements = Announcements(after: announced)
        dispatcher = Dispatcher(
            perTenant: .init(lanes: policy.lanesPerTenant, bytes: policy.maxRunningBytes / 4),
            total: .init(lanes: policy.lanes, bytes: policy.maxRunningBytes), least: policy.leastLanesPerTenant)
    }

    /// Takes up what a start found, the lanes first that waited longest.
    ///
    /// - Parameter wantsAcceptance: of which kinds of jobs the handler is told before anything runs.
    mutating func recover(at now: Int64, wantsAcceptance: (UInt8) -> Bool) {
        state.settleFailures(dueBy: now + Self.bounded(policy.retry.cap).milliseconds)
        for (number, failure) in state.lastFailures where failure.due != 0 {
            delays.add(JobID(rawValue: number), due: failure.due)
        }
        for (number, job) in state.jobs.rows where !job.isDead && wantsAcceptance(job.kind) {
            announcements.add(found: JobID(rawValue: number))
        }
        var effects = Effects()
        for (number, job) in state.jobs.rows {
            guard let lane = job.id, !job.isDead, state.lanes.head(of: lane)?.rawValue == number else { continue }
            look(at: lane, &effects)
        }
    }

    // MARK: Records

    /// Takes a record into the state, with all that follows from it.
    mutating func apply(_ record: QueueRecord, at ticket: LogTicket?) -> Effects {
        var effects = Effects()
        switch record {
        case .outcome(let outcome):
            let lane = state.jobs[outcome.job]?.lane
            state.apply(record, at: ticket)
            isOver(outcome.job, outcome.ending, &effects)
            if let lane { look(at: lane, &effects) }
        case .batchOutcome(let outcome, let others):
            let lane = state.jobs[outcome.job]?.lane
            state.apply(record, at: ticket)
            for job in [outcome.job] + others { isOver(job, outcome.ending, &effects) }
            if let lane { look(at: lane, &effects) }
        case .joined(let from, let into):
            state.apply(record, at: ticket)
            ready[from] = nil
            look(at: into, &effects)
        case .revived(let job, _, _):
            state.apply(record, at: ticket)
            if let lane = state.jobs[job]?.lane { look(at: lane, &effects) }
        case .paused(let tenant, let lane, let isPaused):
            state.apply(record, at: ticket)
            if let lane = lane.map(state.lanes.current) {
                if isPaused { callOffRuns(of: lane, &effects) } else { look(at: lane, &effects) }
            } else if isPaused {
                callOffRuns(of: tenant, &effects)
            } else {
                resume(tenant, &effects)
            }
        // A new job runs once it is durable: see `announce`. The others change nothing about what may run.
        case .accepted, .laneState, .bound, .forgotten, .metadata, .moved, .lane, .job, .counters, .lanes, .jobs,
            .lastFailures,
            .acceptedKeys:
            state.apply(record, at: ticket)
        }
        return effects
    }

    private mutating func isOver(_ job: JobID, _ ending: OutcomeRecord.Ending, _ effects: inout Effects) {
        let due = state.due(of: job)
        if due != 0 {
            delays.add(job, due: due)
            effects.wakes = true
        }
        switch ending {
        case .waiting, .interrupted: break
        case .done, .dead, .superseded, .discarded: mustRunAlone.remove(job)
        }
        if state.jobs[job] == nil { growth[job] = nil }
    }

    // MARK: Accepted jobs

    /// A job was accepted, and is not durable yet.
    mutating func accepted(_ job: AcceptedJob, at sequence: UInt64) { announcements.add(job, at: sequence) }

    mutating func nextOfBacklog() -> JobID? { announcements.nextOfBacklog() }
    mutating func readBacklog() { announcements.isBacklogRead = true }

    /// Lets run what has become durable.
    ///
    /// - Returns: jobs of which the handler is told now, before any later one runs.
    mutating func announce(durable: UInt64) -> (jobs: [AcceptedJob], effects: Effects) {
        var effects = Effects()
        let jobs = announcements.take(durable: durable)
        for job in jobs {
            // Discarded, or joined into another lane, while it was being synced.
            if let lane = state.jobs[job.id]?.lane { look(at: lane, &effects) }
        }
        return (jobs, effects)
    }

    // MARK: What runs next

    /// When the first delayed job may be due.
    var earliestDue: Int64? { delays.earliest }

    /// Wakes jobs that are due, and lanes of tenants that go on, as many as there is `budget` for.
    mutating func catchUp(to now: Int64, budget: inout Int) -> Effects {
        var effects = Effects()
        while budget > 0, let (id, at) = delays.pop(dueBy: now) {
            budget -= 1
            // Else it was discarded since, or ran and waits for another time.
            guard state.due(of: id) == at, let lane = state.jobs[id]?.lane else { continue }
            state.forgetDue(id)
            look(at: lane, &effects)
        }
        while budget > 0, let (tenant, next) = resumed.popFirst() {
            guard let rows = state.lanes.rows.rows(from: next, atLeast: budget) else { continue }
            budget -= max(1, rows.count)
            for (lane, row) in rows where row.tenant == tenant && !row.line.isEmpty {
                look(at: LaneID(rawValue: lane), &effects)
            }
            if let last = rows.last?.number, last < .max { resumed.append((tenant, last + 1)) }
        }
        return effects
    }

    /// The next job to run, with its lane's lease taken. Nil: nothing may run now, or the budget is used up.
    ///
    /// - Parameter since: what the wall clock shows.
    mutating func next(since: Int64, budget: inout Int) -> Lease? {
        guard !isStopping, !hasFailed else { return nil }
        while budget > 0, var slot = dispatcher.next() {
            budget -= 1
            let lane = slot.lane
            // One that was escalated since stands in two lines.
            let wasReady = ready[lane]?.urgency == slot.urgency
            if wasReady { ready[lane] = nil }
            if wasReady, isReady(lane), let row = state.lanes[lane], let id = row.pending.first,
                let job = state.jobs[id]
            {
                dispatcher.hold(Int(job.size) + Int(row.stateSize), at: &slot)
                leasesGiven += 1
                let lease = Lease(
                    job: id, lane: lane, attempt: job.nextAttempt, number: leasesGiven,
                    merging: row.merged.map(\.lane), slot: slot, since: since)
                leases[lane] = lease
                return lease
            }
            // Paused, joined or emptied since it was put there.
            dispatcher.release(slot)
            // Another job may be its head now. What is to be called off was when the lane stopped being ready.
            var effects = Effects()
            if wasReady { look(at: lane, &effects) }
        }
        return nil
    }

    /// Adds jobs to the lease's run.
    mutating func extend(_ lease: inout Lease, with others: [JobID], bytes: Int) {
        lease.others = others
        dispatcher.hold(bytes, at: &lease.slot)
        leases[lease.lane] = lease
    }

    /// Frees the lane and its slot. Called once, by the attempt that took them.
    mutating func release(_ lease: Lease) -> Effects {
        var effects = Effects(wakes: true)
        leases[lease.lane] = nil
        dispatcher.release(lease.slot)
        look(at: lease.lane, &effects)
        return effects
    }

    /// The same.
    ///
    /// - Returns: with the effects, bytes of the lane's state if it has more to run, and else nil.
    mutating func ended(_ lease: Lease) -> (effects: Effects, waitingState: Int?) {
        let effects = release(lease)
        return (effects, hasMoreToRun(lease.lane) ? Int(state.lanes[lease.lane]?.stateSize ?? 0) : nil)
    }

    // MARK: Lanes

    /// Whether a lane may run this moment. The only place that says so.
    func isReady(_ lane: LaneID) -> Bool {
        guard let row = state.lanes[lane], let head = row.pending.first, let job = state.jobs[head] else {
            return false
        }
        return leases[lane] == nil
            // A lane that was joined into this one has to end its run first.
            && row.merged.allSatisfy { leases[$0.lane] == nil }
            && !isPaused(row) && !isHeld(lane) && job.sequence <= announcements.sequence && state.due(of: head) == 0
    }

    private func isHeld(_ lane: LaneID) -> Bool {
        held.values.contains { state.lanes.current($0) == lane }
    }

    /// Looks at a lane about which something has changed: puts it into the ready set if it can run, and calls off a bulk
    /// run that a live job waits for. A lane that cannot run is looked at again by whatever event lets it.
    private mutating func look(at lane: LaneID, _ effects: inout Effects) {
        let lane = state.lanes.current(lane)
        guard let row = state.lanes[lane], let head = row.pending.first else { return }
        if state.lanes.isEscalated(lane) {
            // The bulk run may wait for a part of the budget that imports do not get today. Its jobs run again as live ones.
            effects.callOff += leases(of: lane).filter { $0.slot.urgency == .bulk }.map(\.number)
        }
        let (urgency, now) = (urgency(of: lane, head), ready[lane]?.urgency)
        guard now == nil || (now == .bulk && urgency == .live), isReady(lane) else { return }
        ready[lane] = (urgency, dispatcher.add(lane, of: row.tenant, urgency))
        effects.wakes = true
    }

    /// As what a lane runs whose first job is this one. A live job behind a bulk one makes all of the lane live until it
    /// is empty.
    private func urgency(of lane: LaneID, _ head: JobID) -> JobUrgency {
        state.lanes.isEscalated(lane) ? .live : state.jobs[head]?.urgency ?? .live
    }

    // MARK: Idle lanes

    /// Lanes that have become idle and mean nothing any more, once enough have gathered.
    mutating func takeForgettableLanes() -> [LaneID] {
        guard state.lanes.idle.count >= policy.lanesForgottenAtOnce else { return [] }
        return forgettable(among: state.takeIdleLanes())
    }

    mutating func eraseFinished(of lane: LaneID) { state.eraseFinished(of: lane) }

    /// Those of these lanes that mean nothing any more. A run that ends just now holds its lane until its outcome is written:
    /// that lane is found again.
    mutating func forgettable(among lanes: [LaneID]) -> [LaneID] {
        guard !hasFailed else { return [] }
        let idle = state.forgettable(among: lanes)
        for lane in idle where leases[lane] != nil { state.noteIdle(lane) }
        return idle.filter { leases[$0] == nil }
    }

    // MARK: Pausing, stopping

    /// Runs jobs of these tenants only; nil: of all.
    mutating func serve(only tenants: Set<TenantID>?) -> Effects {
        let before = servedTenants
        servedTenants = tenants
        var effects = Effects()
        for name in state.jobs.tenants.names where isServed(name) != (before?.contains(name) ?? true) {
            if isServed(name) { resume(name, &effects) } else { callOffRuns(of: name, &effects) }
        }
        return effects
    }

    private mutating func resume(_ tenant: TenantID, _ effects: inout Effects) {
        guard let number = state.lanes.tenants.known(tenant) else { return }
        resumed.append((number, 0))
        effects.wakes = true
    }

    private func callOffRuns(of tenant: TenantID, _ effects: inout Effects) {
        effects.callOff += leases.values.filter { $0.slot.tenant == tenant }.map(\.number).sorted()
    }

    private func callOffRuns(of lane: LaneID, _ effects: inout Effects) {
        effects.callOff += leases(of: lane).map(\.number)
    }

    /// An operator changes something about this job: its lane begins nothing until `unhold`.
    mutating func hold(_ job: JobID, in lane: LaneID?) {
        if let lane = lane ?? state.jobs[job]?.lane { held[job] = lane }
    }

    /// What the operator wanted is on disk for good, or came to nothing.
    mutating func unhold(_ job: JobID) -> Effects {
        var effects = Effects()
        if let lane = held.removeValue(forKey: job) { look(at: lane, &effects) }
        return effects
    }

    mutating func stop() { isStopping = true }
    mutating func fail() { hasFailed = true }

    // MARK: How a run ended

    /// Whether a lease is still the lane's. One that is not is counted: what it says is ignored.
    mutating func isCurrent(_ lease: Lease) -> Bool {
        if leases[lease.lane] == lease { return true }
        staleCompletions += 1
        return false
    }

    /// What is written of a run's end. Nil: the lease is not the lane's any more, or its job is gone.
    mutating func record(of end: RunEnd, _ lease: Lease, at wall: Int64) -> OutcomeRecord? {
        guard leases[lease.lane] == lease, state.jobs[lease.job] != nil else {
            staleCompletions += 1
            return nil
        }
        var (ending, separates) = (end.ending, end.separates)
        if case .dead = ending, !lease.others.isEmpty {
            // Whose fault it is shows when they are run one by one.
            (ending, separates) = (.interrupted, true)
        }
        if separates { mustRunAlone.formUnion(lease.jobs) }
        let isTry = end.isCharged && ending != .interrupted && ending != .superseded
        return OutcomeRecord(
            job: lease.job, attempts: isTry ? lease.attempt : lease.attempt - 1, ending: ending,
            lane: end.state == nil ? nil : lease.lane, state: end.state?.bytes ?? [],
            merging: end.state == nil ? [] : lease.merging, at: wall)
    }

    /// When a job is tried again that was tried in vain.
    ///
    /// - Parameter pause: nil leaves it to the policy.
    mutating func dueTime(of job: JobID, after pause: Duration?, at now: Int64) -> Int64 {
        let tries = state.consecutiveFailures(of: job) + 1
        let pause = pause ?? policy.retry.pause(after: tries, random: Double.random(in: 0...1, using: &random))
        // At least a moment, so that a job that asks to go on at once lets other lanes go first.
        return now + max(Self.bounded(pause), .milliseconds(1)).milliseconds
    }

    /// Bounded before it becomes a number: what a peer asks for may not fit in one, and would trap.
    private static func bounded(_ pause: Duration) -> Duration { min(max(pause, .zero), .seconds(366 * 86_400)) }

    /// Counts what the lane's state grows by with this one. False if that is more, over all tries of the job, than was set
    /// aside for it.
    mutating func mayGrow(to bytes: Int, _ lease: Lease) -> Bool {
        guard let job = state.jobs[lease.job] else { return false }
        let row = state.lanes[state.lanes.current(lease.lane)]
        let now = row?.state == nil ? 0 : Int(row?.stateSize ?? 0)
        let grown = (growth[lease.job] ?? 0) + max(0, bytes - now)
        guard grown <= SpaceNeed.growth(forPayload: Int(job.size)) else { return false }
        if grown > 0 { growth[lease.job] = grown }
        return true
    }

    mutating func oldestPending(of tenant: UInt32) -> Int64? { state.oldestPending(of: tenant) }
}
