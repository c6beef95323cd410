/// What became of a run whose end is written.
struct FinishedRun: Sendable {
    var lease: Lease
    /// What its jobs are now.
    var name: JobState.Name
}
