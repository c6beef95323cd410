/// Why a job waits or is dead, and until when or since when.
///
/// Most jobs never have one; an outage makes one for each lane, so it is kept small.
struct LastFailure: Sendable, Equatable {
    var reason: String
    /// Of a waiting job when it is due, of a dead one when it became so.
    private var time: Int64
    /// Times in a row that it had to wait, since the start of the process: what its pauses grow with.
    var consecutiveFailures: UInt16
    private var isOver: Bool

    init(due: Int64, reason: String, consecutiveFailures: UInt16 = 0) {
        (self.reason, time, self.consecutiveFailures, isOver) = (reason, due, consecutiveFailures, false)
    }

    init(finishedAt: Int64, reason: String) {
        (self.reason, time, consecutiveFailures, isOver) = (reason, finishedAt, 0, true)
    }

    /// For a waiting job, milliseconds since 1970; 0 for others, and once that time has come.
    var due: Int64 {
        get { isOver ? 0 : time }
        set { if !isOver { time = newValue } }
    }

    /// When it became dead; 0 for others.
    var finishedAt: Int64 { isOver ? time : 0 }
}
