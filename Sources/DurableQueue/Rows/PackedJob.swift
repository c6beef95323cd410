/// A job that is not finished, as it lies in memory; the order of the fields leaves no gaps.
struct PackedJob: Equatable, Sendable {
    var address: UInt64
    /// Lane 0 is never given out and stands for none.
    var lane: UInt64
    var sequence: UInt64
    var acceptedAt: Int64
    var size: UInt32
    var attempts: UInt32
    var tenant: UInt32
    var kind: UInt8
    var flags: UInt8

    static let isSnapshot: UInt8 = 1
    static let isBulk: UInt8 = 2
    static let isDead: UInt8 = 4

    var isDead: Bool { flags & Self.isDead != 0 }
    var urgency: JobUrgency { flags & Self.isBulk != 0 ? .bulk : .live }
    var id: LaneID? { lane == 0 ? nil : LaneID(rawValue: lane) }
}
