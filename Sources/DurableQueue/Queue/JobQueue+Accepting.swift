import Clocks

/// A job that a caller gives to the queue.
struct Arrival: Sendable {
    /// What its caller is told.
    enum Answer: Sendable {
        case accepted(Acceptance)
        case failed(QueueError)
        /// It is to be accepted by itself: its key is known, or, after so many gains of room, there was none for it.
        case alone(refusedAfter: UInt64?)
        /// It leads: see `TurnQueue`.
        case lead
    }

    typealias Caller = CheckedContinuation<Answer, Never>

    var job: NewJob
    /// Nil: the caller leads.
    var caller: Caller?
}

/// Accepting jobs: those that come side by side share a turn of the queue, and a sync.
extension JobQueue {
    public var isAccepting: Bool { !scheduler.isStopping && !scheduler.hasFailed && log.isFailed == nil }

    /// Returns when the job is on disk for good. Its place in its lane is taken at the call, so that two jobs which are
    /// accepted one after the other run in that order, whichever call returns first.
    ///
    /// - Returns: the job's number; of a job whose idempotency key is known, the earlier job's.
    public nonisolated func enqueue(_ job: NewJob) async throws(QueueError) -> JobID { try await accept(job).id }

    /// As ``enqueue(_:)``, and says whether the job is new. Of several calls with one idempotency key one stores a job, and
    /// all return once that job is on disk, or throw if it does not get there.
    ///
    /// Known are the keys of jobs that are not finished and, of each tenant, the newest 4,096; also after a restart.
    public nonisolated func accept(_ job: NewJob) async throws(QueueError) -> Acceptance {
        var answer = await withCheckedContinuation { caller in
            let leads = arrivals.add { leads in Arrival(job: job, caller: leads ? nil : caller) }
            if leads { caller.resume(returning: .lead) }
        }
        if case .lead = answer { answer = await acceptArrivals() }
        switch answer {
        case .accepted(let acceptance): return acceptance
        case .failed(let error): throw error
        case .alone(let gains): return try await acceptAlone(job, refusedAfter: gains)
        case .lead: preconditionFailure("a leader is told what became of its job")
        }
    }

    /// Takes all jobs that were brought, in their order, and answers each once it is on disk.
    ///
    /// - Returns: the answer of the leader, whose job is the first.
    private func acceptArrivals() async -> Arrival.Answer {
        let arrivals = arrivals.take()
        var admitted: [(caller: Arrival.Caller?, id: JobID)] = []
        admitted.reserveCapacity(arrivals.count)
        var (last, own): (LogTicket?, Arrival.Answer?) = (nil, nil)
        func tell(_ caller: Arrival.Caller?, _ answer: Arrival.Answer) {
            if let caller { caller.resume(returning: answer) } else { own = answer }
        }
        // In pieces, so that the disk begins with the first, and the log hears soon what it must have room for.
        for start in stride(from: 0, to: arrivals.count, by: Self.admittedAtOnce) {
            let gains = log.roomGains
            var refused: [(Arrival.Caller?, Arrival.Answer)] = []
            log.together {
                for arrival in arrivals[start..<min(start + Self.admittedAtOnce, arrivals.count)] {
                    switch admit(arrival.job, gains) {
                    case .success(let (id, ticket)):
                        admitted.append((arrival.caller, id))
                        last = ticket
                    case .failure(let refusal): refused.append((arrival.caller, refusal.answer))
                    }
                }
            }
            tellNeeds()
            for (caller, answer) in refused { tell(caller, answer) }
        }
        if let last {
            do throws(QueueError) {
                try await durable(last)
                for (_, id) in admitted { confirm(id) }
                announce()
                for (caller, id) in admitted { tell(caller, .accepted(Acceptance(id: id, isNew: true))) }
            } catch {
                for (caller, _) in admitted { tell(caller, .failed(error)) }
            }
        }
        guard let own else { preconditionFailure("a leader's job is among those that it takes") }
        return own
    }

    private static let admittedAtOnce = 256

    private struct Refusal: Error {
        var answer: Arrival.Answer
    }

    private func admit(_ job: NewJob, _ gains: UInt64) -> Result<(JobID, LogTicket), Refusal> {
        if let key = job.idempotencyKey?.shortened(to: policy.maxKeyBytes),
            state.job(withIdempotencyKey: key, of: job.tenant) != nil
        {
            return .failure(Refusal(answer: .alone(refusedAfter: nil)))
        }
        do throws(QueueError) {
            return .success(try admit(job))
        } catch {
            return .failure(Refusal(answer: error == .full ? .alone(refusedAfter: gains) : .failed(error)))
        }
    }

    /// Gives the job its place, on its way to the disk.
    private func admit(_ job: NewJob) throws(QueueError) -> (JobID, LogTicket) {
        guard !scheduler.isStopping else { throw .stopping }
        let record = try entry(job)
        let ticket = try append(.accepted(record), .reserve(SpaceNeed.promise(forPayload: job.payload.count)))
        scheduler.accepted(
            AcceptedJob(id: record.id, tenant: job.tenant, kind: job.kind, payload: job.payload),
            at: ticket.sequence)
        if job.idempotencyKey != nil { unconfirmed[record.id] = ticket }
        return (record.id, ticket)
    }

    private func confirm(_ id: JobID) {
        if !unconfirmed.isEmpty { unconfirmed[id] = nil }
        eventSource.publish(.accepted(id))
    }

    /// Waits for room if need be, and for the earlier job of its key.
    private func acceptAlone(
        _ job: NewJob, refusedAfter gains: UInt64?
    ) async throws(QueueError) -> Acceptance {
        var waits = 0
        if let gains { try await waitIfComing(&waits, after: gains) }
        while true {
            if let key = job.idempotencyKey, let known = try await self.job(withIdempotencyKey: key, of: job.tenant) {
                return Acceptance(id: known, isNew: false)
            }
            let gains = log.roomGains
            let (id, ticket): (JobID, LogTicket)
            do throws(QueueError) {
                (id, ticket) = try admit(job)
                tellNeeds()
            } catch {
                guard error == .full else { throw error }
                try await waitIfComing(&waits, after: gains)
                continue
            }
            try await durable(ticket)
            confirm(id)
            announce()
            return Acceptance(id: id, isNew: true)
        }
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
}
