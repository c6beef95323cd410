import Synchronization
import Connectors
import ContactSync
import DurableQueue
import OutboundAPI

/// How a run ends for the queue, and what people hear of it.
extension SyncHandler {
    /// One run of a job, or of several together.
    struct Run {
        /// The one whose attempts are counted.
        let first: Job
        /// The newest, whose values are delivered.
        let last: Job
        let ids: [JobID]
        /// The lane's state when it began.
        let before: [UInt8]
        let lane: LaneHandle
        let subject: String

        init(of jobs: [Job], before: [UInt8], lane: LaneHandle, subject: String) {
            (first, last, ids) = (jobs[0], jobs[jobs.count - 1], jobs.map(\.id))
            (self.before, self.lane, self.subject) = (before, lane, subject)
        }
    }

    /// Why a job that has used up its attempts is given up now, unsent; nil if it is to be tried.
    func verdict<Target: Destination>(on job: Job, at target: Target) async -> String? {
        guard let last = retries.withLock({ $0.lastFailure(of: job.id, attempt: job.attempt) }),
            await target.peer.othersGoWell(since: last.call), await target.peer.outage(of: last.call) == nil
        else { return nil }
        return last.reason + " It was tried \(job.attempt) times, while the same went well for others."
            + " Look at it in \(Target.name), then retry or discard the job."
    }

    func end<Target: Destination>(
        _ run: Run, _ delivery: Delivery, _ failure: FailedCall? = nil, at target: Target, _ gym: Gym
    ) async -> JobOutcome {
        func note(_ notes: [AttentionNote]) async {
            await gym.note(
                notes, about: run.subject, lane: run.lane.id.description, job: run.last.id.description)
        }
        let peer = target.peer
        switch delivery {
        case .done(let state, let notes):
            // What changed nothing may have asked for nothing.
            if state != run.before { await peer.deliveryWentWell(in: run.lane.id) }
            retries.withLock { retries in for id in run.ids { retries.forget(id) } }
            await note(notes)
            return .done(state: state)
        case .retry(_, let state, _) where isGivingUp:
            // Its call was given up because we stop: that is no try of the job's.
            return .interrupted(state: state)
        case .retry(let reason, let state, let isDoubtful):
            let outage = await peer.outage(of: failure)
            var failed = failure
            if failed == nil, isDoubtful { failed = await peer.deliveryFailed(in: run.lane.id) }
            let decision = retries.withLock {
                $0.failed(run.first.id, attempt: run.first.attempt, failed, reason: reason, outage)
            }
            if case .lasting(let failures, _) = decision {
                await note([AttentionNote("Tried \(failures) times in vain, and again every few minutes: \(reason)")])
            }
            return decision.outcome(reason: reason, state: state)
        case .dead(let problem, let state):
            retries.withLock { $0.forget(run.first.id) }
            let reason = "\(run.subject): \(problem)"
            log.warning("job \(run.last.id) of gym \(gym.id) is a dead letter: \(reason)")
            return .dead(reason: reason, state: state)
        case .interrupted(let state):
            return .interrupted(state: state)
        }
    }

    /// Ends a run of a gym on hold: it waits for other settings.
    static func held(_ reason: String, _ state: LaneState) -> JobOutcome {
        .retry(reason: reason, state: state, after: .seconds(300), isCharged: false)
    }

    /// Its message is not read again, so nothing more can be said of whom it is about.
    func buried(_ job: Job, _ crashed: CrashRecord.Entry, _ gym: Gym, _ state: LaneState) -> JobOutcome {
        let reason =
            "Job \(job.id) of gym \(gym.id): Lockstep crashed \(crashed.crashes) times while it was under way, at last "
            + "with none beside it (\(CrashSignals.name(of: crashed.signal))), so it is not tried again. Please report "
            + "this with the message; `lockstep retry` tries it once more, `lockstep discard` gives it up."
        log.warning("job \(job.id) of gym \(gym.id) is a dead letter: \(reason)")
        return .dead(reason: reason, state: state)
    }
}
