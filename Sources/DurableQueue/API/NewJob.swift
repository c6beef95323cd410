/// What is given to the queue. Bounded: see ``QueuePolicy``.
public struct NewJob: Sendable {
    public var tenant: TenantID
    /// The caller's own: comes back in ``Job/kind``.
    public var kind: UInt8
    /// Which lane the job belongs to, strongest key first. Empty only together with `unroutable`.
    public var keys: [LaneKey]
    public var payload: [UInt8]
    /// The job carries a whole state: once a later snapshot of its lane is done, it is out of date.
    public var isSnapshot: Bool
    public var urgency: JobUrgency
    /// Why no lane can be told. Such a job is kept as a dead letter with this reason until it is retried with keys.
    public var unroutable: String?
    /// The sender's name for the message, by which a second sending is known: see ``JobQueue/accept(_:)``.
    public var idempotencyKey: String?

    public init(
        tenant: TenantID, kind: UInt8, keys: [LaneKey], payload: [UInt8], isSnapshot: Bool = false,
        urgency: JobUrgency = .live, unroutable: String? = nil, idempotencyKey: String? = nil
    ) {
        self.tenant = tenant
        self.kind = kind
        self.keys = keys
        self.payload = payload
        self.isSnapshot = isSnapshot
        self.urgency = urgency
        self.unroutable = unroutable
        self.idempotencyKey = idempotencyKey
    }
}
