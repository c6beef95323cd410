import Connectors
import ContactSync
import Foundation
import Keap
import DurableQueue
import OutboundAPI
import Synchronization
import ZenPlanner

/// What the queue calls for each job: reads the stored message again, lets the gym deliver it, and says how it ended.
///
/// The message is read at every run, so that a field mapping that was mended meanwhile counts.
final class SyncHandler: JobHandler {
    private struct State {
        var gyms = Gyms()
        var isGivingUp = false
    }

    private let state = Mutex(State())
    private let log: ServiceLog
    private let news = StateChanges()
    private let retries = Mutex(RetryModel())
    let crashes: CrashGuard

    init(log: ServiceLog, crashes: CrashGuard) {
        self.log = log
        self.crashes = crashes
    }

    /// Once, after recovery and before the queue is run.
    func attach(_ gyms: Gyms) { state.withLock { $0.gyms = gyms } }

    /// From now on a job that fails for a while is put back without counting as tried: its calls are given up.
    func giveUp() { state.withLock { $0.isGivingUp = true } }

    /// A program's renaming or end, which is on disk: whatever runs from now on plans with it.
    func accepted(_ job: AcceptedJob) {
        guard wantsAcceptance(ofKind: job.kind), let gym = state.withLock({ $0.gyms[job.tenant.rawValue] }),
            case .success(.program(let change)) = crashes.reading([job.id], { gym.read(job.payload) })
        else { return }
        gym.keeper.announce(change, job: job.id.rawValue)
    }

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let bytes = state.bytes
        guard let gym = self.state.withLock({ $0.gyms[job.tenant.rawValue] }) else {
            // The queue runs no jobs of such a gym; should one have begun, it waits like the others.
            return .retry(
                reason: "gym \(job.tenant.rawValue) is not in the configuration", state: bytes, after: .seconds(60),
                isCharged: false)
        }
        if let reason = gym.account.holds[gym.id] { return Self.held(reason, bytes) }
        if let crashed = crashes.bury(job.id) { return buried(job, crashed, gym, bytes) }
        let outcome = await crashes.run([job.id], waits: lane.waits) {
            await self.deliver(job, state: state, lane: lane, gym)
        }
        return outcome ?? .interrupted(state: bytes)
    }

    private func deliver(_ job: Job, state: LaneState, lane: LaneHandle, _ gym: Gym) async -> JobOutcome {
        let bytes = state.bytes
        switch gym.read(job.payload) {
        case .failure(let problem): return .dead(reason: problem.sentence, state: bytes)
        case .success(let read):
            let change = Self.stillToDeliver(read, of: job, state: bytes, after: lane.newestSnapshot)
            if let reason = await verdict(on: job, gym) {
                return await outcome(
                    of: .dead(reason: reason, state: bytes), Attempt(of: [job], before: bytes), gym, lane, change)
            }
            var attempt = Attempt(of: [job], before: bytes)
            let order = StoredMessage(job.payload).flatMap(ResyncOrder.init)
            let delivery = await attempt.run {
                if let order, order.scope != .lane {
                    return await gym.run(order, job: job.id, state: bytes, log: log)
                }
                return await gym.deliver(
                    change, job: job.id, isImport: job.urgency == .bulk, state: state, lane: lane)
            }
            return await outcome(of: delivery, attempt, gym, lane, change)
        }
    }

    /// Of a person's change that comes late, what no newer one carried. Other changes are whole, whenever they come.
    private static func stillToDeliver(
        _ change: Change, of job: Job, state: [UInt8], after newest: JobID?
    ) -> Change {
        guard case .person(let person) = change, let newest, newest > job.id else { return change }
        return .person(person.leftOver(after: state, job: job.id.rawValue) ?? person.withoutParts)
    }

    /// What could not be placed is kept as a snapshot, whatever it turns out to be; of those only a person's change can be
    /// out of date. One that cannot be read says so when it runs.
    func isSuperseded(_ job: Job, state: LaneState) -> Bool {
        guard let gym = self.state.withLock({ $0.gyms[job.tenant.rawValue] }),
            case .success(.person(let person)) = crashes.reading([job.id], { gym.read(job.payload) })
        else { return false }
        return person.leftOver(after: state.bytes, job: job.id.rawValue) == nil
    }

    func batchable(_ waiting: [Job], state: LaneState) -> Int {
        let gym = self.state.withLock { $0.gyms[waiting[0].tenant.rawValue] }
        let jobs = Array(crashes.batchable(waiting))
        guard let gym, jobs.count > 1 else { return 1 }
        return crashes.reading(jobs.map(\.id)) { gym.coalesced(jobs, state: state)?.count ?? 1 } ?? 1
    }

    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let outcome = await crashes.run(jobs.map(\.id), waits: lane.waits) {
            await self.deliver(together: jobs, state: state, lane: lane)
        }
        return outcome ?? .interrupted(state: state)
    }

    private func deliver(together jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let bytes = state.bytes
        let gym = self.state.withLock { $0.gyms[jobs[0].tenant.rawValue] }
        guard let gym, let last = jobs.last, let coalesced = gym.coalesced(jobs, state: state),
            coalesced.count == jobs.count
        else {
            // A program's end that came in this moment parts them. One by one, each is what it is.
            return .separate(state: state)
        }
        if let reason = gym.account.holds[gym.id] { return Self.held(reason, bytes) }
        if let reason = await verdict(on: jobs[0], gym) { return .dead(reason: reason, state: bytes) }
        let isImport = jobs.allSatisfy { $0.urgency == .bulk }
        var attempt = Attempt(of: jobs, before: bytes)
        let delivery = await attempt.run {
            await gym.deliver(
                coalesced.change, job: last.id, isImport: isImport, carriers: coalesced.carriers, state: state,
                lane: lane)
        }
        // Refused as one they are tried one by one, so it is no dead letter yet.
        if case .dead(let reason, let state) = delivery { return .dead(reason: reason, state: state) }
        return await outcome(of: delivery, attempt, gym, lane, coalesced.change)
    }

    /// Only a restart with other settings helps.
    private static func held(_ reason: String, _ state: [UInt8]) -> JobOutcome {
        .retry(reason: reason, state: state, after: .seconds(300), isCharged: false)
    }

    /// Its message is not read again, so nothing more can be said of whom it is about.
    private func buried(_ job: Job, _ crashed: CrashRecord.Entry, _ gym: Gym, _ state: [UInt8]) -> JobOutcome {
        let reason =
            "Job \(job.id) of gym \(gym.id): Lockstep crashed \(crashed.crashes) times while it was under way, at last "
            + "with none beside it (\(CrashSignals.name(of: crashed.signal))), so it is not tried again. Please report "
            + "this with the message; `lockstep retry` tries it once more, `lockstep discard` gives it up."
        log.warning("job \(job.id) of gym \(gym.id) is a dead letter: \(reason)")
        return .dead(reason: reason, state: state)
    }

    func readingChanged(_ trouble: String?) {
        guard let trouble else { return log.info("stored messages can be read again") }
        log.error(
            "stored messages cannot be read: \(trouble). Their jobs wait and are tried again; check the disk and the limit "
                + "of open files")
    }

    var saysWhenItBegins: Bool { true }

    func wantsAcceptance(ofKind kind: UInt8) -> Bool { kind == JobKind.gymWide }

    /// How what sources remember with a contact becomes one, by their names.
    private static var memories: [String: @Sendable (String, String) -> String] {
        var memories: [String: @Sendable (String, String) -> String] = [:]
        for source in Sources.ofContacts {
            if let memory = source.memory { memories[memory.name] = memory.unite }
        }
        return memories
    }

    /// A state that cannot be read stays the lane's: delivering will say what is wrong with it.
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        guard let first = try? a.value(Mirror.init(bytes:)) else { return a }
        guard let second = try? b.value(Mirror.init(bytes:)) else { return b }
        let merged = Mirror.merge(first, second, uniting: Self.memories)
        return LaneState(merged.bytes, decoded: merged)
    }

    /// One run of a job, or of several together.
    private struct Attempt {
        /// The one whose attempts are counted.
        let first: Job
        /// The newest, whose values are delivered.
        let last: Job
        let ids: [JobID]
        /// The lane's state when it began.
        let before: [UInt8]
        /// The call at which it ended, if Keap neither did it nor refused it.
        var failedCall: FailedCall?

        init(of jobs: [Job], before: [UInt8]) {
            (first, last, ids) = (jobs[0], jobs[jobs.count - 1], jobs.map(\.id))
            self.before = before
        }

        mutating func run(_ body: () async -> Delivery) async -> Delivery {
            let log = AttemptLog()
            let delivery = await AttemptLog.$current.withValue(log) { await body() }
            failedCall = log.failedCall
            return delivery
        }
    }

    /// Why a job that has used up its attempts is given up now, unsent; nil if it is to be tried.
    private func verdict(on job: Job, _ gym: Gym) async -> String? {
        guard let last = retries.withLock({ $0.lastFailure(of: job.id, attempt: job.attempt) }),
            await gym.account.gateway.othersGoWell(since: last.call), await !gym.account.isOpen()
        else { return nil }
        return last.reason + " It was tried \(job.attempt) times, while the same went well for others."
            + " Look at it in Keap, then retry or discard the job."
    }

    private func outcome(
        of delivery: Delivery, _ attempt: Attempt, _ gym: Gym, _ lane: LaneHandle, _ change: Change
    ) async -> JobOutcome {
        func note(_ notes: [AttentionNote]) async {
            await gym.note(
                notes, about: change, lane: lane.id.description, job: attempt.last.id.description)
        }
        switch delivery {
        case .done(let state, let notes):
            if news.isNews(gym.account.name, "well", unlessNew: true) { log.info("Keap works again for gym \(gym.id)") }
            // What changed nothing may have asked for nothing.
            if state != attempt.before { await gym.account.gateway.deliveryWentWell(in: lane.id.rawValue) }
            retries.withLock { retries in for id in attempt.ids { retries.forget(id) } }
            await note(notes)
            return .done(state: state)
        case .retry(_, let state, _) where self.state.withLock(\.isGivingUp):
            // Its call was given up because we stop: that is no try of the job's.
            return .interrupted(state: state)
        case .retry(let reason, let state, let isDoubtful):
            let isOpen = await gym.account.isOpen()
            if isOpen, news.isNews(gym.account.name, "in trouble") {
                log.warning("Keap fails for gym \(gym.id); its changes wait: \(reason)")
            }
            var failed = attempt.failedCall
            if failed == nil, isDoubtful { failed = await gym.account.gateway.deliveryFailed(in: lane.id.rawValue) }
            guard let failed else {
                return .retry(reason: reason, state: state, after: isOpen ? .seconds(1) : nil, isCharged: false)
            }
            let decision = retries.withLock {
                $0.failed(attempt.first.id, attempt: attempt.first.attempt, failed, reason: reason, isOutage: isOpen)
            }
            switch decision {
            case .charged(let pause): return .retry(reason: reason, state: state, after: pause, isCharged: true)
            case .uncharged(let pause): return .retry(reason: reason, state: state, after: pause, isCharged: false)
            case .lasting(let failures, let pause):
                await note([AttentionNote("Tried \(failures) times in vain, and again every few minutes: \(reason)")])
                return .retry(reason: reason, state: state, after: pause, isCharged: false)
            }
        case .dead(let problem, let state):
            retries.withLock { $0.forget(attempt.first.id) }
            let reason = "\(change.subject): \(problem)"
            log.warning("job \(attempt.last.id) of gym \(gym.id) is a dead letter: \(reason)")
            return .dead(reason: reason, state: state)
        case .interrupted(let state):
            return .interrupted(state: state)
        }
    }
}
