import DurableQueue
import Synchronization

/// How many of the jobs that wait in a lane may go together.
struct Together: Sendable {
    var count: @Sendable ([Job]) -> Int

    static let never = Together { _ in 1 }
    static let all = Together { $0.count }
    /// Neighbours of one payload.
    static let alike = Together { jobs in jobs.prefix { $0.payload == jobs[0].payload }.count }
}

/// Does what a test says, and remembers what it was asked.
final class ScriptedHandler: JobHandler {
    struct Run: Sendable {
        var job: Job
        /// Those that were done with it.
        var others: [JobID] = []
        var state: [UInt8]
        var lane: LaneID
        var isOver = false
    }

    typealias Script = @Sendable (Job, [UInt8], LaneHandle) async -> JobOutcome

    private struct State {
        var runs: [Run] = []
        var accepted: [JobID] = []
        var readingChanges: [String?] = []
        var overlaps: [String] = []
        var busy: [LaneID: JobID] = [:]
        var watchers: [(isMet: @Sendable ([Run]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeMet() -> [CheckedContinuation<Void, Never>] {
            let runs = self.runs
            defer { watchers.removeAll { $0.isMet(runs) } }
            return watchers.filter { $0.isMet(runs) }.map(\.continuation)
        }
    }

    private let state = Mutex(State())
    private let script: Script
    private let rule: Together
    let saysWhenItBegins: Bool

    init(
        _ script: @escaping Script = { _, state, _ in .done(state: state) },
        together rule: Together = .never, saysWhenItBegins: Bool = false
    ) {
        self.script = script
        self.rule = rule
        self.saysWhenItBegins = saysWhenItBegins
    }

    func batchable(_ waiting: [Job], state: LaneState) -> Int { rule.count(waiting) }

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        await run([job], state: state.bytes, lane: lane)
    }

    /// The script is told of the first.
    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        await run(jobs, state: state.bytes, lane: lane)
    }

    private func run(_ jobs: [Job], state bytes: [UInt8], lane: LaneHandle) async -> JobOutcome {
        let job = jobs[0]
        let (place, met) = state.withLock { state in
            if let other = state.busy.updateValue(job.id, forKey: lane.id) {
                state.overlaps.append("lane \(lane.id): job \(job.id) began while \(other) ran")
            }
            state.runs.append(Run(job: job, others: jobs.dropFirst().map(\.id), state: bytes, lane: lane.id))
            return (state.runs.count - 1, state.takeMet())
        }
        for continuation in met { continuation.resume() }
        let outcome = await script(job, bytes, lane)
        let metNow = state.withLock { state in
            state.busy[lane.id] = nil
            state.runs[place].isOver = true
            return state.takeMet()
        }
        for continuation in metNow { continuation.resume() }
        return outcome
    }

    /// Job numbers as one would write them down: each once, in order.
    func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        LaneState(Array(Set(a.bytes + b.bytes)).sorted())
    }

    func readingChanged(_ trouble: String?) { state.withLock { $0.readingChanges.append(trouble) } }
    var readingChanges: [String?] { state.withLock { $0.readingChanges } }

    func accepted(_ job: AcceptedJob) { state.withLock { $0.accepted.append(job.id) } }
    func wantsAcceptance(ofKind kind: UInt8) -> Bool { kind == Self.announced }
    static let announced: UInt8 = 7

    var runs: [Run] { state.withLock { $0.runs } }
    /// Jobs in the order in which they were begun, each as often as it was.
    var begun: [JobID] { runs.flatMap { [$0.job.id] + $0.others } }
    /// Jobs by run.
    var together: [[JobID]] { runs.map { [$0.job.id] + $0.others } }
    var acceptedIDs: [JobID] { state.withLock { $0.accepted } }
    var overlaps: [String] { state.withLock { $0.overlaps } }

    /// Returns once the runs so far look like that.
    func until(_ isMet: @escaping @Sendable ([Run]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isMet(state.runs) { return true }
                state.watchers.append((isMet, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func began(_ id: JobID) async { await until { $0.contains { $0.job.id == id || $0.others.contains(id) } } }
}

/// Keeps those who come to it until it is opened; then it stays open.
final class Gate: Sendable {
    private enum State {
        case closed([Int: CheckedContinuation<Void, Never>], next: Int)
        case open
    }

    private let state = Mutex(State.closed([:], next: 0))

    var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    func pass() async { await wait(number()) }

    /// Like `pass`, but a cancelled task goes through as well.
    func passOrCancelled() async {
        let number = number()
        await withTaskCancellationHandler {
            await wait(number, endsCancelled: true)
        } onCancel: {
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .closed(var waiting, let next) = state else { return nil }
                let waiter = waiting.removeValue(forKey: number)
                state = .closed(waiting, next: next)
                return waiter
            }
            waiter?.resume()
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = .open }
            if case .closed(let waiting, _) = state { return waiting.sorted { $0.key < $1.key }.map(\.value) }
            return []
        }
        for continuation in waiting { continuation.resume() }
    }

    private func number() -> Int {
        state.withLock { state in
            guard case .closed(let waiting, let next) = state else { return 0 }
            state = .closed(waiting, next: next + 1)
            return next
        }
    }

    private func wait(_ number: Int, endsCancelled: Bool = false) async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard case .closed(var waiting, let next) = state, !(endsCancelled && Task.isCancelled) else {
                    return true
                }
                waiting[number] = continuation
                state = .closed(waiting, next: next)
                return false
            }
            if goesOn { continuation.resume() }
        }
    }
}
