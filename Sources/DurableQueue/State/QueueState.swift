/// Everything that the queue knows, made of the records of its log and of nothing else: the same records in the same
/// order always make the same state, live and at the start.
struct QueueState: Sendable {
    private(set) var jobs = JobTable()
    private(set) var lanes = LaneTable()
    private(set) var lastFailures = SparseTable<LastFailure>()
    private var reasons = StringInterner()
    private(set) var counters = JobCounters()
    private(set) var metadata: [String: [UInt8]] = [:]
    private var metadataBytes = 0
    private(set) var pausedTenants: Set<TenantID> = []
    var finished = FinishedJobs()
    private(set) var acceptedKeys = AcceptedKeys()
    private(set) var nextJob: UInt64 = 1
    private(set) var done: UInt64 = 0
    /// Written by a newer version: kept, so that going back to it loses nothing.
    private(set) var unknown: [RecoveredRecord] = []

    mutating func apply(_ found: RecoveredRecord) {
        do {
            // Most of what a start reads, so without making texts of what is only hashed, nor copying the payload.
            if found.kind == QueueRecord.acceptedKind, let ticket = found.ticket {
                return accept(try AcceptedEntry(found.payload, lanes.fingerprinter), at: ticket)
            }
            let record = try QueueRecord(kind: found.kind, payload: found.payload)
            if case .lanes(let block) = record, !adopt(block.secret) { return unknown.append(found) }
            if case .acceptedKeys(let block) = record, !adopt(block.secret) { return unknown.append(found) }
            apply(record, at: found.ticket)
        } catch {
            unknown.append(found)
        }
    }

    mutating func apply(_ record: QueueRecord, at ticket: LogTicket?) {
        switch record {
        case .accepted(let record):
            if let ticket { accept(AcceptedEntry(record, lanes.fingerprinter), at: ticket) }
        case .outcome(let record): close(record, at: ticket)
        case .batchOutcome(let record, let others): close(record, with: others, at: ticket)
        case .laneState(let lane, let bytes, let merging):
            if let ticket { lanes.setState(ticket.address, size: bytes.count, of: lane, merging: merging) }
        case .joined(let from, let into): join(from, into: into)
        case .bound(let lane, let keys): lanes.bind(keys, to: lanes.current(lane))
        case .forgotten(let lanes): for lane in lanes { self.lanes.forget(lane) }
        case .metadata(let key, let value): setMetadata(key, value)
        case .revived(let job, let lane, let keys): revive(job, lane, keys)
        case .paused(let tenant, let lane, let isPaused): pause(tenant, lane, isPaused)
        case .moved(let record):
            if let ticket { jobs.set(ticket.address, of: record.id) }
        case .lane(let record): change(record.id) { $0.restore(record) }
        case .job(let record): restore(record)
        case .counters(let nextJob, let nextLane, let done):
            self.nextJob = max(self.nextJob, nextJob)
            lanes.reserveNumbers(upTo: nextLane)
            self.done &+= done
        case .lanes(let record): restore(record)
        case .jobs(let record): restore(record)
        case .lastFailures(let record):
            for row in record.rows { set(row.failure, of: row.id) }
        case .acceptedKeys(let record): restore(record)
        }
    }

    private mutating func setMetadata(_ key: String, _ value: [UInt8]) {
        func size(_ value: [UInt8]?) -> Int { value.map { $0.count + key.utf8.count + 64 } ?? 0 }
        metadataBytes -= size(metadata[key])
        metadata[key] = value.isEmpty ? nil : value
        metadataBytes += size(metadata[key])
    }

    /// What the log must have room for.
    var need: SpaceNeed {
        SpaceNeed(
            jobs: jobs.count, payloads: jobs.payloadBytes, states: lanes.stateBytes, lanes: lanes.count,
            failures: lastFailures.count, keys: acceptedKeys.count, metadata: metadataBytes)
    }

