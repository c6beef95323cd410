import ContactSync
import Foundation
import LockstepPool
import OnceHub
import Synchronization
import ZenPlanner

/// What the queue calls for each job: reads the stored message again, lets the gym deliver it, and says how it ended.
///
/// The message is read at every run, so that a field mapping that was mended meanwhile counts.
final class SyncHandler: JobHandler {
    private struct State {
        var gyms = Gyms()
        /// Program changes that recovery found before the gyms were there.
        var early: [AcceptedJob] = []
        var isAttached = false
        var isGivingUp = false
    }

    private let state = Mutex(State())
    private let log: ServiceLog
    private let news = StateChanges()

    init(log: ServiceLog) { self.log = log }

    /// Once, after recovery and before the first dispatch.
    func attach(_ gyms: Gyms) {
        let early = state.withLock { state in
            state.gyms = gyms
            state.isAttached = true
            defer { state.early = [] }
            return state.early
        }
        for job in early { announce(job, to: gyms) }
    }

    /// From now on a job that fails for a while is put back without counting as tried: its calls are given up.
    func giveUp() { state.withLock { $0.isGivingUp = true } }

    func accepted(_ job: AcceptedJob) {
        guard wantsAcceptance(ofKind: job.kind) else { return }
        let gyms: Gyms? = state.withLock { state in
            if !state.isAttached { state.early.append(job) }
            return state.isAttached ? state.gyms : nil
        }
        if let gyms { announce(job, to: gyms) }
    }

    func run(_ job: Job, state bytes: [UInt8], lane: LaneHandle) async -> JobOutcome {
        guard let gym = state.withLock({ $0.gyms[job.tenant.rawValue] }) else {
            let reason = "gym \(job.tenant.rawValue) is not in the configuration; put it back and retry"
            return .dead(reason: reason, state: bytes)
        }
        switch gym.read(job.payload) {
        case .failure(let problem): return .dead(reason: problem.sentence, state: bytes)
        case .success(let change):
            let isImport = job.urgency == .bulk
            let delivery = await gym.deliver(
                change, job: job.id, attempt: job.attempt, isImport: isImport, state: bytes, lane: lane)
            return await outcome(of: delivery, job, gym, lane, change)
        }
    }

    func joint(_ waiting: [Job], state bytes: [UInt8]) -> Int {
        let gym = state.withLock { $0.gyms[waiting[0].tenant.rawValue] }
        return gym?.coalesced(waiting, state: bytes)?.count ?? 1
    }

    func run(together jobs: [Job], state bytes: [UInt8], lane: LaneHandle) async -> JobOutcome {
        let gym = state.withLock { $0.gyms[jobs[0].tenant.rawValue] }
        guard let gym, let last = jobs.last, let coalesced = gym.coalesced(jobs, state: bytes),
            coalesced.count == jobs.count
        else {
            // A program's end that came in this moment parts them. One by one, each is what it is.
            return .dead(reason: "they do not go together any more", state: bytes)
        }
        let isImport = jobs.allSatisfy { $0.urgency == .bulk }
        let delivery = await gym.deliver(
            coalesced.change, job: last.id, attempt: jobs[0].attempt, isImport: isImport, state: bytes, lane: lane)
        // Refused as one they are tried one by one, so it is no dead letter yet.
        if case .dead(let reason, let state) = delivery { return .dead(reason: reason, state: state) }
        return await outcome(of: delivery, last, gym, lane, coalesced.change)
    }

    func readingChanged(_ trouble: String?) {
        guard let trouble else { return log.info("stored messages can be read again") }
        log.error(
            "stored messages cannot be read: \(trouble). Their jobs wait and are tried again; check the disk and the limit "
                + "of open files")
    }

    func wantsAcceptance(ofKind kind: UInt8) -> Bool { kind == JobKind.program || kind == JobKind.booking }

    /// A state that cannot be read stays the lane's: delivering will say what is wrong with it.
    func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        guard let first = try? Mirror(bytes: a) else { return a }
        guard let second = try? Mirror(bytes: b) else { return b }
        return Mirror.merge(first, second, uniting: [BookingMemory.source: BookingMemory.united]).bytes
    }

    private func outcome(
        of delivery: Delivery, _ job: Job, _ gym: Gym, _ lane: LaneHandle, _ change: Change
    ) async -> JobOutcome {
        switch delivery {
        case .done(let state, let notes):
            if news.isNews(gym.account.name, "well", unlessNew: true) { log.info("Keap works again for gym \(gym.id)") }
            await gym.note(notes, about: change, lane: lane.id.description, job: job.id.description)
            return .done(state: state)
        case .retry(_, let state, _) where self.state.withLock(\.isGivingUp):
            // Its call was given up because we stop: that is no try of the job's.
            return .interrupted(state: state)
        case .retry(let reason, let state, let isDoubtful):
            // While the account's circuit is open the gateway holds calls back and lets one through now and then, so the
            // job goes there to wait: its own pause would only delay the work once Keap is back.
            let isOpen = await gym.account.isOpen()
            if isOpen, news.isNews(gym.account.name, "in trouble") {
                log.warning("Keap fails for gym \(gym.id); its changes wait: \(reason)")
            }
            let failures = isOpen ? 0 : max(isDoubtful ? job.attempt : 0, await gym.account.failures(about: state))
            let patience = Patience(failures: failures)
            if let note = patience.note(reason) {
                await gym.note([AttentionNote(note)], about: change, lane: lane.id.description, job: job.id.description)
            }
            return .retry(
                reason: reason, state: state, after: isOpen ? .seconds(1) : patience.pause,
                isCharged: isDoubtful && !isOpen)
        case .dead(let problem, let state):
            let reason = "\(Gym.subject(of: change)): \(problem)"
            log.warning("job \(job.id) of gym \(gym.id) is a dead letter: \(reason)")
            return .dead(reason: reason, state: state)
        case .interrupted(let state):
            return .interrupted(state: state)
        }
    }

    private func announce(_ job: AcceptedJob, to gyms: Gyms) {
        guard let gym = gyms[job.tenant.rawValue], case .success(let change) = gym.read(job.payload) else { return }
        switch change {
        case .program(let change): gym.keeper.announce(change, job: job.id.rawValue)
        case .contact(let change):
            if let event = (change as? BookingChange)?.booking.event.id { gym.recentEvents.note(event, as: job.id) }
        case .person: break
        }
    }
}
