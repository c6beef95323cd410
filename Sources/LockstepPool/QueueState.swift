/// Everything that the queue knows, made of the records of its log and of nothing else: the same records in the same
/// order always make the same state, live and at the start.
struct QueueState: Sendable {
    struct JobRow: Sendable {
        var tenant: TenantID
        /// Nil: not placed.
        var lane: LaneID?
        var address: LogAddress
        /// The accepting record's place in the log: not dispatched before it is durable.
        var sequence: UInt64
        var kind: UInt8
        var isSnapshot: Bool
        var urgency: JobUrgency
        var isDead: Bool
        var attempts: UInt32
        var size: UInt32
        var acceptedAt: Int64
        /// For a waiting job, milliseconds since 1970; 0 for others.
        var due: Int64 = 0
        var finishedAt: Int64 = 0
    }

    private(set) var jobs: [JobID: JobRow] = [:]
    var lanes = LaneTable()
    /// Why a job waits or is dead.
    private(set) var reasons: [JobID: String] = [:]
    private(set) var notes: [String: [UInt8]] = [:]
    private(set) var pausedTenants: Set<TenantID> = []
    private(set) var finished = FinishedJobs()
    private(set) var nextJob: UInt64 = 1
    private(set) var done: UInt64 = 0
    /// Written by a newer version: kept, so that going back to it loses nothing.
    private(set) var unknown: [FoundRecord] = []

    mutating func apply(_ found: FoundRecord) {
        do {
            apply(try PoolRecord(kind: found.kind, payload: found.payload), at: found.ticket)
        } catch {
            unknown.append(found)
        }
    }

    mutating func apply(_ record: PoolRecord, at ticket: LogTicket?) {
        switch record {
        case .accepted(let record): accept(record, at: ticket)
        case .outcome(let record): close(record, at: ticket)
        case .laneState(let lane, _, let merging):
            if let ticket { lanes.setState(ticket.address, of: lane, merging: merging) }
        case .joined(let from, let into): join(from, into: into)
        case .note(let key, let value): notes[key] = value.isEmpty ? nil : value
        case .revived(let job, let lane, let keys): revive(job, lane, keys)
        case .paused(let tenant, let lane, let isPaused): pause(tenant, lane, isPaused)
        case .moved(let record):
            if let ticket { jobs[record.id]?.address = ticket.address }
        case .lane(let record): lanes.restore(record)
        case .job(let record): restore(record)
        case .counters(let nextJob, let nextLane, let done):
            self.nextJob = max(self.nextJob, nextJob)
            lanes.reserveNumbers(upTo: nextLane)
            self.done += done
        }
    }

    private mutating func accept(_ record: AcceptedRecord, at ticket: LogTicket?) {
        guard let ticket else { return }
        nextJob = max(nextJob, record.id.rawValue + 1)
        jobs[record.id] = JobRow(
            tenant: record.tenant, lane: record.lane, address: ticket.address, sequence: ticket.sequence,
            kind: record.kind, isSnapshot: record.isSnapshot, urgency: record.urgency,
            isDead: record.unplaced != nil, attempts: 0, size: UInt32(clamping: record.payload.count),
            acceptedAt: record.acceptedAt)
        reasons[record.id] = record.unplaced
        guard let lane = record.lane else { return }
        lanes.bind(record.keys, to: lane, of: record.tenant)
        lanes.insert(record.id, into: lane)
    }

