import SeededRandom
import Synchronization

@testable import DurableQueue

/// A second opinion on the queue: hears of everything that happens and knows the promises, but not how they are kept.
final class History: Sendable {
    /// What a job is about, as its payload says.
    struct Subject: Hashable, Sendable {
        var person: UInt8
        /// 0: by id; 1: by name; 2: by booking; 3: by booking and name, which makes the two one.
        var flavour: UInt8
        var isSnapshot: Bool

        static let people: UInt8 = 9
        /// Of some, no run leaves a state, so that their lanes are forgotten.
        var leavesState: Bool { person < 6 }
        /// A key that runs find out: by name and by booking they come to the same.
        var record: LaneKey? { flavour == 0 ? nil : LaneKey(kind: 4, value: "record \(person)", isExclusive: false) }

        var payload: [UInt8] { [person, flavour, isSnapshot ? 1 : 0] }
        init(person: UInt8, flavour: UInt8, isSnapshot: Bool) {
            (self.person, self.flavour, self.isSnapshot) = (person, flavour, isSnapshot)
        }
        init(_ payload: [UInt8]) { self.init(person: payload[0], flavour: payload[1], isSnapshot: payload[2] == 1) }

        var keys: [LaneKey] {
            switch flavour {
            case 0: [.id("id \(person)")]
            case 1: [.name("name \(person)")]
            case 2: [.booking("booking \(person)")]
            default: [.booking("booking \(person)"), .name("name \(person)")]
            }
        }

        /// Certainly one lane, whether or not lanes were joined.
        func isBound(to other: Subject) -> Bool {
            person == other.person
                && (flavour == other.flavour || (flavour != 0 && other.flavour == 3)
                    || (flavour == 3 && other.flavour != 0))
        }
    }

    private enum Standing: Equatable { case pending, running, done, dead, discarded }

    private struct Entry {
        var subject: Subject
        var standing = Standing.pending
        /// Was put back by an operator, or may be closed unrun: its place in the order is no longer certain.
        var isLoose = false
        /// A later job of its lane began after it was done: a killed process must not do it again.
        var isSealed = false
    }

    private struct State {
        var life = 0
        var jobs: [JobID: Entry] = [:]
        /// Numbers that the state of the next run must contain, by what certainly shares a lane.
        var confirmed: [Subject: Set<UInt8>] = [:]
        /// Which runs rest on a claimed key now.
        var claimed: [LaneKey: JobID] = [:]
        var broken: [String] = []
        var begun = 0
        var lanesForgotten = 0
    }

    private let state = Mutex(State())
    var broken: [String] { state.withLock { $0.broken } }
    var begun: Int { state.withLock { $0.begun } }
    var lanesForgotten: Int { state.withLock { $0.lanesForgotten } }
    var deadJobs: [JobID] { state.withLock { $0.jobs.filter { $0.value.standing == .dead }.map(\.key).sorted() } }

    func accepted(_ id: JobID, _ payload: [UInt8], life: Int) {
        state.withLock { state in
            guard life == state.life else { return }
            state.jobs[id] = Entry(subject: Subject(payload))
        }
    }

    /// Several go together: each must keep its order and be told of everything, but for those of its own run.
    func begins(_ jobs: [Job], given: [UInt8], life: Int) {
        state.withLock { state in
            guard life == state.life else { return }
            let own = Set(jobs.map(\.id))
            if jobs.map(\.id) != own.sorted() { state.broken.append("\(jobs.map(\.id)) go together out of order") }
            for job in jobs { begins(job, among: own, given: given, &state) }
        }
    }

    private func begins(_ job: Job, among own: Set<JobID>, given: [UInt8], _ state: inout State) {
        state.begun += 1
        let subject = Subject(job.payload)
        if own.count > 1, !subject.isSnapshot { state.broken.append("\(job.id) is no snapshot and went along") }
        for (id, other) in state.jobs where !own.contains(id) && other.subject.isBound(to: subject) {
            // One that is joined to others runs with them only from its own acceptance on.
            let shares = other.subject.flavour == subject.flavour || id < job.id
            if shares, other.standing == .running { state.broken.append("\(job.id) began while \(id) ran") }
            if id < job.id, other.standing == .pending, !other.isLoose {
                state.broken.append("\(job.id) began before \(id)")
            }
            if id < job.id, other.standing == .done, other.subject.flavour == subject.flavour {
                state.jobs[id]?.isSealed = true
            }
        }
        if state.jobs[job.id]?.standing == .done { state.broken.append("\(job.id) is done and began again") }
        let missing = (state.confirmed[key(subject)] ?? []).subtracting(given)
        if !missing.isEmpty { state.broken.append("\(job.id) was not told of \(missing.sorted())") }
        state.jobs[job.id]?.standing = .running
    }

    /// A run was told that a key is its own. No two may rest on one at once.
    func claims(_ key: LaneKey, _ job: Job, life: Int) {
        state.withLock { state in
            guard life == state.life else { return }
            if let other = state.claimed[key], other != job.id {
                state.broken.append("\(job.id) was given the key of \(other), which runs")
            }
            state.claimed[key] = job.id
        }
    }

    func ends(_ jobs: [Job], _ outcome: JobOutcome, life: Int) {
        state.withLock { state in
            guard life == state.life else { return }
            state.claimed = state.claimed.filter { $0.value != jobs[0].id }
            // Of a joint run that is refused nobody is dead yet.
            let isParted = if case .dead = outcome { jobs.count > 1 } else { false }
            for job in jobs { ends(job, isParted ? .interrupted(state: []) : outcome, &state) }
        }
    }

