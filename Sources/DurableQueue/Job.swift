/// What is given to the queue. Bounded: see ``QueuePolicy``.
public struct NewJob: Sendable {
    public var tenant: TenantID
    /// The caller's own: comes back in ``Job/kind``.
    public var kind: UInt8
    /// Which lane the job belongs to, strongest key first. Empty only together with `unplaced`.
    public var keys: [LaneKey]
    public var payload: [UInt8]
    /// The job carries a whole state: once a later snapshot of its lane is done, it is out of date.
    public var isSnapshot: Bool
    public var urgency: JobUrgency
    /// Why no lane can be told. Such a job is kept as a dead letter with this reason until it is retried with keys.
    public var unplaced: String?
    /// The sender's name for the message, by which a second sending is known: see ``JobQueue/accept(_:)``.
    public var idempotencyKey: String?

    public init(
        tenant: TenantID, kind: UInt8, keys: [LaneKey], payload: [UInt8], isSnapshot: Bool = false,
        urgency: JobUrgency = .live, unplaced: String? = nil, idempotencyKey: String? = nil
    ) {
        self.tenant = tenant
        self.kind = kind
        self.keys = keys
        self.payload = payload
        self.isSnapshot = isSnapshot
        self.urgency = urgency
        self.unplaced = unplaced
        self.idempotencyKey = idempotencyKey
    }
}

public enum JobUrgency: UInt8, Sendable, CaseIterable {
    case live = 0
    /// Runs when no live job of its tenant is ready.
    case bulk = 1
}

/// A job as its handler gets it.
public struct Job: Sendable {
    public let id: JobID
    public let tenant: TenantID
    public let kind: UInt8
    public let payload: [UInt8]
    /// 1 at the first try.
    public let attempt: Int
    /// Milliseconds since 1970.
    public let acceptedAt: Int64
    public let urgency: JobUrgency
}

/// What became of a job that was given to the queue.
public struct Acceptance: Hashable, Sendable {
    public let id: JobID
    /// False: an earlier job came with the same idempotency key, and this is that one. Nothing was stored.
    public let isNew: Bool
}

/// A job that has just been accepted, or was found pending at the start.
public struct AcceptedJob: Sendable {
    public let id: JobID
    public let tenant: TenantID
    public let kind: UInt8
    public let payload: [UInt8]
}

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

/// A job for listings.
public struct JobView: Sendable {
    public var id: JobID
    public var tenant: TenantID
    /// Nil for a job that could not be placed.
    public var lane: LaneID?
    public var kind: UInt8
    public var urgency: JobUrgency
    public var state: JobState
    /// Tries that were charged; of a running job, with the present one.
    public var attempts: Int
    /// Why it waits or is dead, in the handler's words; of a job that was done, with which later one, if in one run.
    public var reason: String?
    /// Milliseconds since 1970.
    public var acceptedAt: Int64
    public var finishedAt: Int64?
}

/// Which jobs to list, oldest first: the newest that fit, or those that follow a given one.
public struct JobQuery: Sendable {
    public var tenant: TenantID?
    public var state: JobState.Name?
    public var limit = 100
    /// Only jobs that were accepted before this one: for the page before.
    public var before: JobID?
    /// Only jobs that were accepted after this one; of them the oldest.
    public var after: JobID?
    public init() {}
}
