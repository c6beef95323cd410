import Connectors
import ContactSync
import DurableQueue
import OutboundAPI

/// How a job's change comes to its destination.
extension SyncHandler {
    func deliver(_ job: Job, state: LaneState, lane: LaneHandle, _ gym: Gym) async -> JobOutcome {
        switch gym.read(job.payload) {
        case .failure(let problem): return .dead(reason: problem.sentence, state: state)
        case .success(let change):
            for destination in gym.destinations {
                if let outcome = await deliver(job, change, to: destination, state: state, lane: lane, gym) {
                    return outcome
                }
            }
            let why =
                Destinations.section(of: change).map {
                    "gym \(gym.id) has no \($0) section in the configuration, which says where this goes; put it back and "
                        + "retry the job, or discard it"
                } ?? "this version of Lockstep has nowhere to bring it"
            return .dead(reason: "\(change.subject): \(why)", state: state)
        }
    }

    /// Nil if the destination does not take such changes.
    private func deliver<Target: Destination>(
        _ job: Job, _ change: any InboundChange, to target: Target, state: LaneState, lane: LaneHandle, _ gym: Gym
    ) async -> JobOutcome? {
        guard var change = change as? Target.Change else { return nil }
        if let newest = lane.newestSnapshot, newest > job.id {
            switch target.remainder(of: change, job: job.id, after: state) {
            case .all: break
            case .part(let rest), .nothing(let rest): change = rest
            }
        }
        let run = Run(of: [job], before: state.bytes, lane: lane, subject: change.subject)
        if let reason = await verdict(on: job, at: target) {
            return await end(run, .dead(reason: reason, state: state.bytes), at: target, gym)
        }
        let attempt = DeliveryAttempt(job: job.id, isImport: job.urgency == .bulk, state: state, lane: lane)
        let (delivery, failure) = await Self.deliver(change, to: target, attempt)
        return await end(run, delivery, failure, at: target, gym)
    }

    /// - Returns: with the delivery the call at which it ended, if that was neither done nor refused.
    static func deliver<Target: Destination>(
        _ change: Target.Change, to target: Target, _ attempt: DeliveryAttempt
    ) async -> (Delivery, FailedCall?) {
        // Of the run, whose calls it keeps.
        let recorder = JobRecorder.current
        recorder?.calls(Target.name)
        let log = AttemptLog(recorder: recorder)
        let delivery = await AttemptLog.$current.withValue(log) { await target.deliver(change, in: attempt) }
        return (delivery, log.failedCall)
    }

    /// Runs jobs, and notes their calls and how they ended for people to read.
    func recorded(
        _ jobs: [Job], _ state: LaneState, _ lane: LaneHandle, _ body: () async -> JobOutcome
    ) async -> JobOutcome {
        guard let recorder else { return await body() }
        let calls = JobRecorder(recorder, jobs: jobs)
        let outcome = await JobRecorder.$current.withValue(calls) { await body() }
        recorder.ended(jobs, outcome, before: state, lane: lane.id, hasCalled: calls.hasCalled)
        return outcome
    }
}