    private func ends(_ job: Job, _ outcome: JobOutcome, _ state: inout State) {
        let subject = Subject(job.payload)
        switch outcome {
        case .done:
            state.jobs[job.id]?.standing = .done
            if subject.leavesState { state.confirmed[key(subject), default: []].insert(UInt8(job.id)) }
            // Older snapshots of its lane may be closed as superseded now.
            guard subject.isSnapshot else { return }
            for (id, other) in state.jobs where id < job.id && other.subject.person == subject.person {
                if other.subject.isSnapshot { state.jobs[id]?.isLoose = true }
            }
        case .dead: state.jobs[job.id]?.standing = .dead
        case .retry, .interrupted, .separate: state.jobs[job.id]?.standing = .pending
        }
    }

    private func key(_ subject: Subject) -> Subject {
        Subject(person: subject.person, flavour: subject.flavour, isSnapshot: false)
    }

    func isAboutToRetry(_ id: JobID) {
        state.withLock { state in
            state.jobs[id]?.isLoose = true
            if state.jobs[id]?.standing == .dead { state.jobs[id]?.standing = .pending }
        }
    }

    func wasDiscarded(_ id: JobID) { state.withLock { $0.jobs[id]?.standing = .discarded } }
    func isAboutToDiscard(_ id: JobID) { state.withLock { $0.jobs[id]?.isLoose = true } }

    /// The process ends at this moment: what `log` holds and what was seen belong together.
    func crash(_ log: MemoryLog, _ crash: MemoryLog.Crash, luck: Double) -> MemoryLog {
        state.withLock { state in
            state.life += 1
            state.claimed = [:]
            state.lanesForgotten += log.records.count { $0.kind == QueueRecord.forgotten([]).kind }
            return log.crash(crash, luck: luck)
        }
    }

    /// Compares with what the next process found.
    func recovered(_ views: [JobID: JobView], _ crash: MemoryLog.Crash) {
        state.withLock { state in
            // Unsynced completions may be lost with the power, and with them what they confirmed.
            if crash == .powerLost { state.confirmed = [:] }
            for (id, entry) in state.jobs {
                let name = views[id]?.state.name
                let isPending = name.map { ![.done, .superseded, .dead].contains($0) } ?? false
                if name == nil, [.pending, .running].contains(entry.standing), !entry.isLoose {
                    state.broken.append("\(id) was accepted and is gone")
                }
                if crash == .killed, entry.isSealed, isPending { state.broken.append("\(id) will be done again") }
                if isPending {
                    if entry.standing == .done {
                        for subject in state.confirmed.keys { state.confirmed[subject]?.remove(UInt8(id)) }
                    }
                    state.jobs[id]?.standing = .pending
                } else {
                    state.jobs[id]?.standing = name == .dead ? .dead : name == nil ? .discarded : .done
                }
            }
        }
    }

    var life: Int { state.withLock { $0.life } }
}

/// Carries a job's story to the history, in the life it happens in.
struct HistoryHandler: JobHandler {
    let history: History
    let life: Int
    let seed: UInt64

    func batchable(_ waiting: [Job], state: LaneState) -> Int {
        // A rule that any first few keep, as is asked for: up to the first that says no.
        1 + waiting.dropFirst().prefix { !($0.id.rawValue ^ seed).isMultiple(of: 3) }.count
    }

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        await run(batch: [job], state: state, lane: lane)
    }

    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let job = jobs[0]
        history.begins(jobs, given: state.bytes, life: life)
        var chance = SeededGenerator(
            seed: seed ^ job.id.rawValue &* 31 ^ UInt64(job.attempt) &* 1_009 ^ UInt64(life) &* 77_777)
        for _ in 0..<Int.random(in: 0...12, using: &chance) { await Task.yield() }
        var known = state.bytes
        let subject = History.Subject(job.payload)
        if let key = subject.record, Int.random(in: 0..<6, using: &chance) == 0 {
            switch try? await lane.claim(key) {
            case .own: history.claims(key, job, life: life)
            case .joining, .others, nil:
                let outcome = JobOutcome.retry(reason: "joined", state: known, after: .zero, isCharged: false)
                history.ends(jobs, outcome, life: life)
                return outcome
            }
            for _ in 0..<Int.random(in: 0...12, using: &chance) { await Task.yield() }
        }
        if subject.leavesState, Int.random(in: 0..<4, using: &chance) == 0 {
            known += [200 + job.payload[0]]
            // It fails only when the process is over, and then nobody looks.
            try? await lane.save(known)
        }
        let outcome: JobOutcome =
            switch Int.random(in: 0..<10, using: &chance) {
            case 0...1 where job.attempt < 5: .retry(reason: "no luck", state: known)
            case 2: .dead(reason: "refused", state: known)
            case _ where Task.isCancelled: .interrupted(state: known)
            case _ where !subject.leavesState: .done(state: known)
            default: .done(state: known + jobs.map { UInt8($0.id) })
            }
        history.ends(jobs, outcome, life: life)
        return outcome
    }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        LaneState(Array(Set(a.bytes + b.bytes)).sorted())
    }
    func wantsAcceptance(ofKind kind: UInt8) -> Bool { false }
    func accepted(_ job: AcceptedJob) { history.accepted(job.id, job.payload, life: life) }
}
