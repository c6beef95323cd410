/// A run that is over, before its end is written.
struct EndedRun: Sendable {
    enum End: Sendable {
        /// - Parameter isAsked: the run was told to end.
        case outcome(JobOutcome, isAsked: Bool)
        /// It ended without the handler.
        case known(RunEnd)
        /// What it needs could not be read.
        case unread(QueueError)
    }

    var lease: Lease
    var end: End
}
