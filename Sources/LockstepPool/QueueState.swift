/// Everything that the queue knows, made of the records of its log and of nothing else: the same records in the same
/// order always make the same state, live and at the start.
struct QueueState: Sendable {
    /// One for each pending job: kept small, and the order of the fields leaves no gaps.
    struct JobRow: Sendable, Equatable {
        var tenant: TenantID
        /// Nil: not placed.
        var lane: LaneID?
        var kind: UInt8
        var isSnapshot: Bool
        var urgency: JobUrgency
        var isDead: Bool
        var attempts: UInt32
        var size: UInt32
        var address: LogAddress
        /// The accepting record's place in the log: not dispatched before it is durable.
        var sequence: UInt64
        var acceptedAt: Int64
    }

    /// Of a job that waits or is dead: most jobs never have one.
    struct Trouble: Sendable, Equatable {
        /// For a waiting job, milliseconds since 1970; 0 for others.
        var due: Int64 = 0
        /// When it became dead; 0 for others.
        var finishedAt: Int64 = 0
        var reason = ""
    }

    private(set) var jobs: [JobID: JobRow] = [:]
    var lanes = LaneTable()
    private(set) var troubles: [JobID: Trouble] = [:]
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
        case .laneState(let lane, let bytes, let merging):
            if let ticket { lanes.setState(ticket.address, size: bytes.count, of: lane, merging: merging) }
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
            tenant: record.tenant, lane: record.lane, kind: record.kind, isSnapshot: record.isSnapshot,
            urgency: record.urgency, isDead: record.unplaced != nil, attempts: 0,
            size: UInt32(clamping: record.payload.count), address: ticket.address, sequence: ticket.sequence,
            acceptedAt: record.acceptedAt)
        if let reason = record.unplaced {
            troubles[record.id] = Trouble(finishedAt: record.acceptedAt, reason: reason)
        }
        guard let lane = record.lane else { return }
        lanes.bind(record.keys, to: lane, of: record.tenant)
        lanes.insert(record.id, into: lane)
    }

    private mutating func close(_ record: OutcomeRecord, at ticket: LogTicket?) {
        if let lane = record.lane, let ticket {
            lanes.setState(ticket.address, size: record.state.count, of: lane, merging: record.merging)
        }
        guard var job = jobs[record.job] else { return }
        let lane = job.lane.map(lanes.current)
        job.attempts = record.attempts
        jobs[record.job] = job
        troubles[record.job] = nil
        switch record.ending {
        case .waiting(let until, let reason):
            troubles[record.job] = Trouble(due: until, reason: reason)
            return
        case .interrupted:
            return
        case .dead(let reason, let parks):
            troubles[record.job] = Trouble(finishedAt: record.at, reason: reason)
            jobs[record.job]?.isDead = true
            if let lane { lanes.remove(record.job, from: lane) }
            if parks, let lane { lanes[lane]?.parkedBy.append(record.job) }
            return
        case .done:
            done += 1
            if job.isSnapshot, let lane { lanes[lane]?.isDone(snapshot: record.job) }
            forget(record.job, job, as: .done, at: record.at)
        case .superseded: forget(record.job, job, as: .superseded, at: record.at)
        case .discarded: forget(record.job, job, as: nil, at: record.at)
        }
        guard let lane else { return }
        lanes.remove(record.job, from: lane)
        lanes[lane]?.parkedBy.removeAll { $0 == record.job }
    }

    private mutating func forget(_ id: JobID, _ job: JobRow, as state: JobState?, at time: Int64) {
        jobs[id] = nil
        guard let state else { return }
        var view = view(id, job, state)
        view.finishedAt = time
        finished.add(view)
    }

    private mutating func join(_ from: LaneID, into: LaneID) {
        let moving = lanes[from]?.pending ?? JobLine()
        lanes.join(from, into: into)
        for job in moving { jobs[job]?.lane = into }
    }

    private mutating func revive(_ id: JobID, _ lane: LaneID?, _ keys: [LaneKey]) {
        guard let job = jobs[id], job.isDead, let lane = (lane ?? job.lane).map(lanes.current) else { return }
        lanes.bind(keys, to: lane, of: job.tenant)
        jobs[id]?.isDead = false
        jobs[id]?.attempts = 0
        jobs[id]?.lane = lane
        troubles[id] = nil
        lanes.insert(id, into: lane)
        lanes[lane]?.parkedBy.removeAll { $0 == id }
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
            tenant: record.tenant, lane: record.lane, kind: record.kind, isSnapshot: record.isSnapshot,
            urgency: record.urgency, isDead: record.isDead, attempts: record.attempts, size: record.size,
            address: record.address, sequence: 0, acceptedAt: record.acceptedAt)
        if record.due != 0 || record.finishedAt != 0 || !record.reason.isEmpty {
            troubles[record.id] = Trouble(due: record.due, finishedAt: record.finishedAt, reason: record.reason)
        }
        if let lane = record.lane, !record.isDead { lanes.insert(record.id, into: lane) }
    }

    /// 0 unless it waits.
    func due(of id: JobID) -> Int64 { troubles[id]?.due ?? 0 }

    /// The job's time has come, by a clock that nobody can set back.
    mutating func forgetDue(_ id: JobID) { troubles[id]?.due = 0 }

    /// A clock that was set back must not make a job wait for years.
    mutating func clampDue(to latest: Int64) {
        for id in troubles.filter({ $0.value.due > latest }).keys { troubles[id]?.due = latest }
    }

    // MARK: Views

    func view(_ id: JobID, _ job: JobRow, _ state: JobState) -> JobView {
        let trouble = troubles[id]
        return JobView(
            id: id, tenant: job.tenant, lane: job.lane.map(lanes.current), kind: job.kind, urgency: job.urgency,
            state: state, attempts: Int(job.attempts), reason: trouble?.reason, acceptedAt: job.acceptedAt,
            finishedAt: state == .dead ? trouble?.finishedAt : nil)
    }
}
