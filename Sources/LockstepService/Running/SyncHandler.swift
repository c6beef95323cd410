import ConfigurationReading
import Connectors
import ContactSync
import DurableQueue
import Synchronization

/// What the queue calls for each job: reads the stored message again, lets the gym deliver it, and says how it ended.
///
/// The message is read at every run, so that a field mapping that was mended meanwhile counts.
final class SyncHandler: JobHandler {
    private struct Standing {
        var gyms = Gyms()
        var isGivingUp = false
    }

    private let standing = Mutex(Standing())
    let log: ServiceLog
    let retries = Mutex(RetryModel())
    let crashes: CrashGuard
    /// Nil: what happens to people is not kept.
    let recorder: HistoryRecorder?

    init(log: ServiceLog, crashes: CrashGuard, recorder: HistoryRecorder? = nil) {
        self.recorder = recorder
        self.log = log
        self.crashes = crashes
    }

    /// After recovery and before the queue is run, and again while nothing runs. A gym that was there before goes on with
    /// all that was announced of it.
    func attach(_ gyms: Gyms) {
        standing.withLock { standing in
            for gym in gyms.all {
                if let old = standing.gyms[gym.id.description] { gym.takeOver(from: old) }
            }
            standing.gyms = gyms
        }
    }

    var isGivingUp: Bool { standing.withLock(\.isGivingUp) }

    /// From now on a job that fails for a while is put back without counting as tried: its calls are given up.
    func giveUp() { standing.withLock { $0.isGivingUp = true } }

    func gym(_ tenant: TenantID) -> Gym? { standing.withLock { $0.gyms[tenant.rawValue] } }

    /// A change of the whole gym, which is on disk: whatever runs from now on plans with it.
    func accepted(_ job: AcceptedJob) {
        if let gym = gym(job.tenant) { recorder?.accepted(job) { gym.read($0) } }
        guard wantsAcceptance(ofKind: job.kind), let reader = gym(job.tenant),
            case .success(let change) = crashes.reading([job.id], { reader.read(job.payload) })
        else { return }
        func announce<Target: Destination>(to target: Target) {
            if let change = change as? Target.Change { target.announce(change, job: job.id) }
        }
        // Within the lock, so that none is told to a gym whose place another has taken.
        standing.withLock { standing in
            for destination in standing.gyms[job.tenant.rawValue]?.destinations ?? [] { announce(to: destination) }
        }
    }

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let context = LogContext(gym: job.tenant.rawValue, job: job.id.description)
        return await LogContext.$current.withValue(context) { await runOne(job, state: state, lane: lane) }
    }

    private func runOne(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        guard let gym = gym(job.tenant) else {
            // The queue runs no jobs of such a gym; should one have begun, it waits like the others.
            return .retry(
                reason: "gym \(job.tenant.rawValue) is not in the configuration", state: state, after: .seconds(60),
                isCharged: false)
        }
        if let reason = gym.hold { return Self.held(reason, state) }
        if let crashed = crashes.bury(job.id) { return buried(job, crashed, gym, state) }
        return await recorded([job], state, lane) {
            await crashes.run([job.id], waits: lane.waits) {
                await self.deliver(job, state: state, lane: lane, gym)
            } ?? .interrupted(state: state)
        }
    }

    /// What could not be placed is kept as a snapshot, whatever it turns out to be; of those only a person's change can be
    /// out of date. One that cannot be read says so when it runs.
    func isSuperseded(_ job: Job, state: LaneState) -> Bool {
        guard let gym = gym(job.tenant),
            case .success(let change) = crashes.reading([job.id], { gym.read(job.payload) })
        else { return false }
        func isSuperseded<Target: Destination>(at target: Target) -> Bool {
            guard let change = change as? Target.Change,
                case .nothing = target.remainder(of: change, job: job.id, after: state)
            else { return false }
            return true
        }
        return gym.destinations.contains { isSuperseded(at: $0) }
    }

    func readingChanged(_ trouble: String?) {
        guard let trouble else { return log.info("stored messages can be read again") }
        log.error(
            "stored messages cannot be read: \(trouble). Their jobs wait and are tried again; check the disk and the limit "
                + "of open files")
    }

    var saysWhenItBegins: Bool { true }

    func wantsAcceptance(ofKind kind: UInt8) -> Bool { kind == JobKind.gymWide }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { Destinations.merge(a, b) }
}
