import DurableQueue
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
        case once = "I9: what comes again under its key is stored once"
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
        /// Its run was told that it is a bulk one.
        var runsAsBulk = false
        /// The first job of the joint run that it is in, if that is another.
        var goesWith: JobID?
        /// It was in a joint run that was refused, and has no verdict of its own yet.
        var mustRunAlone = false
        /// The number of the run in which it was done; 0 if that was undone by a crash.
        var doneIn = 0
        /// Turns of others of its tenant that it has seen while nothing held it up.
        var turnsWaited = 0
        var timesDone = 0

        /// Holds a place.
        var leads: Bool { standing == .running && goesWith == nil }
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
        /// Offered, and perhaps on its way to the disk.
        var coming: Set<SimulatedSubject> = []
        /// All jobs about a person, in their order: whose rules say something of one another.
        var people: [UInt8: [JobID]] = [:]
        var joined: [UInt8: Joined] = [:]
        /// Nil: nobody knows. Missing: never paused.
        var pausedTenants: [TenantID: Bool?] = [:]
        /// Turns of others that a tenant has seen while it had something to run, and nothing ran.
        var tenantTurns: [TenantID: Int] = [:]
        /// A job whose record cannot be read takes a turn and does not begin, and its pause is not told.
        var readsFail = false
        /// Had their lease before an operator changed something, so that the change holds for those after them.
        var excused: Set<JobID> = []
        /// Jobs that the state of the next run in a lane must name.
        var confirmed: [Group: Set<UInt64>] = [:]
        var notes: [String: [[UInt8]]] = [:]
        var breaches: [String] = []
        var counters = Tally()
        var runsDone = 0
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
    var counters: Tally { state.withLock { $0.counters } }

    /// From now on every event is printed as it comes.
    func tellStory(_ time: @escaping @Sendable () -> String) { state.withLock { $0.time = time } }

    func tell(_ line: @autoclosure () -> String) {
        guard let time = state.withLock({ $0.time }) else { return }
        print(time(), line())
    }

    func note(_ body: (inout State) -> Void) { state.withLock { if $0.isListening() { body(&$0) } } }

    func count(_ field: WritableKeyPath<Tally, Int>) { note { $0.counters[keyPath: field] += 1 } }

    func countAlways(_ field: WritableKeyPath<Tally, Int>, by number: Int = 1) {
        state.withLock { $0.counters[keyPath: field] += number }
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
            case .stopped: state.counters.stops += 1
            case .killed: state.counters.kills += 1
            case .powerLost: state.counters.powerLosses += 1
            }
        }
    }

    // MARK: Accepting

    /// A job is offered, and its names may make two lanes one: also if there is no room for the job itself.
    func isAboutToCome(_ subject: SimulatedSubject) {
        note { state in
            state.coming.insert(subject)
            guard subject.naming == .bookingAndName, state.joined[subject.person] != .yes else { return }
            state.joined[subject.person] = .perhaps
        }
    }

    /// Something that was offered before, to be offered again: whether it was stored then or not.
    func offeredBefore(_ chance: inout some RandomNumberGenerator) -> SimulatedSubject? {
        state.withLock { state in
            state.coming.filter { $0.idempotencyKey != nil }.sorted { $0.mark < $1.mark }.randomElement(using: &chance)
        }
    }

    /// I9: the queue says that it has this already, as that job.
    func known(_ id: JobID, _ subject: SimulatedSubject) {
        tell("known \(id)")
        note { state in
            state.counters.knownAgain += 1
            guard state.entries[id]?.subject == subject else {
                return state.breach(.once, "\(id) was said to be what it is not, or is not known")
            }
            state.entries[id]?.isAcknowledged = true
        }
    }

    /// The job is on the disk.
    func offered(_ id: JobID, _ payload: [UInt8]) {
        tell("offered \(id) \(SimulatedSubject(payload))")
        note { state in
            let subject = SimulatedSubject(payload)
            if state.entries[id] != nil { state.breach(.kept, "number \(id) was given twice") }
            state.add(id, subject)
        }
    }

    /// - Parameter running: what held a lease just now; matters only if its names make two lanes one.
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

    /// One job, or several that are done together; they begin at once. The number of the run.
    func begins(_ jobs: [Job], given bytes: [UInt8]) -> Int {
        let (first, known) = (jobs[0], DoneList.numbers(in: bytes))
        tell("begins \(jobs.map(\.id)) of \(first.tenant), attempt \(first.attempt), knows \(known.sorted())")
        countAlways(\.runs)
        note { state in
            for job in jobs { state.checkOne(job, in: jobs) }
            state.checkJoint(jobs, policy)
            state.checkLimits(policy, first.tenant)
            for job in jobs {
                state.checkKnown(known, by: job.id)
                state.entries[job.id]?.standing = .running
                state.entries[job.id]?.runsAsBulk = first.urgency == .bulk
                state.entries[job.id]?.goesWith = job.id == first.id ? nil : first.id
                state.entries[job.id]?.turnsWaited = 0
            }
            state.countTurns(policy, besides: jobs.map(\.id))
            if jobs.count > 1 { state.counters.jointRuns += 1 }
        }
        return counters.runs
    }

    func ends(_ jobs: [Job], _ outcome: JobOutcome) {
        tell("ends \(jobs.map(\.id)) \(outcome)")
        note { state in
            let (ids, first) = (jobs.map(\.id), jobs[0].id)
            let isJoint = ids.count > 1
            for id in ids {
                state.excused.remove(id)
                state.entries[id]?.standing = .pending
                state.entries[id]?.goesWith = nil
            }
            switch outcome {
            case .done:
                state.runsDone += 1
                for id in ids { state.isDone(id) }
            case .dead where isJoint:
                // Nobody is, yet: whose fault it is shows when they are run one by one.
                for id in ids { state.entries[id]?.mustRunAlone = true }
                state.counters.jointRefusals += 1
            case .dead:
                state.entries[first]?.standing = .dead
                state.entries[first]?.charged += 1
                state.entries[first]?.mustRunAlone = false
            case .retry(_, _, _, let isCharged):
                state.entries[first]?.hasPause = true
                state.entries[first]?.charged += isCharged ? 1 : 0
                state.counters.retries += 1
                if isJoint { state.counters.jointRetries += 1 }
            case .separate where isJoint: for id in ids { state.entries[id]?.mustRunAlone = true }
            case .interrupted, .separate:
                state.entries[first]?.hasPause = true
            }
        }
    }

    /// The outside world sees something of the run.
    func hasEffect(_ job: Job) {
        tell("effect of \(job.id)")
        note { state in
            guard let tenant = state.entries[job.id]?.subject.tenant, state.isPaused(tenant) == true else { return }
            state.breach(.ordered, "\(job.id) had an effect while \(tenant) was paused")
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
            state.counters.damages += 1
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
            state.counters.revivals += 1
            state.excused.formUnion(running)
            // Else it ran already, before the call returned.
            if state.entries[id]?.isUncertain == true { state.revive(id) }
        }
    }

    func discarded(_ id: JobID) {
        tell("discarded \(id)")
        note { state in
            state.counters.discards += 1
            if state.entries[id]?.standing == .running { state.breach(.ordered, "\(id) was discarded while it ran") }
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
            if isPaused { state.counters.pauses += 1 }
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

    var unfinished: [JobID] {
        state.withLock { state in
            state.entries.filter { [.pending, .running].contains($0.value.standing) }.map(\.key).sorted()
        }
    }

    func runsAsBulk(_ id: JobID) -> Bool {
        state.withLock { $0.entries[id].map { $0.standing == .running && $0.runsAsBulk } ?? false }
    }

    func isAcknowledged(_ id: JobID) -> Bool {
        state.withLock { $0.entries[id].map { $0.isAcknowledged && !$0.isUncertain } ?? false }
    }

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
    /// Runs of several jobs, those of them that were to be tried again, that were refused, and that a crash undid.
    var jointRuns = 0
    var jointRetries = 0
    var jointRefusals = 0
    var jointRepeats = 0
    var revivals = 0
    var discards = 0
    /// Runs that were not allowed to begin what came next.
    var callsOff = 0
    var pauses = 0
    var joins = 0
    var lanesForgotten = 0
    var checkpoints = 0
    var segments = 0
    var refusals = 0
    var failures = 0
    var failedReads = 0
    var kills = 0
    var powerLosses = 0
    var stops = 0
    /// Starts that ended in the middle.
    var midRecovery = 0
    var damages = 0
    /// Jobs that came again and were known.
    var knownAgain = 0

    private static var fields: [(name: String, path: WritableKeyPath<Tally, Int>)] {
        [
            ("runs", \.runs), ("repeats", \.repeats), ("retries", \.retries),
            ("jointRuns", \.jointRuns), ("jointRetries", \.jointRetries), ("jointRefusals", \.jointRefusals),
            ("jointRepeats", \.jointRepeats), ("revivals", \.revivals),
            ("discards", \.discards), ("callsOff", \.callsOff), ("pauses", \.pauses), ("joins", \.joins),
            ("lanesForgotten", \.lanesForgotten),
            ("checkpoints", \.checkpoints),
            ("segments", \.segments), ("refusals", \.refusals), ("failures", \.failures), ("kills", \.kills),
            ("failedReads", \.failedReads), ("powerLosses", \.powerLosses), ("stops", \.stops),
            ("midRecovery", \.midRecovery), ("damages", \.damages),
            ("knownAgain", \.knownAgain),
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