    private mutating func close(_ record: OutcomeRecord, at ticket: LogTicket?) {
        if let lane = record.lane, let ticket { lanes.setState(ticket.address, of: lane, merging: record.merging) }
        guard var job = jobs[record.job] else { return }
        let lane = job.lane.map(lanes.current)
        job.attempts = record.attempts
        job.due = 0
        job.finishedAt = record.at
        reasons[record.job] = nil
        switch record.ending {
        case .waiting(let until, let reason):
            job.due = until
            reasons[record.job] = reason
            jobs[record.job] = job
            return
        case .interrupted:
            jobs[record.job] = job
            return
        case .dead(let reason, let parks):
            if parks, let lane { lanes[lane]?.parkedBy = record.job }
            job.isDead = true
            reasons[record.job] = reason
            jobs[record.job] = job
        case .done:
            done += 1
            if job.isSnapshot, let lane { lanes[lane]?.isDone(snapshot: record.job) }
            forget(record.job, job, as: .done)
        case .superseded: forget(record.job, job, as: .superseded)
        case .discarded: forget(record.job, job, as: nil)
        }
        guard let lane else { return }
        lanes.remove(record.job, from: lane)
        if lanes[lane]?.parkedBy == record.job, !job.isDead || jobs[record.job] == nil { lanes[lane]?.parkedBy = nil }
    }

    private mutating func forget(_ id: JobID, _ job: JobRow, as state: JobState?) {
        jobs[id] = nil
        if let state { finished.add(view(id, job, state)) }
    }

    private mutating func join(_ from: LaneID, into: LaneID) {
        let moving = lanes[from]?.pending ?? []
        lanes.join(from, into: into)
        for job in moving { jobs[job]?.lane = into }
    }

    private mutating func revive(_ id: JobID, _ lane: LaneID?, _ keys: [LaneKey]) {
        guard let job = jobs[id], job.isDead, let lane = (lane ?? job.lane).map(lanes.current) else { return }
        lanes.bind(keys, to: lane, of: job.tenant)
        jobs[id]?.isDead = false
        jobs[id]?.attempts = 0
        jobs[id]?.lane = lane
        jobs[id]?.finishedAt = 0
        reasons[id] = nil
        lanes.insert(id, into: lane)
        if lanes[lane]?.parkedBy == id { lanes[lane]?.parkedBy = nil }
    }

    private mutating func pause(_ tenant: TenantID, _ lane: LaneID?, _ isPaused: Bool) {
        if let lane {
            lanes[lanes.current(lane)]?.isPaused = isPaused
        } else if isPaused {
            pausedTenants.insert(tenant)
        } else {
            pausedTenants.remove(tenant)
        }
    }

    private mutating func restore(_ record: JobRecord) {
        nextJob = max(nextJob, record.id.rawValue + 1)
        jobs[record.id] = JobRow(
            tenant: record.tenant, lane: record.lane, address: record.address, sequence: 0, kind: record.kind,
            isSnapshot: record.isSnapshot, urgency: record.urgency, isDead: record.isDead, attempts: record.attempts,
            size: record.size, acceptedAt: record.acceptedAt, due: record.due, finishedAt: record.finishedAt)
        if !record.reason.isEmpty { reasons[record.id] = record.reason }
        if let lane = record.lane, !record.isDead { lanes.insert(record.id, into: lane) }
    }

    mutating func forgetDue(_ id: JobID) { jobs[id]?.due = 0 }

    mutating func clampDue(_ id: JobID, to latest: Int64) {
        if let job = jobs[id], job.due > latest { jobs[id]?.due = latest }
    }

    // MARK: Views

    func view(_ id: JobID, _ job: JobRow, _ state: JobState) -> JobView {
        JobView(
            id: id, tenant: job.tenant, lane: job.lane, kind: job.kind, urgency: job.urgency, state: state,
            attempts: Int(job.attempts), reason: reasons[id], acceptedAt: job.acceptedAt,
            finishedAt: job.finishedAt == 0 || !(state == .dead || state == .done || state == .superseded)
                ? nil : job.finishedAt)
    }
}

/// The last jobs that were finished, for listings only.
struct FinishedJobs: Sendable {
    static let most = 10_000
    private(set) var byID: [JobID: JobView] = [:]
    private var order: [JobID] = []
    private var oldest = 0

    mutating func add(_ job: JobView) {
        byID[job.id] = job
        if order.count < Self.most {
            order.append(job.id)
        } else {
            if order[oldest] != job.id { byID[order[oldest]] = nil }
            order[oldest] = job.id
            oldest = (oldest + 1) % Self.most
        }
    }
}
