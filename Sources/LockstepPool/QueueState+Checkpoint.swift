extension QueueState {
    /// All of it as records, which applied to an empty state make this one again (but for the list of finished jobs).
    ///
    /// Made one at a time, so that a checkpoint of many jobs takes no memory of its own.
    func checkpointRecords() -> some Sequence<(kind: UInt8, payload: [UInt8])> & Sendable {
        CheckpointRecords(state: self)
    }

    func lanesAsRecords() -> some Sequence<PoolRecord> {
        lanes.rows.lazy.map { id, row in
            .lane(
                LaneRecord(
                    id: id, tenant: row.tenant, keys: row.keys, state: row.state, absorbed: row.absorbed,
                    newestSnapshot: row.newestSnapshot, isPaused: row.isPaused, parkedBy: row.parkedBy))
        }
    }

    /// Pending ones lane by lane in their order, so that each is added to the end of its lane again; then those that
    /// stand in no line.
    func jobsAsRecords() -> some Sequence<PoolRecord> {
        let pending = lanes.rows.values.lazy.flatMap(\.pending)
        let dead = jobs.lazy.filter(\.value.isDead).map(\.key)
        return [AnySequence(pending), AnySequence(dead)].lazy.joined().compactMap { id in
            jobs[id].map { .job(record(of: id, $0)) }
        }
    }

    private func record(of id: JobID, _ job: JobRow) -> JobRecord {
        let trouble = troubles[id]
        return JobRecord(
            id: id, tenant: job.tenant,
            // By the number that it goes on under: that the lane was joined is forgotten once all of it is merged.
            lane: job.lane.map(lanes.current), address: job.address, kind: job.kind, isSnapshot: job.isSnapshot,
            urgency: job.urgency, acceptedAt: job.acceptedAt, attempts: job.attempts, isDead: job.isDead,
            due: trouble?.due ?? 0, reason: trouble?.reason ?? "", size: job.size,
            finishedAt: trouble?.finishedAt ?? 0)
    }

    func smallRecords() -> [PoolRecord] {
        [.counters(nextJob: nextJob, nextLane: lanes.nextLane, done: done)]
            + notes.map { .note(key: $0, value: $1) }
            + pausedTenants.map { .paused(tenant: $0, lane: nil, isPaused: true) }
    }
}

private struct CheckpointRecords: Sequence, Sendable {
    let state: QueueState

    func makeIterator() -> AnyIterator<(kind: UInt8, payload: [UInt8])> {
        let own = [
            // Lanes before the jobs that stand in them.
            AnySequence(state.smallRecords()), AnySequence(state.lanesAsRecords()), AnySequence(state.jobsAsRecords()),
        ].lazy.joined().map { (kind: $0.kind, payload: $0.payload) }
        let unknown = state.unknown.lazy.map { (kind: $0.kind, payload: $0.payload) }
        return AnyIterator([AnySequence(own), AnySequence(unknown)].lazy.joined().makeIterator())
    }
}
