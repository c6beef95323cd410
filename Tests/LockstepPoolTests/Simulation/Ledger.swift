import LockstepPool
import Synchronization

/// The reference model of a simulated queue: hears of everything that a user of it can see, knows the promises, and
/// nothing of how they are kept.
///
/// It stops listening the moment the simulated machine or process ends; `recovered` tells it what the next one found.
final class Ledger: Sendable {
    /// The promises, by the numbers under which they are known.
    enum Promise: String, Sendable {
        case kept = "I1: what was accepted is run, or visible as dead"
        case ordered = "I2: one at a time and in the order of acceptance within a lane"
        case limited = "I3: no more at once than the policy says"
        case fair = "I4: nobody waits for more turns of others than there are others"
        case live = "I5: nothing that could run stands still"
        case unrepeated = "I6: nothing runs again but what a crash may have hidden"
        case stable = "I7: to recover twice is to recover once"
        case contained = "I8: a damaged record harms only itself"
    }

    enum Standing: Sendable { case pending, running, done, dead, discarded, superseded }

    struct Entry: Sendable {
        var subject: SimulatedSubject
        var standing = Standing.pending
        /// The call that brought it has returned.
        var isAcknowledged = false
        /// An operator's call about it is under way, so it may be this or that.
        var isUncertain = false
        /// A later job of its lane began after it was done.
        var isSealed = false
        /// Its completion certainly reached the disk.
        var isSynced = false
        /// Its record on the disk was damaged.
        var isDamaged = false
        var charged = 0
        /// Before its last revival, which may be lost with the power.
        var chargedBefore = 0
        /// Was tried and put back: it may have to wait.
        var hasPause = false
        /// Turns of others of its tenant that it has seen while nothing held it up.
        var turnsWaited = 0
        var timesDone = 0
    }

    enum Joined { case no, perhaps, yes }

    struct State {
        /// Whether the machine that is spoken of still runs.
        var isListening: @Sendable () -> Bool = { true }
        var lastEnd = SimulatedEnd.stopped
        var hasRecovered = false
        /// Set if the story is printed.
        var time: (@Sendable () -> String)?
        var entries: [JobID: Entry] = [:]
        var joined: [UInt8: Joined] = [:]
        /// Nil: nobody knows. Missing: never paused.
        var pausedTenants: [TenantID: Bool?] = [:]
        /// Turns of others that a tenant has seen while it had something to run, and nothing ran.
        var tenantTurns: [TenantID: Int] = [:]
        /// Had their lease before an operator changed something, so that the change holds for those after them.
        var excused: Set<JobID> = []
        /// Jobs that the state of the next run in a lane must name.
        var confirmed: [Group: Set<UInt64>] = [:]
        var notes: [String: [[UInt8]]] = [:]
        var breaches: [String] = []
        var tally = Tally()
    }

    /// Who shares a lane, as far as the names tell.
    struct Group: Hashable, Sendable {
        var person: UInt8
        /// Nil for both, once they are one.
        var naming: SimulatedSubject.Naming?
    }

    let state = Mutex(State())
    let policy: QueuePolicy

    init(policy: QueuePolicy) { self.policy = policy }

    var breaches: [String] { state.withLock { $0.breaches } }
    var tally: Tally { state.withLock { $0.tally } }

    /// From now on every event is printed as it comes.
    func tellStory(_ time: @escaping @Sendable () -> String) { state.withLock { $0.time = time } }

    func tell(_ line: @autoclosure () -> String) {
        guard let time = state.withLock({ $0.time }) else { return }
        print(time(), line())
    }

    func note(_ body: (inout State) -> Void) { state.withLock { if $0.isListening() { body(&$0) } } }

    func count(_ field: WritableKeyPath<Tally, Int>) { note { $0.tally[keyPath: field] += 1 } }

    func countAlways(_ field: WritableKeyPath<Tally, Int>, by number: Int = 1) {
        state.withLock { $0.tally[keyPath: field] += number }
    }

    func breachAlways(_ promise: Promise, _ text: String) { state.withLock { $0.breach(promise, text) } }

    /// A machine begins; from the moment when it ends nobody sees anything.
    func listen(_ isListening: @escaping @Sendable () -> Bool) { state.withLock { $0.isListening = isListening } }

    var lastEnd: SimulatedEnd { state.withLock { $0.lastEnd } }

    /// The power went as well, before the next process came to anything.
    func lostPowerToo() { state.withLock { if $0.lastEnd == .killed { $0.lastEnd = .powerLost } } }

