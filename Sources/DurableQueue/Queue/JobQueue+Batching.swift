/// Several waiting snapshots of a lane in one run.
///
/// Decided when the lane's first job is about to run, and nothing of it is written: until the run is over all of them
/// are pending, each in its place, and whatever interrupts it leaves them so. One record then closes them all.
extension JobQueue {
    /// The jobs of the run: the lease's own, and those behind it that go with it, which the lease holds from then on.
    func formBatch(_ lease: inout Lease, state known: LaneState) async throws(QueueError) -> [Job] {
        var read: [JobID: Job] = [:]
        read[lease.job] = try await job(lease.job, of: lease, attempt: lease.attempt)
        var chosen = [lease.job]
        // Each time twice as many, so that neither reading nor asking is done in vain for a long line that does not
        // go together, nor over and over for one that does.
        var most = 2
        while true {
            var line: [Job] = []
            for id in scheduler.batchCandidates(for: lease, most: most) {
                // One that cannot be read, or is gone since, ends the line; its own turn will say what is wrong.
                if read[id] == nil { read[id] = try? await job(id, of: lease) }
                guard let job = read[id] else { break }
                line.append(job)
            }
            guard line.count > chosen.count else { break }
            let count = await batchSize(line, known)
            chosen = line.prefix(count).map(\.id)
            guard count == most, most < policy.maxBatch else { break }
            most = min(2 * most, policy.maxBatch)
        }
        // Others may have been discarded, or put back between them, while this was reading.
        let present = scheduler.batchCandidates(for: lease, most: chosen.count)
        let jobs = zip(chosen, present).prefix { $0 == $1 }.compactMap { read[$0.0] }
        guard jobs.count > 1, scheduler.leases[lease.lane] == lease else { return [read[lease.job]!] }
        let others = jobs.dropFirst()
        scheduler.extend(&lease, with: others.map(\.id), bytes: others.reduce(0) { $0 + $1.payload.count })
        return jobs
    }

    /// Not on the queue's own time: to make sense of payloads takes long enough for others to want to be accepted.
    private nonisolated func batchSize(_ line: [Job], _ known: LaneState) async -> Int {
        min(max(1, handler.batchable(line, state: known)), line.count)
    }

    /// - Parameter attempt: nil for the one that would be its next.
    func job(_ id: JobID, of lease: Lease, attempt: UInt32? = nil) async throws(QueueError) -> Job {
        guard let row = state.jobs[id] else { throw .noSuchJob(id) }
        return job(id, row, try await payload(of: id), of: lease, attempt: attempt)
    }

    func job(
        _ id: JobID, _ row: QueueState.JobRow, _ payload: [UInt8], of lease: Lease, attempt: UInt32? = nil
    ) -> Job {
        Job(
            id: id, tenant: row.tenant, kind: row.kind, payload: payload,
            attempt: Int(attempt ?? row.nextAttempt), acceptedAt: row.acceptedAt,
            urgency: lease.slot.urgency == .live ? .live : row.urgency)
    }
}
