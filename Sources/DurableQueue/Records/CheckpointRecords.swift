struct LaneRecord: Equatable, Sendable {
    var id: LaneID
    var tenant: TenantID
    var keys: [LaneKey]
    var state: LogAddress?
    var merged: [MergedLane]
    var newestSnapshot: JobID
    var isPaused: Bool
    var parkedBy: [JobID]
}

struct JobRecord: Equatable, Sendable {
    var id: JobID
    var tenant: TenantID
    var lane: LaneID?
    var address: LogAddress
    var kind: UInt8
    var isSnapshot: Bool
    var urgency: JobUrgency
    var acceptedAt: Int64
    var attempts: UInt32
    var isDead: Bool
    var due: Int64
    var reason: String
    var size: UInt32
    var finishedAt: Int64
}