    private mutating func accept(_ job: AcceptedEntry, at ticket: LogTicket) {
        nextJob = max(nextJob, job.id.rawValue &+ 1)
        guard isNew(job.id) else { return }
        if let lane = job.lane { lanes.bind(job.keys, to: lane, of: job.tenant) }
        add(
            job.id,
            JobRow(
                tenant: job.tenant, lane: job.lane, kind: job.kind, isSnapshot: job.isSnapshot, urgency: job.urgency,
                isDead: job.unroutable != nil, attempts: 0, size: job.size, address: ticket.address,
                sequence: ticket.sequence, acceptedAt: job.acceptedAt),
            job.unroutable.map { LastFailure(finishedAt: job.acceptedAt, reason: $0) })
        guard let key = job.idempotencyKey, let tenant = jobs.rows[job.id.rawValue]?.tenant else { return }
        acceptedKeys.add(key, of: job.id, tenant: tenant) { [jobs] in jobs.rows.contains($0.rawValue) }
    }

    /// The job that was accepted with this key, as far as that is remembered.
    func job(withIdempotencyKey key: String, of tenant: TenantID) -> JobID? {
        acceptedKeys.job(with: lanes.fingerprinter.print(idempotencyKey: key, of: tenant))
    }

    /// Of the jobs that were done in one run the last one's values won; the others say that they went with it.
    private mutating func close(_ record: OutcomeRecord, with others: [JobID], at ticket: LogTicket?) {
        close(record, at: ticket, with: others.last)
        for other in others {
            let own = OutcomeRecord(
                job: other, attempts: jobs[other]?.nextAttempt ?? 1, ending: record.ending, lane: nil, state: [],
                merging: [], at: record.at)
            close(own, at: nil, with: other == others.last ? nil : others.last)
        }
    }

    /// - Parameter last: the last of the jobs that were done with this one.
    private mutating func close(_ record: OutcomeRecord, at ticket: LogTicket?, with last: JobID? = nil) {
        if let lane = record.lane, let ticket {
            lanes.setState(ticket.address, size: record.stateRecordSize, of: lane, merging: record.merging)
        }
        guard jobs[record.job] != nil else { return }
        jobs.set(attempts: record.attempts, of: record.job)
        let tries = UInt16(clamping: consecutiveFailures(of: record.job) + 1)
        set(nil, of: record.job)
        switch record.ending {
        case .waiting(let until, let reason):
            set(LastFailure(due: until, reason: reason, consecutiveFailures: tries), of: record.job)
        case .interrupted: break
        case .dead(let reason, let parks):
            set(LastFailure(finishedAt: record.at, reason: reason), of: record.job)
            bury(record.job, parks: parks)
        case .done:
            done &+= 1
            if let job = jobs[record.job], job.isSnapshot, let lane = job.lane {
                lanes.isDone(snapshot: record.job, in: lanes.current(lane))
            }
            forget(record.job, as: .done, at: record.at, with: last)
        case .superseded: forget(record.job, as: .superseded, at: record.at)
        case .discarded: forget(record.job, as: nil, at: record.at)
        }
    }

    // MARK: Rows, and the counters with them

    /// How a job stands, and whose it is.
    func standing(of id: JobID) -> (tenant: UInt32, JobCounters.Standing)? {
        jobs.rows[id.rawValue].map { ($0.tenant, standing(id, $0)) }
    }

    private func standing(_ id: JobID, _ row: PackedJob) -> JobCounters.Standing {
        if row.isDead { return .dead }
        if let lane = row.id, lanes.isBlocked(lane) { return .blocked }
        return due(of: id) == 0 ? .accepted : .waiting
    }

    /// Changes something about one job that may change how it stands.
    private mutating func change(_ id: JobID, _ body: (inout QueueState) -> Void) {
        if let row = jobs.rows[id.rawValue] { counters.remove(standing(id, row), of: row.tenant) }
        body(&self)
        if let row = jobs.rows[id.rawValue] { counters.add(id, standing(id, row), of: row.tenant) }
    }

    /// Changes something about a lane that may change how all that wait in it stand.
    private mutating func change(_ lane: LaneID, _ body: (inout LaneTable) -> Void) {
        let wasBlocked = lanes.isBlocked(lane)
        body(&lanes)
        guard lanes.isBlocked(lane) != wasBlocked else { return }
        for id in lanes.rows[lane.rawValue]?.line ?? LaneQueue() {
            guard let row = jobs.rows[id.rawValue], !row.isDead else { continue }
            let free = due(of: id) == 0 ? JobCounters.Standing.accepted : .waiting
            counters.remove(wasBlocked ? .blocked : free, of: row.tenant)
            counters.add(id, wasBlocked ? free : .blocked, of: row.tenant)
        }
    }

