public enum JobState: Hashable, Sendable {
    /// In its lane, ready or behind others. Exits: waitingToBegin, running, superseded, discarded.
    case accepted
    /// Its run waits for something before it begins: a permit, a lock. Exits: running, accepted again if it is called
    /// off, and those of running.
    case waitingToBegin
    /// Exits: done, waiting, dead, and accepted again when the queue stops.
    case running
    /// At the head of its lane, until a due time (milliseconds since 1970). Exits: running, discarded.
    case waiting(until: Int64)
    /// As accepted or waiting, but the tenant or the lane is paused.
    case paused
    case done
    /// A person must look. Exits: accepted by a retry, superseded, discarded.
    case dead
    /// A later snapshot of its lane was done before it.
    case superseded

    public enum Name: String, Sendable, CaseIterable {
        case accepted, running, waiting, paused, done, dead, superseded
    }

    public var name: Name {
        switch self {
        case .accepted: .accepted
        case .running: .running
        case .waiting, .waitingToBegin: .waiting
        case .paused: .paused
        case .done: .done
        case .dead: .dead
        case .superseded: .superseded
        }
    }
}
