import Clocks
import DurableQueue
import Synchronization

/// Keeps a job that crashes Lockstep from doing so at each start for ever, and from taking others with it.
///
/// Every job is marked while it is under way. After a crash those that were are suspects: each is tried with no other
/// suspect beside it, and the other jobs wait for that, up to `longestHold`. A suspect is cleared when its run ends; its
/// trial ends then too, or after its time, and the run goes on beside others.
final class CrashGuard: Sendable {
    static let longestHold = Duration.seconds(30)

    private typealias Waiter = AsyncStream<Never>.Continuation

    private struct Waiting {
        var number: Int
        var waiter: Waiter
    }

    private struct State {
        var record: CrashRecord
        /// Suspects that the other jobs wait for.
        var awaited: Set<UInt64> = []
        var isHoldOver = false
        var tried: UInt64?
        /// Convicted jobs that became dead letters in this process. Run again, since an operator wished it, each is tried.
        var buried: Set<UInt64> = []
        /// Suspects that wait for their trial, by arrival.
        var line: [Waiting] = []
        var waited = 0
        /// Runs of other jobs.
        var held: [Waiter] = []

        var isHeld: Bool { !awaited.isEmpty && !isHoldOver }

        func standing(of job: UInt64) -> CrashRecord.Standing {
            let standing = record.standing(of: job)
            return standing == .convicted && buried.contains(job) ? .suspect : standing
        }
    }

    private enum Entrance {
        case free
        case trial
        /// The stream ends when it is worth asking again.
        case wait(AsyncStream<Never>, number: Int, for: String)
    }

    /// Nil: nothing is marked, so no job is ever a suspect.
    private let marks: RunMarks?
    private let clock: any TimeSource
    /// The signal that ended the process before, and how many jobs were under way; nil if it was no crash.
    private let lastCrash: (signal: UInt8, jobs: Int)?
    private let state: Mutex<State>

    init(_ memory: (any MarkMemory)?, clock: any TimeSource) {
        marks = memory.map(RunMarks.init)
        self.clock = clock
        guard let marks else {
            lastCrash = nil
            state = Mutex(State(record: CrashRecord()))
            return
        }
        let left = marks.left()
        var record = left.record
        record.add(left.marks, endedBy: left.signal)
        marks.start(with: record)
        lastCrash = left.signal == 0 ? nil : (left.signal, Set(left.marks.map(\.job)).count)
        state = Mutex(State(record: record))
    }

    /// Where a signal handler stores the signal that ends the process.
    var signalByte: UnsafeMutablePointer<UInt8>? { marks?.signalByte }

    /// Once, after recovery and before the queue is run: jobs that are finished or do not run for now are not waited for.
    func settle(with queue: JobQueue, _ log: ServiceLog) async {
        for job in state.withLock({ Array($0.record.entries.keys) }) {
            switch await queue.job(JobID(rawValue: job))?.state {
            case nil, .done, .superseded: pass(job)
            case .dead:
                change(job) { if $0.standing(of: job) == .convicted { $0.spend(job) } }
            case .paused: break
            case .accepted, .waiting, .waitingToBegin, .running:
                state.withLock { state in
                    if state.record.standing(of: job) == .suspect { state.awaited.insert(job) }
                }
            }
        }
        guard let lastCrash else { return }
        let crash = "Lockstep crashed (\(CrashSignals.name(of: lastCrash.signal))) "
        guard lastCrash.jobs > 0 else { return log.error(crash + "while no job was under way. Please report it") }
        log.error(
            crash
                + "while \(lastCrash.jobs == 1 ? "1 job was" : "\(lastCrash.jobs) jobs were") under way. Each of these is "
                + "tried with none of the others beside it, and all other jobs wait for that, "
                + "\(Self.longestHold.components.seconds) s at most. One with which Lockstep crashes "
                + "\(CrashRecord.limit) times in all becomes a dead letter. Please report it")
    }

    /// Whether jobs wait until suspects were tried.
    var holdsOthers: Bool { state.withLock(\.isHeld) }

    /// Ends the hold after its longest time. Beside the queue's run.
    func endHold() async {
        guard (try? await clock.sleep(for: Self.longestHold)) != nil else { return }
        let held = state.withLock { state in
            state.isHoldOver = true
            defer { state.held = [] }
            return state.held
        }
        for waiter in held { waiter.finish() }
    }

    /// What is known of a job that is not to be tried any more; nil if it may be run. It is taken for a dead letter then.
    func bury(_ job: JobID) -> CrashRecord.Entry? {
        state.withLock { state in
            guard state.standing(of: job.rawValue) == .convicted else { return nil }
            state.buried.insert(job.rawValue)
            return state.record.entries[job.rawValue]
        }
    }

