/// Runs the journal's blocking work, by a clock of its own.
///
/// The live one, `ThreadDriver`, has threads of its own. A simulation takes the steps itself, one at a time, so that a
/// whole run follows from its seed.
package protocol JournalDriver: Sendable {
    /// For limits such as `unsyncedLimit`, and for measuring.
    func now() -> ContinuousClock.Instant
    /// Takes the journal's steps from now on, until `turn` says that it has ended.
    func start(_ writer: any JournalWriter)
    /// Wakes a resting writer, for which there is work.
    func wakeWriter()
    func worker(_ role: JournalWorkerRole) -> any JournalWorker
}

package enum JournalWorkerRole: String, Hashable, Sendable, CaseIterable {
    /// Writes checkpoints.
    case keeper
    /// Sets segments aside. Apart from maintenance, whose checkpoints take long while new work needs room.
    case allocator
    /// Reads records back.
    case reader
}

/// Writes segments. Only one call at a time.
package protocol JournalWriter: AnyObject, Sendable {
    /// Does what is to be done next. Blocks for as long as the disk takes.
    func turn() -> WriterRest
}

/// What the writer does after a turn.
package enum WriterRest: Equatable, Sendable {
    case none
    /// Until woken, or until then.
    case asleep(until: ContinuousClock.Instant?)
    case ended
}

/// Runs blocking work one piece after the other.
package protocol JournalWorker: Sendable {
    /// False if it has been stopped and the work will not run.
    @discardableResult
    func run(_ work: @escaping @Sendable () -> Void) -> Bool
    /// Returns when all work taken so far is done, and takes no more.
    func stop()
}
