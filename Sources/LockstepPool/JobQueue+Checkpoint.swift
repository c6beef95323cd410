/// Folds what is known into a checkpoint, so that old parts of the log can go and the next start is short.
extension JobQueue {
    func checkpointIfDue() async {
        guard isCheckpointDue else { return }
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
        let (records, upTo) = (state.checkpointRecords(), log.lastSequence)
        checkpointSize = 256 * (state.jobs.count + state.lanes.rows.count)
        do {
            try await log.checkpoint(records, upTo: upTo, retiring: Set(dead))
        } catch {
            throw QueueError(error)
        }
    }

    /// A checkpoint holds all that is pending. Writing one more often than that much is logged would be most of the work.
    var isCheckpointDue: Bool {
        !isCheckpointing && loggedSinceCheckpoint >= max(policy.checkpointEvery, checkpointSize)
    }

    /// Bytes of live records by part of the log, roughly: enough to see which parts are nearly empty.
    private func liveBytes() -> [UInt64: Int] {
        var live: [UInt64: Int] = [:]
        for job in state.jobs.values { live[log.part(of: job.address), default: 0] += Int(job.size) + 128 }
        for row in state.lanes.rows.values {
            if let state = row.state { live[log.part(of: state), default: 0] += Int(row.stateSize) + 128 }
            for state in row.absorbed.compactMap(\.state) { live[log.part(of: state), default: 0] += 512 }
        }
        return live
    }

    /// Copies what lives in nearly empty parts to the end of the log, so that a few old jobs do not keep whole segments.
    private func emptySparseParts() async throws(QueueError) {
        let live = liveBytes()
        let sparse = Set(
            log.closedParts.filter { part in live[part.part].map { $0 < part.bytes / 4 } ?? false }.map(\.part))
        guard !sparse.isEmpty else { return }
        var jobs: [(id: JobID, address: LogAddress)] = []
        for (id, job) in state.jobs where jobs.count < Self.mostCopies && sparse.contains(log.part(of: job.address)) {
            jobs.append((id, job.address))
        }
        var states: [(lane: LaneID, address: LogAddress)] = []
        for (lane, row) in state.lanes.rows where states.count < Self.mostCopies {
            for address in row.stateAddresses where sparse.contains(log.part(of: address)) {
                states.append((lane, address))
            }
        }
        for job in jobs { try await copyJob(job.id, at: job.address) }
        for row in states { try await copyState(at: row.address, of: row.lane) }
    }

    private static let mostCopies = 10_000

    private func copyJob(_ id: JobID, at address: LogAddress) async throws(QueueError) {
        // One that cannot be read stays where it is, with the part that it lies in: it harms only itself.
        guard let record = (try? await record(at: address))?.asAccepted else { return }
        // It may have been finished while it was read.
        guard state.jobs[id]?.address == address else { return }
        _ = try submit(.moved(record), .release(0))
    }

    private func copyState(at address: LogAddress, of lane: LaneID) async throws(QueueError) {
        guard let bytes = (try? await record(at: address))?.asLaneState else { return }
        // Whose state it is now, if it is still anyone's.
        guard let row = state.lanes[state.lanes.current(lane)] else { return }
        let owner =
            row.state == address ? state.lanes.current(lane) : row.absorbed.first { $0.state == address }?.lane
        guard let owner else { return }
        _ = try submit(.laneState(lane: owner, state: bytes, merging: []), .release(0))
    }
}
