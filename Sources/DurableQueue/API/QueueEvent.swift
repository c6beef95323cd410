/// What happens in a queue, told to listeners as it happens: see ``JobQueue/events()``.
public enum QueueEvent: Hashable, Sendable {
    /// The job is on disk for good.
    case accepted(JobID)
    /// A run of these jobs holds their lane, and its handler is about to be called.
    case started([JobID])
    /// The run of this job causes effects from now on.
    case began(JobID)
    /// The run of this job says what it waits for; nil: nothing that has a name.
    case waits(JobID, for: String?)
    /// A run gave its lane back. `state` is what its jobs are now: done, waiting, dead, superseded or, put back untried,
    /// accepted.
    case ended([JobID], state: JobState.Name)
    /// No run holds a lane.
    case idle
    /// Something else that listings or ``JobQueue/standing`` show: an operator's act, a failure, a checkpoint.
    case changed
    /// No new runs from now on.
    case stopping
}
