struct AcceptedRecord: Equatable, Sendable {
    var id: JobID
    var tenant: TenantID
    /// Nil: not placed.
    var lane: LaneID?
    var keys: [LaneKey]
    var kind: UInt8
    var isSnapshot: Bool
    var urgency: JobUrgency
    var acceptedAt: Int64
    var unroutable: String?
    var payload: [UInt8]
    /// Behind everything else, and only if there is one: earlier versions read the record all the same.
    var idempotencyKey: String?
}
