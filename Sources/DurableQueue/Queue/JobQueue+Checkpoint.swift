/// Folds what is known into a checkpoint, so that old segments of the log can go and the next start is short.
///
/// All that takes long is done on a snapshot, beside the queue: finding what is alive where, and writing it down.
extension JobQueue {
    func checkpointIfDue() async {
        guard isCheckpointDue else { return }
        do {
            try await checkpoint()
        } catch {
            compaction.fail()
        }
    }

    /// Writes one now.
    public func checkpoint() async throws(QueueError) { _ = try await compact(isFull: compaction.isFull) }

    /// Writes one, and lets go of what nothing lives in any more.
    ///
    /// - Parameter isFull: room is worth more than writing.
    /// - Returns: whether segments of the log were let go.
    func compact(isFull: Bool) async throws(QueueError) -> Bool {
        guard compaction.begin() else { return false }
        defer {
            compaction.end()
            eventSource.publish(.changed)
            ringForRoom()
        }
        await forgetAllIdleLanes()
        try await compactSparseSegments(isFull: isFull)
        compaction.takeSnapshot()
        // One step with the state: nothing is submitted between. What is dead in it stays dead.
        let (snapshot, upTo, closed) = (state.snapshot, log.lastSequence, log.closedSegments)
        let dead = await Self.deadSegments(among: closed, snapshot, log)
        do {
            try await log.checkpoint(snapshot, upTo: upTo, retiring: dead)
        } catch {
            throw QueueError(error)
        }
        return !dead.isEmpty
    }

    var isCheckpointDue: Bool {
        compaction.isDue(jobs: state.jobs.count, lanes: state.lanes.count, every: policy.checkpointEvery)
    }

    @concurrent private static func deadSegments(
        among closed: [(segment: UInt64, bytes: Int)], _ snapshot: QueueSnapshot, _ log: any JobLog
    ) async -> Set<UInt64> {
        let usage = SegmentUsage(snapshot, in: log)
        return Set(closed.map(\.segment).filter { usage.live[$0] == nil })
    }

    /// Copies what lives in nearly empty segments to the end of the log, so that a few old jobs do not keep whole segments.
    private func compactSparseSegments(isFull: Bool) async throws(QueueError) {
        // A third of what is logged would be enough, for ever; a half also works off an arrear.
        let usual = max(compaction.logged, policy.checkpointEvery) / 2
        let budget = isFull ? log.compactionHeadroom : min(usual, log.compactionHeadroom)
        let copies = await Self.copies(outOf: log.closedSegments, state.snapshot, log, budget: budget, isFull: isFull)
        for copy in copies {
            do throws(QueueError) {
                switch copy.owner {
                case .job(let id): try await copyJob(id, at: copy.address)
                case .state(let lane): try await copyState(at: copy.address, of: lane)
                }
            } catch {
                // What was copied so far may be enough to let a segment go.
                guard error == .full else { throw error }
                return
            }
        }
    }

    @concurrent private static func copies(
        outOf closed: [(segment: UInt64, bytes: Int)], _ snapshot: QueueSnapshot, _ log: any JobLog, budget: Int,
        isFull: Bool
    ) async -> [SegmentUsage.Record] {
        let usage = SegmentUsage(snapshot, in: log)
        // What little room there is, the checkpoint needs, as long as it makes more of it without any copies.
        if isFull, closed.contains(where: { usage.live[$0.segment] == nil }) { return [] }
        let segments = usage.worthCompacting(among: closed, budget: budget, isFull: isFull)
        guard !segments.isEmpty else { return [] }
        var records: [SegmentUsage.Record] = []
        SegmentUsage.forEachLiveRecord(of: snapshot) { record in
            if segments.contains(log.segment(of: record.address)) { records.append(record) }
        }
        return records
    }

    private func copyJob(_ id: JobID, at address: LogAddress) async throws(QueueError) {
        // One that cannot be read stays where it is, with the segment that it lies in: it harms only itself.
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
            row.state == address ? state.lanes.current(lane) : row.merged.first { $0.state == address }?.lane
        guard let owner else { return }
        _ = try submit(.laneState(lane: owner, state: bytes, merging: []), .copy)
    }
}
