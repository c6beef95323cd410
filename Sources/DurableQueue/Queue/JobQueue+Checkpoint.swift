/// Folds what is known into a checkpoint, so that old parts of the log can go and the next start is short.
///
/// All that takes long is done on a snapshot, beside the queue: finding what is alive where, and writing it down.
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
    public func checkpoint() async throws(QueueError) { _ = try await compact(isFull: wasRefused) }

    /// Writes one, and lets go of what nothing lives in any more.
    ///
    /// - Parameter isFull: room is worth more than writing.
    /// - Returns: whether parts of the log were let go.
    func compact(isFull: Bool) async throws(QueueError) -> Bool {
        guard !isCheckpointing else { return false }
        isCheckpointing = true
        defer {
            isCheckpointing = false
            eventSource.publish(.changed)
            ringForRoom()
        }
        await forgetAllIdleLanes()
        try await emptySparseParts(isFull: isFull)
        loggedSinceCheckpoint = 0
        wasRefused = false
        // One step with the state: nothing is submitted between. What is dead in it stays dead.
        let (snapshot, upTo, closed) = (state.snapshot, log.lastSequence, log.closedParts)
        let dead = await Self.deadParts(among: closed, snapshot, log)
        do {
            try await log.checkpoint(snapshot, upTo: upTo, retiring: dead)
        } catch {
            throw QueueError(error)
        }
        return !dead.isEmpty
    }

    var isCheckpointDue: Bool {
        guard !isCheckpointing else { return false }
        // A checkpoint holds all that is pending, and every lane. So at most a third of what is written is checkpoints;
        // of a full disk more, since it waits for the segments of what is finished meanwhile.
        let size = 48 * state.jobs.count + 96 * state.lanes.count
        if wasRefused, loggedSinceCheckpoint > size / 4 { return true }
        return loggedSinceCheckpoint >= max(policy.checkpointEvery, 2 * size)
    }

    @concurrent private static func deadParts(
        among closed: [(part: UInt64, bytes: Int)], _ snapshot: QueueSnapshot, _ log: any JobLog
    ) async -> Set<UInt64> {
        let census = SegmentUsage(snapshot, in: log)
        return Set(closed.map(\.part).filter { census.live[$0] == nil })
    }

    /// Copies what lives in nearly empty parts to the end of the log, so that a few old jobs do not keep whole segments.
    private func emptySparseParts(isFull: Bool) async throws(QueueError) {
        // A third of what is logged would be enough, for ever; a half also works off an arrear.
        let usual = max(loggedSinceCheckpoint, policy.checkpointEvery) / 2
        let budget = isFull ? log.roomForCopies : min(usual, log.roomForCopies)
        let copies = await Self.copies(outOf: log.closedParts, state.snapshot, log, budget: budget, isFull: isFull)
        for copy in copies {
            do throws(QueueError) {
                switch copy.owner {
                case .job(let id): try await copyJob(id, at: copy.address)
                case .state(let lane): try await copyState(at: copy.address, of: lane)
                }
            } catch {
                // What was copied so far may be enough to let a part go.
                guard error == .full else { throw error }
                return
            }
        }
    }

    @concurrent private static func copies(
        outOf closed: [(part: UInt64, bytes: Int)], _ snapshot: QueueSnapshot, _ log: any JobLog, budget: Int,
        isFull: Bool
    ) async -> [SegmentUsage.Record] {
        let census = SegmentUsage(snapshot, in: log)
        // What little room there is, the checkpoint needs, as long as it makes more of it without any copies.
        if isFull, closed.contains(where: { census.live[$0.part] == nil }) { return [] }
        let parts = census.worthEmptying(among: closed, budget: budget, isFull: isFull)
        guard !parts.isEmpty else { return [] }
        var records: [SegmentUsage.Record] = []
        SegmentUsage.forEachLiveRecord(of: snapshot) { record in
            if parts.contains(log.part(of: record.address)) { records.append(record) }
        }
        return records
    }

    private func copyJob(_ id: JobID, at address: LogAddress) async throws(QueueError) {
        // One that cannot be read stays where it is, with the part that it lies in: it harms only itself.
        guard let record = (try? await record(at: address))?.asAccepted else { return }
        // It may have been finished while it was read.
        guard state.jobs[id]?.address == address else { return }
        _ = try submit(.moved(record), .copy)
    }

    private func copyState(at address: LogAddress, of lane: LaneID) async throws(QueueError) {
        guard let bytes = (try? await record(at: address))?.asLaneState else { return }
        // Whose state it is now, if it is still anyone's.
        guard let row = state.lanes[state.lanes.current(lane)] else { return }
        let owner =
            row.state == address ? state.lanes.current(lane) : row.absorbed.first { $0.state == address }?.lane
        guard let owner else { return }
        _ = try submit(.laneState(lane: owner, state: bytes, merging: []), .copy)
    }
}