    private mutating func add(_ id: JobID, _ row: JobRow, _ failure: LastFailure?) {
        var row = row
        row.lane = row.lane.map { home($0, of: row.tenant) }
        change(id) { state in
            state.jobs[id] = row
            state.lastFailures[id.rawValue] = failure
            if let lane = row.lane { state.put(id, row.urgency, isDead: row.isDead, into: lane) }
        }
    }

    private mutating func put(_ id: JobID, _ urgency: JobUrgency, isDead: Bool, into lane: LaneID) {
        if isDead { lanes.countDead(in: lane) } else { lanes.insert(id, urgency, into: lane) }
    }

    /// A job has one number, one lane and one record, whatever a log says: the first stays.
    private func isNew(_ id: JobID) -> Bool { id.rawValue != 0 && jobs[id] == nil }

    /// Where a job that names this lane stands. No log that a queue wrote names one that is not there.
    private mutating func home(_ lane: LaneID, of tenant: TenantID) -> LaneID {
        lanes.bind([FingerprintedKey](), to: lane, of: tenant)
        return lanes.current(lane)
    }

    private mutating func set(_ failure: LastFailure?, of id: JobID) {
        guard failure != nil || lastFailures.contains(id.rawValue), jobs[id] != nil else { return }
        var failure = failure
        if let reason = failure?.reason { failure?.reason = reasons.shared(reason) }
        change(id) { $0.lastFailures[id.rawValue] = failure }
    }

    private mutating func bury(_ id: JobID, parks: Bool) {
        guard let job = jobs[id] else { return }
        change(id) { $0.jobs.set(isDead: true, of: id) }
        guard let lane = job.lane.map(lanes.current) else { return }
        lanes.remove(id, from: lane)
        if !job.isDead { lanes.countDead(in: lane) }
        if parks { change(lane) { $0.park(lane, behind: id) } }
    }

    private mutating func forget(_ id: JobID, as state: JobState?, at time: Int64, with last: JobID? = nil) {
        guard let job = jobs[id] else { return }
        if let state {
            var view = view(id, job, state)
            view.finishedAt = time
            if let last { view.reason = "done together with job \(last)" }
            finished.add(view)
        }
        change(id) { $0.jobs.remove(id) }
        acceptedKeys.close(id)
        guard let lane = job.lane.map(lanes.current) else { return }
        lanes.remove(id, from: lane)
        if job.isDead { lanes.uncountDead(in: lane) }
        change(lane) { $0.unpark(lane, of: id) }
        lanes.noteIfForgettable(lane)
    }

    private mutating func join(_ from: LaneID, into: LaneID) {
        guard from != into, lanes.rows.contains(into.rawValue), let old = lanes.rows[from.rawValue] else { return }
        for id in old.line { change(id) { $0.jobs.set(lane: into, of: id) } }
        change(into) { $0.join(from, into: into) }
    }

    private mutating func revive(_ id: JobID, _ lane: LaneID?, _ keys: [LaneKey]) {
        guard let job = jobs[id], job.isDead, let lane = (lane ?? job.lane).map(lanes.current) else { return }
        lanes.bind(keys, to: lane, of: job.tenant)
        if let old = job.lane { lanes.uncountDead(in: lanes.current(old)) }
        change(id) { state in
            state.jobs.set(isDead: false, of: id)
            state.jobs.set(attempts: 0, of: id)
            state.jobs.set(lane: lane, of: id)
            state.lastFailures[id.rawValue] = nil
            state.lanes.insert(id, job.urgency, into: lane)
        }
        change(lane) { $0.unpark(lane, of: id) }
    }

    private mutating func pause(_ tenant: TenantID, _ lane: LaneID?, _ isPaused: Bool) {
        if let lane = lane.map(lanes.current) {
            change(lane) { $0.set(isPaused: isPaused, of: lane) }
            lanes.noteIfForgettable(lane)
        } else if isPaused {
            pausedTenants.insert(tenant)
        } else {
            pausedTenants.remove(tenant)
        }
    }

    /// Lanes that have become idle since the last call.
    mutating func takeIdleLanes() -> [LaneID] { lanes.takeIdle() }

    mutating func noteIdle(_ lane: LaneID) { lanes.noteIfForgettable(lane) }

    // MARK: From a checkpoint

