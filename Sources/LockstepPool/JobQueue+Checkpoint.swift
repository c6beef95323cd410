/// Folds what is known into a checkpoint, so that old parts of the log can go and the next start is short.
extension JobQueue {
    func checkpointIfDue() async {
        guard !isCheckpointing, loggedSinceCheckpoint >= policy.checkpointEvery else { return }
        do {
            try await checkpoint()
        } catch {
            // The log as it is stays the truth; try again when as much again was logged.
            loggedSinceCheckpoint = 0
        }
    }

    /// Writes one now.
    public func checkpoint() async throws(QueueError) {
        guard !isCheckpointing else { return }
        isCheckpointing = true
        defer { isCheckpointing = false }
        try await emptySparseParts()
        loggedSinceCheckpoint = 0
        let live = liveBytes()
        let dead = log.closedParts.map(\.part).filter { live[$0] == nil }
        // One step with the state: nothing is submitted between.
        let (records, upTo) = (checkpointRecords(), log.lastSequence)
        do {
            try await log.checkpoint(records, upTo: upTo, retiring: Set(dead))
        } catch {
            throw QueueError(error)
        }
    }

    private func checkpointRecords() -> [(kind: UInt8, payload: [UInt8])] {
        var records: [PoolRecord] = [
            .counters(nextJob: state.nextJob, nextLane: state.lanes.nextLane, done: state.done)
        ]
        for (id, row) in state.lanes.rows {
            records.append(
                .lane(
                    LaneRecord(
                        id: id, tenant: row.tenant, keys: row.keys, state: row.state, absorbed: row.absorbed,
                        newestSnapshot: row.newestSnapshot, isPaused: row.isPaused, parkedBy: row.parkedBy)))
        }
        for (id, job) in state.jobs {
            records.append(
                .job(
                    JobRecord(
                        id: id, tenant: job.tenant, lane: job.lane, address: job.address, kind: job.kind,
                        isSnapshot: job.isSnapshot, urgency: job.urgency, acceptedAt: job.acceptedAt,
                        attempts: job.attempts, isDead: job.isDead, due: job.due, reason: state.reasons[id] ?? "",
                        size: job.size, finishedAt: job.finishedAt)))
        }
        for (key, value) in state.notes { records.append(.note(key: key, value: value)) }
        for tenant in state.pausedTenants {
            records.append(.paused(tenant: tenant, lane: nil, isPaused: true))
        }
        let own = records.map { (kind: $0.kind, payload: $0.payload) }
        return own + state.unknown.map { (kind: $0.kind, payload: $0.payload) }
    }

    /// Bytes of live records by part of the log, roughly: enough to see which parts are nearly empty.
    private func liveBytes() -> [UInt64: Int] {
        var live: [UInt64: Int] = [:]
        for job in state.jobs.values { live[log.part(of: job.address), default: 0] += Int(job.size) + 128 }
        for row in state.lanes.rows.values {
            for address in row.stateAddresses { live[log.part(of: address), default: 0] += 512 }
        }
        return live
    }

    /// Copies what lives in nearly empty parts to the end of the log, so that a few old jobs do not keep whole segments.
    private func emptySparseParts() async throws(QueueError) {
        let live = liveBytes()
        let sparse = Set(
            log.closedParts.filter { part in live[part.part].map { $0 * 4 < part.bytes } ?? false }.map(\.part))
        guard !sparse.isEmpty else { return }
        var budget = Self.mostCopies
        for (id, job) in state.jobs where sparse.contains(log.part(of: job.address)) {
            guard budget > 0 else { return }
            budget -= 1
            guard case .accepted(let record) = try await record(at: job.address).asAccepted else { continue }
            // It may have been finished while it was read.
            guard state.jobs[id]?.address == job.address else { continue }
            _ = try submit(.moved(record), .release(0))
        }
        for (lane, row) in state.lanes.rows {
            for address in row.stateAddresses where sparse.contains(log.part(of: address)) {
                guard budget > 0 else { return }
                budget -= 1
                try await copyState(at: address, of: lane)
            }
        }
    }

    private static let mostCopies = 10_000

    private func copyState(at address: LogAddress, of lane: LaneID) async throws(QueueError) {
        let bytes: [UInt8]
        switch try await record(at: address) {
        case .outcome(let record): bytes = record.state
        case .laneState(_, let state, _): bytes = state
        default: return
        }
        // Whose state it is now, if it is still anyone's.
        guard let row = state.lanes[lane] else { return }
        let owner = row.state == address ? lane : row.absorbed.first { $0.state == address }?.lane
        guard let owner else { return }
        _ = try submit(.laneState(lane: owner, state: bytes, merging: []), .release(0))
    }
}

extension LaneTable.Row {
    var stateAddresses: [LogAddress] { (state.map { [$0] } ?? []) + absorbed.compactMap(\.state) }
}

extension PoolRecord {
    /// A job's record, wherever it was copied to.
    fileprivate var asAccepted: PoolRecord {
        if case .moved(let record) = self { return .accepted(record) }
        return self
    }
}