    func ended(as end: SimulatedEnd) {
        state.withLock { state in
            // A process that ended before it had recovered leaves the next one all that the one before it left.
            if state.hasRecovered || state.lastEnd == .stopped || end == .powerLost { state.lastEnd = end }
            state.hasRecovered = false
            switch end {
            case .stopped: state.tally.stops += 1
            case .killed: state.tally.kills += 1
            case .powerLost: state.tally.powerLosses += 1
            }
        }
    }

    // MARK: Accepting

    /// The job has its place in the order.
    func offered(_ id: JobID, _ payload: [UInt8]) {
        tell("offered \(id) \(SimulatedSubject(payload))")
        note { state in
            let subject = SimulatedSubject(payload)
            if state.entries[id] != nil { state.breach(.kept, "number \(id) was given twice") }
            state.entries[id] = Entry(subject: subject)
            if subject.naming == .bookingAndName, state.joined[subject.person] != .yes {
                state.joined[subject.person] = .perhaps
            }
        }
    }

    /// - Parameter running: what held a lease just now.
    func acknowledged(_ id: JobID, running: [JobID]) {
        tell("acknowledged \(id), running \(running)")
        note { state in
            guard let subject = state.entries[id]?.subject else {
                return state.breach(.kept, "\(id) was acknowledged and never offered")
            }
            state.entries[id]?.isAcknowledged = true
            guard subject.naming == .bookingAndName, state.joined[subject.person] != .yes else { return }
            state.join(subject.person)
            state.excused.formUnion(running)
        }
    }

    // MARK: Running

    /// The number of the run.
    func begins(_ job: Job, given bytes: [UInt8]) -> Int {
        tell("begins \(job.id) of \(job.tenant), attempt \(job.attempt), knows \(DoneList.numbers(in: bytes).sorted())")
        countAlways(\.runs)
        note { state in
            guard var entry = state.entries[job.id] else {
                return state.breach(.kept, "\(job.id) began and was never offered")
            }
            if entry.isDamaged { state.breach(.contained, "\(job.id) began, though its record is damaged") }
            if job.payload != entry.subject.payload { state.breach(.kept, "\(job.id) has another's payload") }
            if entry.standing == .dead, entry.isUncertain, !entry.isDamaged {
                // Its revival is on the disk, and the call about to return.
                state.revive(job.id)
                entry = state.entries[job.id] ?? entry
            }
            state.checkTurn(of: job.id, entry)
            state.checkStanding(of: job, entry)
            state.checkLimits(policy, job.tenant)
            // Whose lease is older than a join was given what its own lane knew.
            let known = state.excused.contains(job.id) ? [] : state.mustKnow(entry.subject)
            let missing = known.subtracting(DoneList.numbers(in: bytes))
            if !missing.isEmpty { state.breach(.kept, "\(job.id) was not told of \(missing.sorted())") }
            state.entries[job.id]?.standing = .running
            state.entries[job.id]?.turnsWaited = 0
            state.countTurns(policy, besides: job.id)
        }
        return tally.runs
    }

    func ends(_ job: Job, _ outcome: JobOutcome) {
        tell("ends \(job.id) \(outcome)")
        note { state in
            state.excused.remove(job.id)
            switch outcome {
            case .done:
                state.entries[job.id]?.standing = .done
                state.entries[job.id]?.timesDone += 1
                state.confirm(job.id)
            case .dead:
                state.entries[job.id]?.standing = .dead
                state.entries[job.id]?.charged += 1
            case .retry(_, _, _, let isCharged):
                state.entries[job.id]?.standing = .pending
                state.entries[job.id]?.hasPause = true
                state.entries[job.id]?.charged += isCharged ? 1 : 0
                state.tally.retries += 1
            case .interrupted:
                state.entries[job.id]?.standing = .pending
                state.entries[job.id]?.hasPause = true
            }
        }
    }

    /// Something that no crash may undo.
    func saved(_ number: JobID, by job: Job) {
        tell("saved \(number) by \(job.id)")
        note { state in
            guard let subject = state.entries[job.id]?.subject else { return }
            state.confirmed[state.group(subject), default: []].insert(number.rawValue)
        }
    }

    /// The record of a pending job is no longer what was written. Returns what tells the record apart.
    func damages(_ id: JobID) -> UInt64? {
        state.withLock { state in
            state.entries[id]?.isDamaged = true
            // When it is its turn, it is closed without being seen here.
            state.entries[id]?.isUncertain = true
            state.tally.damages += 1
            return state.entries[id]?.subject.mark
        }
    }

