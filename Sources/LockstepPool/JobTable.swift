extension QueueState {
    /// One job that is not finished.
    struct JobRow: Sendable, Equatable {
        var tenant: TenantID
        /// Nil: not placed.
        var lane: LaneID?
        var kind: UInt8
        var isSnapshot: Bool
        var urgency: JobUrgency
        var isDead: Bool
        var attempts: UInt32
        var size: UInt32
        var address: LogAddress
        /// The accepting record's place in the log: not dispatched before it is durable.
        var sequence: UInt64
        var acceptedAt: Int64

        /// As many as can be counted.
        var nextAttempt: UInt32 { attempts == .max ? .max : attempts + 1 }
    }
}

/// The jobs that are not finished, by their numbers, in forty-eight bytes each.
struct JobTable: Sendable {
    /// A row as it lies in memory; the order of the fields leaves no gaps.
    struct Packed: Equatable, Sendable {
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
        var id: LaneID? { lane == 0 ? nil : LaneID(rawValue: lane) }
    }

    private(set) var rows = NumberedRows<Packed>()
    private(set) var tenants = TenantNumbers()

    var count: Int { rows.count }
    var isEmpty: Bool { rows.isEmpty }

    subscript(id: JobID) -> QueueState.JobRow? {
        get { rows[id.rawValue].map(unpacked) }
        set { rows[id.rawValue] = newValue.map { packed($0) } }
    }

    func unpacked(_ row: Packed) -> QueueState.JobRow {
        QueueState.JobRow(
            tenant: tenants[row.tenant], lane: row.id, kind: row.kind, isSnapshot: row.flags & Packed.isSnapshot != 0,
            urgency: row.flags & Packed.isBulk != 0 ? .bulk : .live, isDead: row.isDead, attempts: row.attempts,
            size: row.size, address: LogAddress(rawValue: row.address), sequence: row.sequence,
            acceptedAt: row.acceptedAt)
    }

    private mutating func packed(_ row: QueueState.JobRow) -> Packed {
        Packed(
            address: row.address.rawValue, lane: row.lane?.rawValue ?? 0, sequence: row.sequence,
            acceptedAt: row.acceptedAt, size: row.size, attempts: row.attempts,
            tenant: tenants.number(of: row.tenant), kind: row.kind,
            flags: (row.isSnapshot ? Packed.isSnapshot : 0) | (row.urgency == .bulk ? Packed.isBulk : 0)
                | (row.isDead ? Packed.isDead : 0))
    }

    /// A row of a checkpoint, whose tenant has a number here already.
    mutating func put(_ row: Packed, at id: JobID) { rows[id.rawValue] = row }

    mutating func number(of tenant: TenantID) -> UInt32 { tenants.number(of: tenant) }

    /// Nil if there is none.
    mutating func remove(_ id: JobID) { rows[id.rawValue] = nil }

    mutating func set(_ address: LogAddress, of id: JobID) {
        _ = rows.change(id.rawValue) { $0.address = address.rawValue }
    }

    mutating func set(attempts: UInt32, of id: JobID) { _ = rows.change(id.rawValue) { $0.attempts = attempts } }
    mutating func set(lane: LaneID, of id: JobID) { _ = rows.change(id.rawValue) { $0.lane = lane.rawValue } }

    mutating func set(isDead: Bool, of id: JobID) {
        _ = rows.change(id.rawValue) { row in
            if isDead { row.flags |= Packed.isDead } else { row.flags &= ~Packed.isDead }
        }
    }
}
