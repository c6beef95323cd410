/// Which jobs were under way when Lockstep crashed, and how often: what a new process learns from the one before it.
///
/// A job that was under way at a crash is a suspect: it is tried again with no other beside it. One that ends such a
/// trial with a crash as well, until it has seen `limit` crashes, is convicted. A crash outside of its trial counts as
/// one at most, however often it comes, since others were under way too.
///
/// A trial has an end, so that a job that waits for long holds no other up. A job that outlasts its trial and is under
/// way at the next crash again gets a longer one.
struct CrashRecord: Equatable, Sendable {
    /// The first crash, and two more in trials.
    static let limit = 3
    /// How long the first trial lasts, and each one after it was too short.
    static let trialTimes: [Duration] = [.seconds(5), .seconds(60), .seconds(600)]

    struct Entry: Equatable, Sendable {
        var crashes: Int
        /// The signal of the last one.
        var signal: UInt8
        /// The job became a dead letter for it. Run again, since an operator wished it, it gets one trial.
        var isSpent = false
        /// Crashes after a trial that had ended before the run did.
        var outlasted = 0
        /// The trial is over, and the run goes on.
        var isBeyondTrial = false

        var trialTime: Duration { CrashRecord.trialTimes[min(outlasted, CrashRecord.trialTimes.count - 1)] }
    }

    /// A job that was under way when the process ended.
    struct Mark: Hashable, Sendable {
        var job: UInt64
        var isTrial: Bool
    }

    enum Standing: Equatable, Sendable { case clear, suspect, convicted }

    private(set) var entries: [UInt64: Entry]

    init(_ entries: [UInt64: Entry] = [:]) { self.entries = entries }

    /// - Parameter signal: 0 if it was no crash: a kill from outside, or a power loss. That tells nothing of any job.
    mutating func add(_ marks: [Mark], endedBy signal: UInt8) {
        beginAnew(Set(marks.map(\.job)), afterCrash: signal != 0)
        guard signal != 0 else { return }
        // A job may have two marks.
        let tried = Set(marks.lazy.filter(\.isTrial).map(\.job))
        for job in Set(marks.map(\.job)) {
            guard var entry = entries[job] else {
                entries[job] = Entry(crashes: 1, signal: signal)
                continue
            }
            guard tried.contains(job) else { continue }
            entry.crashes = min(entry.crashes + 1, Int(UInt16.max))
            entry.signal = signal
            entry.isSpent = false
            entries[job] = entry
        }
    }

    /// A job whose trial was over is a suspect again if it was still under way, and cleared if it was not.
    private mutating func beginAnew(_ underWay: Set<UInt64>, afterCrash isCrash: Bool) {
        for (job, entry) in entries where entry.isBeyondTrial {
            guard underWay.contains(job) else {
                entries[job] = nil
                continue
            }
            entries[job]?.isBeyondTrial = false
            if isCrash { entries[job]?.outlasted = min(entry.outlasted + 1, Self.trialTimes.count - 1) }
        }
    }

    func standing(of job: UInt64) -> Standing {
        guard let entry = entries[job], !entry.isBeyondTrial else { return .clear }
        return entry.crashes >= Self.limit && !entry.isSpent ? .convicted : .suspect
    }

    /// The job's trial is over, while its run goes on.
    mutating func endTrial(of job: UInt64) { entries[job]?.isBeyondTrial = true }

    /// A run that was called off shows nothing: its next one is a trial again.
    mutating func callOff(_ job: UInt64) { entries[job]?.isBeyondTrial = false }

    mutating func clear(_ job: UInt64) { entries[job] = nil }

    /// The job is a dead letter: its next run is an operator's wish.
    mutating func spend(_ job: UInt64) { entries[job]?.isSpent = true }
}
