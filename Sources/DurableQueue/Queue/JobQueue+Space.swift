import Clocks
import AsyncPrimitives

/// Room in the log: who waits for it, and what makes more. See `SpaceNeed`.
extension JobQueue {
    func tellNeeds() {
        let need = state.need
        log.setNeeds(jobs: need.jobs, states: need.states, checkpoint: need.checkpoint)
    }

    /// Returns when there is more room than at so many gains; a burst must not be refused because it came before the disk's
    /// answer, or because others of it took what came first. On a full disk none comes.
    ///
    /// - Throws: `.full` if none is on its way. A checkpoint is due then, which may make room.
    func waitIfComing(_ waits: inout Int, after gains: UInt64) async throws(QueueError) {
        waits += 1
        if waits <= Self.mostWaits, await log.waitForRoom(after: gains) { return }
        compaction.refused()
        wakeup.signal()
        throw .full
    }

    private static let mostWaits = 64

    /// Writes what a run needs written, once the log has room for it, as long as the run holds its lane.
    ///
    /// - Throws: `.full` only if the queue stops; `.stale` if another attempt holds the lane.
    func submit(_ record: QueueRecord, for lease: Lease) async throws(QueueError) -> LogTicket {
        while true {
            try check(lease)
            let gains = log.roomGains
            do throws(QueueError) { return try submit(record, .needed) } catch {
                guard error == .full else { throw error }
                try await makeRoom(after: gains)
            }
        }
    }

    /// The same, but waits only for room that is on its way.
    func submitSoon(_ record: QueueRecord, for lease: Lease) async throws(QueueError) -> LogTicket {
        var waits = 0
        while true {
            try check(lease)
            let gains = log.roomGains
            do throws(QueueError) { return try submit(record, .needed) } catch {
                guard error == .full else { throw error }
                try await waitIfComing(&waits, after: gains)
            }
        }
    }

    /// Returns when the log may have more room: more was set aside, or it was compacted, or a while has passed.
    ///
    /// - Throws: `.full` if the queue stops, or the log failed: then what waits is found pending at the next start.
    func makeRoom(after gains: UInt64) async throws(QueueError) {
        if await log.waitForRoom(after: gains) { return }
        guard !scheduler.isStopping, !scheduler.hasFailed, log.isFailed == nil else { throw .full }
        if compaction.mayMakeRoom(at: clock.now) {
            let hasGained = (try? await compact(isFull: true)) ?? false
            if !hasGained { compaction.gainedNothing(at: clock.now) }
            return
        }
        await ringOrPause()
        guard !scheduler.isStopping else { throw .full }
    }

    private func ringOrPause() async {
        let own = AsyncSignal()
        roomWaiters.append(own)
        await own.wait(until: clock.now.advanced(by: CompactionPlan.pause), on: clock)
        roomWaiters.removeAll { $0 === own }
    }

    func ringForRoom() {
        for waiter in roomWaiters { waiter.signal() }
    }
}