    private mutating func restore(_ record: JobRecord) {
        nextJob = max(nextJob, record.id.rawValue &+ 1)
        guard isNew(record.id) else { return }
        let hasFailed = record.due != 0 || record.finishedAt != 0 || !record.reason.isEmpty
        let failure =
            record.isDead
            ? LastFailure(finishedAt: record.finishedAt, reason: record.reason)
            : LastFailure(due: record.due, reason: record.reason)
        add(
            record.id,
            JobRow(
                tenant: record.tenant, lane: record.lane, kind: record.kind, isSnapshot: record.isSnapshot,
                urgency: record.urgency, isDead: record.isDead, attempts: record.attempts, size: record.size,
                address: record.address, sequence: 0, acceptedAt: record.acceptedAt),
            hasFailed ? failure : nil)
    }

    private mutating func restore(_ record: JobsRecord) {
        let numbers = record.tenants.map { jobs.number(of: $0) }
        for saved in record.rows {
            var row = saved.row
            row.tenant = numbers[Int(row.tenant)]
            nextJob = max(nextJob, saved.id.rawValue &+ 1)
            guard isNew(saved.id) else { continue }
            let lane = row.id.map { home($0, of: record.tenants[Int(saved.row.tenant)]) }
            row.lane = lane?.rawValue ?? 0
            change(saved.id) { state in
                state.jobs.put(row, at: saved.id)
                if let lane { state.put(saved.id, row.urgency, isDead: row.isDead, into: lane) }
            }
        }
    }

    private mutating func restore(_ record: LanesRecord) {
        guard adopt(record.secret) else { return }
        for row in record.rows {
            lanes.bind(row.keys, to: row.id, of: record.tenants[Int(row.row.tenant)])
            change(row.id) { $0.restore(row.row, row.extras, of: row.id) }
        }
    }

    /// After the jobs, so that it shows which of them are finished.
    private mutating func restore(_ record: AcceptedKeysRecord) {
        guard adopt(record.secret) else { return }
        let numbers = record.tenants.map { jobs.number(of: $0) }
        for row in record.rows {
            acceptedKeys.add(row.print, of: JobID(rawValue: row.job), tenant: numbers[Int(row.tenant)]) { [jobs] in
                jobs.rows.contains($0.rawValue)
            }
        }
    }

    /// False if prints were made with another secret already.
    private mutating func adopt(_ secret: SipHash.Key) -> Bool {
        acceptedKeys.isEmpty ? lanes.adopt(secret) : lanes.fingerprinter.secret == secret
    }

    // MARK: Times

    /// 0 unless it waits.
    func due(of id: JobID) -> Int64 { lastFailures[id.rawValue]?.due ?? 0 }

    /// The job's time has come, by a clock that cannot be set back.
    mutating func forgetDue(_ id: JobID) {
        guard due(of: id) != 0 else { return }
        change(id) { state in _ = state.lastFailures.change(id.rawValue) { $0.due = 0 } }
    }

    /// See `LastFailure`.
    func consecutiveFailures(of id: JobID) -> Int { Int(lastFailures[id.rawValue]?.consecutiveFailures ?? 0) }

    /// At a start. A clock that was set back must not make a job wait for years, nor a time that none can show make
    /// anything of it overflow; and pauses grow anew.
    mutating func settleFailures(dueBy latest: Int64) {
        for (number, failure) in lastFailures where failure.due != 0 || failure.consecutiveFailures != 0 {
            _ = lastFailures.change(number) { failure in
                if failure.due != 0 { failure.due = min(max(failure.due, 1), latest) }
                failure.consecutiveFailures = 0
            }
        }
    }

    mutating func oldestPending(of tenant: UInt32) -> Int64? { counters.oldestPending(of: tenant, in: jobs) }

    /// Neither finished nor dead.
    func pending(of tenant: TenantID) -> Int {
        guard let number = jobs.tenants.known(tenant), counters.counts.indices.contains(Int(number)) else { return 0 }
        return counters.counts[Int(number)].pending
    }

    // MARK: Views

    func view(_ id: JobID, _ job: JobRow, _ state: JobState) -> JobView {
        let failure = lastFailures[id.rawValue]
        return JobView(
            id: id, tenant: job.tenant, lane: job.lane.map(lanes.current), kind: job.kind, urgency: job.urgency,
            state: state, attempts: Int(job.attempts), reason: failure?.reason, acceptedAt: job.acceptedAt,
            finishedAt: state == .dead ? failure?.finishedAt : nil)
    }
}
