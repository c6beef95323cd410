/// Which jobs were under way when Lockstep crashed, and how often: what a new process learns from the one before it.
///
/// A job that was under way at a crash is a suspect: it is tried again with no other beside it. One that ends such a
/// trial with a crash as well, until it has seen `limit` crashes, is convicted. A crash outside of its trial counts as
/// one at most, however often it comes, since others were under way too.
struct CrashRecord: Equatable, Sendable {
    /// The first crash, and two more in trials.
    static let limit = 3

    struct Entry: Equatable, Sendable {
        var crashes: Int
        /// The signal of the last one.
        var signal: UInt8
        /// The job became a dead letter for it. Run again, since an operator wished it, it gets one trial.
        var isSpent = false
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

    func standing(of job: UInt64) -> Standing {
        guard let entry = entries[job] else { return .clear }
        return entry.crashes >= Self.limit && !entry.isSpent ? .convicted : .suspect
    }

    mutating func clear(_ job: UInt64) { entries[job] = nil }

    /// The job is a dead letter: its next run is an operator's wish.
    mutating func spend(_ job: UInt64) { entries[job]?.isSpent = true }
}
