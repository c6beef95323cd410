/// What a log's records came to, for the queue to go on from.
public struct RecoveredJobs: Sendable {
    var state = QueueState()
    /// Bytes logged since the last checkpoint. A program that is started again and again must write one some day.
    private(set) var logged = 0
    /// What goes with a record's payload, roughly.
    static let frame = 64

    public init() {}

    /// In the order of the log.
    public mutating func apply(_ record: RecoveredRecord) {
        state.apply(record)
        if record.ticket != nil { logged += record.payload.count + Self.frame }
    }
}
