import Clocks
import AsyncPrimitives

/// Telling the handler of accepted jobs: see `Announcements`.
extension JobQueue {
    /// Tells of what has become durable, and lets it run.
    func announce() {
        let (jobs, effects) = scheduler.announce(durable: log.durableSequence)
        for job in jobs { handler.accepted(job) }
        perform(effects)
    }

    /// Tells of the jobs that were found pending. Before the first dispatch, and after the start has let others in: only
    /// what is going to run is read. Waits as long as the disk cannot be read, since what runs without knowing of them
    /// would do the wrong thing; not after a stop.
    func announceBacklog() async {
        guard !scheduler.announcements.isBacklogRead else { return }
        while let id = scheduler.nextOfBacklog() {
            guard !scheduler.isStopping, !Task.isCancelled else { return }
            // One that is damaged becomes a dead letter when it is its turn: it harms only itself.
            guard let row = state.jobs[id], !row.isDead, let payload = await payloadToAnnounce(of: id) else { continue }
            handler.accepted(AcceptedJob(id: id, tenant: row.tenant, kind: row.kind, payload: payload))
        }
        guard !scheduler.isStopping, !Task.isCancelled else { return }
        scheduler.readBacklog()
        announce()
    }

    /// Nil if the record is damaged or gone, and after a stop.
    private func payloadToAnnounce(of id: JobID) async -> [UInt8]? {
        var tries = 0
        while !scheduler.isStopping, !Task.isCancelled {
            do throws(QueueError) {
                return try await payload(of: id)
            } catch {
                guard case .unreadable = error else { return nil }
                tries += 1
                let pause = policy.retry.pause(after: tries, random: 1)
                await wakeup.wait(until: clock.now.advanced(by: pause), on: clock)
            }
        }
        return nil
    }
}
