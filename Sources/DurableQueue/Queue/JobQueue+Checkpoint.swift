/// Folds what is known into a checkpoint, so that old records of the log can go and the next start is short.
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
    /// - Returns: whether the log freed room.
    func compact(isFull: Bool) async throws(QueueError) -> Bool {
        guard compaction.begin() else { return false }
        defer {
            compaction.end()
            eventSource.publish(.changed)
            ringForRoom()
        }
        await forgetAllIdleLanes()
        try await copyLiveRecords(isFull: isFull)
        compaction.takeSnapshot()
        // One step with the state: nothing is appended between. What is dead in it stays dead.
        let (snapshot, upTo) = (state.snapshot, log.lastSequence)
        do {
            return try await log.compact(to: snapshot, upTo: upTo)
        } catch {
            throw QueueError(error)
        }
    }

    var isCheckpointDue: Bool {
        compaction.isDue(jobs: state.jobs.count, lanes: state.lanes.count, every: policy.checkpointEvery)
    }

    /// Moves what lives among the dead to the end of the log, so that a few old jobs do not keep much room.
    private func copyLiveRecords(isFull: Bool) async throws(QueueError) {
        // A third of what is logged would be enough, for ever; a half also works off an arrear.
        let usual = max(compaction.logged, policy.checkpointEvery) / 2
        let copies = await log.worthCopying(of: state.snapshot, most: isFull ? .max : usual, isFull: isFull)
        for copy in copies {
            do throws(QueueError) {
                switch copy.owner {
                case .job(let id): try await copyJob(id, at: copy.address)
                case .state(let lane): try await copyState(at: copy.address, of: lane)
                }
            } catch {
                // What was copied so far may be enough to free some room.
                guard error == .full else { throw error }
                return
            }
        }
    }

    private func copyJob(_ id: JobID, at address: LogAddress) async throws(QueueError) {
        // One that cannot be read stays where it is, with the room that is kept for it: it harms only itself.
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
