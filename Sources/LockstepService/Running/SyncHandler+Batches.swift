import Connectors
import ContactSync
import DurableQueue

/// Several jobs as one.
extension SyncHandler {
    func batchable(_ waiting: [Job], state: LaneState) -> Int {
        let jobs = Array(crashes.batchable(waiting))
        guard let gym = gym(waiting[0].tenant), jobs.count > 1 else { return 1 }
        func count<Target: Destination>(at target: Target) -> Int? {
            gym.batch(jobs, at: target, state: state)?.count
        }
        return crashes.reading(jobs.map(\.id)) { gym.destinations.lazy.compactMap { count(at: $0) }.first ?? 1 } ?? 1
    }

    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        guard let gym = gym(jobs[0].tenant) else { return .separate(state: state) }
        return await recorded(jobs, state, lane) {
            await crashes.run(jobs.map(\.id), waits: lane.waits) {
                for destination in gym.destinations {
                    let outcome = await self.deliver(batch: jobs, to: destination, state: state, lane: lane)
                    if let outcome { return outcome }
                }
                // A program's end that came in this moment parts them. One by one, each is what it is.
                return .separate(state: state)
            } ?? .interrupted(state: state)
        }
    }

    /// Nil if they do not go together there.
    private func deliver<Target: Destination>(
        batch jobs: [Job], to target: Target, state: LaneState, lane: LaneHandle
    ) async -> JobOutcome? {
        guard let gym = gym(jobs[0].tenant), let last = jobs.last,
            let batch = gym.batch(jobs, at: target, state: state), batch.count == jobs.count
        else { return nil }
        if let reason = gym.hold { return Self.held(reason, state) }
        if let reason = await verdict(on: jobs[0], at: target) { return .dead(reason: reason, state: state) }
        let attempt = DeliveryAttempt(
            job: last.id, isImport: jobs.allSatisfy { $0.urgency == .bulk }, carriers: batch.carriers, state: state,
            lane: lane)
        let (delivery, failure) = await Self.deliver(batch.change, to: target, attempt)
        // Refused as one they are tried one by one, so it is no dead letter yet.
        if case .dead(let reason, let state) = delivery { return .dead(reason: reason, state: state) }
        let run = Run(of: jobs, before: state.bytes, lane: lane, subject: batch.change.subject)
        return await end(run, delivery, failure, at: target, gym)
    }
}

extension Gym {
    /// The first of these jobs as one change, with as many of the next as go with it. Reads no more messages than that
    /// takes. Nil if the first is none that could go with others.
    fileprivate func batch<Target: Destination>(
        _ jobs: [Job], at target: Target, state: LaneState
    ) -> ChangeBatch<Target.Change>? {
        let changes = jobs.lazy.map { job -> (job: JobID, change: Target.Change)? in
            guard case .success(let change as Target.Change) = self.read(job.payload) else { return nil }
            return (job.id, change)
        }.prefix { $0 != nil }.compactMap { $0 }
        return target.batch(changes, state: state)
    }
}