    /// I8: it is dead and says why, or was closed unrun; nobody else noticed.
    func isSettled(damaged id: JobID, as view: JobView?) {
        state.withLock { state in
            state.entries[id]?.standing = .dead
            switch view?.state {
            case .dead where view?.reason?.contains("cannot be read back") == true: break
            case .superseded: break
            default: state.breach(.contained, "the damaged \(id) ended as \(String(describing: view))")
            }
        }
    }

    // MARK: What operators do

    func isAbout(to id: JobID) { note { $0.entries[id]?.isUncertain = true } }

    func revived(_ id: JobID, running: [JobID]) {
        tell("revived \(id), running \(running)")
        note { state in
            state.tally.revivals += 1
            state.excused.formUnion(running)
            // Else it ran already, before the call returned.
            if state.entries[id]?.isUncertain == true { state.revive(id) }
        }
    }

    func discarded(_ id: JobID) {
        tell("discarded \(id)")
        note { state in
            state.tally.discards += 1
            state.entries[id]?.isUncertain = false
            state.entries[id]?.standing = .discarded
        }
    }

    /// The call failed and changed nothing.
    func wasNotDone(_ id: JobID) { note { $0.entries[id]?.isUncertain = false } }

    /// A call is under way.
    func pauseIsUncertain(of tenant: TenantID) { note { $0.pausedTenants[tenant] = .some(nil) } }

    func paused(_ tenant: TenantID, _ isPaused: Bool, running: [JobID]) {
        tell("paused \(tenant) \(isPaused), running \(running)")
        note { state in
            state.pausedTenants[tenant] = isPaused
            state.excused.formUnion(running)
            if isPaused { state.tally.pauses += 1 }
        }
    }

    func noteIsAboutToBe(_ key: String, _ value: [UInt8]) { note { $0.notes[key, default: [[]]].append(value) } }
    func noteIs(_ key: String, _ value: [UInt8]) { note { $0.notes[key] = [value] } }

    /// Those whose completion is not known to be on the disk.
    var unsyncedDone: [JobID] {
        state.withLock { state in
            state.entries.filter { $0.value.standing == .done && !$0.value.isSynced }.map(\.key).sorted()
        }
    }

    func synced(_ ids: [JobID]) { note { state in for id in ids { state.entries[id]?.isSynced = true } } }

    var dead: [JobID] { state.withLock { $0.entries.filter { $0.value.standing == .dead }.map(\.key).sorted() } }

    /// I1: nothing is left that is not done, dead or discarded.
    func closes() {
        state.withLock { state in
            for (id, entry) in state.entries.sorted(by: { $0.key < $1.key }) {
                guard [.pending, .running].contains(entry.standing), !state.isOutOfDate(id) else { continue }
                state.breach(.kept, "in the end \(id) is \(entry.standing)")
            }
        }
    }

    func breach(_ promise: Promise, _ text: String) { note { $0.breach(promise, text) } }
}

/// What a run came to.
struct Tally: Sendable, Equatable {
    var runs = 0
    /// Jobs that were done and ran again.
    var repeats = 0
    var retries = 0
    var revivals = 0
    var discards = 0
    var pauses = 0
    var joins = 0
    var checkpoints = 0
    var segments = 0
    var refusals = 0
    var failures = 0
    var kills = 0
    var powerLosses = 0
    var stops = 0
    /// Starts that ended in the middle.
    var midRecovery = 0
    var damages = 0

    private static var fields: [(name: String, path: WritableKeyPath<Tally, Int>)] {
        [
            ("runs", \.runs), ("repeats", \.repeats), ("retries", \.retries), ("revivals", \.revivals),
            ("discards", \.discards), ("pauses", \.pauses), ("joins", \.joins), ("checkpoints", \.checkpoints),
            ("segments", \.segments), ("refusals", \.refusals), ("failures", \.failures), ("kills", \.kills),
            ("powerLosses", \.powerLosses), ("stops", \.stops), ("midRecovery", \.midRecovery), ("damages", \.damages),
        ]
    }

    /// What never happened.
    var missing: [String] { Self.fields.filter { self[keyPath: $0.path] == 0 }.map(\.name) }

    static func + (a: Tally, b: Tally) -> Tally {
        var sum = a
        for field in fields { sum[keyPath: field.path] += b[keyPath: field.path] }
        return sum
    }
}