    /// The first of these that may be read for a batch; empty while suspects are tried.
    func batchable(_ jobs: [Job]) -> ArraySlice<Job> {
        state.withLock { state in
            state.isHeld ? [] : jobs.prefix { state.standing(of: $0.id.rawValue) == .clear }
        }
    }

    /// Reads jobs with a mark on each, since reading one may be what crashes; nil, and nothing is read, if one of them is
    /// convicted.
    func reading<Read>(_ jobs: some Collection<JobID>, _ body: () -> Read) -> Read? {
        let standings = state.withLock { state in jobs.map { state.standing(of: $0.rawValue) } }
        guard !standings.contains(.convicted) else { return nil }
        let slots = zip(jobs, standings).map { marks?.begin($0.rawValue, isTrial: $1 == .suspect) }
        defer { for slot in slots { marks?.end(slot) } }
        return body()
    }

    /// Runs jobs, of which several are a batch without suspects, when it is their turn.
    ///
    /// - Parameter waits: told what the run waits for, and nil when it does not any more.
    /// - Returns: nil if the task was cancelled before.
    func run(
        _ jobs: [JobID], waits: (String?) -> Void, _ body: @escaping @Sendable () async -> JobOutcome
    ) async -> JobOutcome? {
        while true {
            switch enter(jobs[0].rawValue) {
            case .free:
                let slots = jobs.map { marks?.begin($0.rawValue) }
                defer { for slot in slots { marks?.end(slot) } }
                return await body()
            case .trial: return await trial(of: jobs[0].rawValue, body)
            case .wait(let turn, let number, let reason):
                waits(reason)
                for await _ in turn {}
                waits(nil)
                guard !Task.isCancelled else {
                    state.withLock { $0.line.removeAll { $0.number == number } }
                    // It may have been its turn.
                    callNext()
                    return nil
                }
            }
        }
    }

    private func enter(_ job: UInt64) -> Entrance {
        state.withLock { state in
            let isSuspect = state.standing(of: job) != .clear
            guard isSuspect ? state.tried != nil : state.isHeld else {
                if isSuspect { state.tried = job }
                return isSuspect ? .trial : .free
            }
            let (turn, waiter) = AsyncStream.makeStream(of: Never.self)
            state.waited += 1
            guard isSuspect else {
                state.held.append(waiter)
                return .wait(
                    turn, number: state.waited, for: "the jobs that were under way when Lockstep crashed")
            }
            state.line.append(Waiting(number: state.waited, waiter: waiter))
            return .wait(
                turn, number: state.waited,
                for: "its turn among the jobs that were under way when Lockstep crashed")
        }
    }

    private func trial(of job: UInt64, _ body: @escaping @Sendable () async -> JobOutcome) async -> JobOutcome? {
        let slot = marks?.begin(job, isTrial: true)
        let time = state.withLock { $0.record.entries[job]?.trialTime ?? CrashRecord.trialTimes[0] }
        let outcome = await withTaskGroup(of: JobOutcome?.self) { [clock, marks] group in
            group.addTask { await body() }
            group.addTask {
                // Cancelled when the run ends before.
                guard (try? await clock.sleep(for: time)) != nil else { return nil }
                marks?.endTrial(slot)
                self.endTrial(of: job)
                return nil
            }
            var outcome: JobOutcome?
            for await ended in group {
                guard let ended else { continue }
                outcome = ended
                group.cancelAll()
            }
            return outcome
        }
        marks?.end(slot)
        if case .interrupted = outcome {
            // It was called off, and is as suspect as before.
            change(job) { $0.callOff(job) }
            state.withLock { if $0.tried == job { $0.tried = nil } }
            callNext()
        } else {
            pass(job)
        }
        return outcome
    }

    /// The job is a suspect no more.
    private func pass(_ job: UInt64) {
        marks?.forget(job)
        state.withLock { state in
            state.record.clear(job)
            state.buried.remove(job)
        }
        letOthersGo(job)
    }

    /// The job's run goes on, and others go beside it.
    private func endTrial(of job: UInt64) {
        change(job) { $0.endTrial(of: job) }
        letOthersGo(job)
    }

    private func change(_ job: UInt64, _ body: (inout CrashRecord) -> Void) {
        let entry = state.withLock { state in
            body(&state.record)
            return state.record.entries[job]
        }
        if let entry { marks?.keep(entry, of: job) }
    }

    private func letOthersGo(_ job: UInt64) {
        let held = state.withLock { state -> [Waiter] in
            state.awaited.remove(job)
            if state.tried == job { state.tried = nil }
            guard state.awaited.isEmpty else { return [] }
            defer { state.held = [] }
            return state.held
        }
        for waiter in held { waiter.finish() }
        callNext()
    }

    /// Wakes the next suspect if none is being tried.
    private func callNext() {
        let next = state.withLock { state in
            state.tried == nil && !state.line.isEmpty ? state.line.removeFirst() : nil
        }
        next?.waiter.finish()
    }
}
