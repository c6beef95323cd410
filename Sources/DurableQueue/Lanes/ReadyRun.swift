/// All that a run needs to begin.
struct ReadyRun: Sendable {
    var lease: Lease
    var jobs: [Job]
    var state: LaneState
    /// The lane's newest snapshot that was done before.
    var newest: JobID?
}
