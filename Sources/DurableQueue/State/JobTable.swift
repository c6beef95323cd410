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
    private(set) var rows = SparseTable<PackedJob>()
    private(set) var tenants = TenantInterner()
    /// Bytes of all their payloads.
    private(set) var payloadBytes = 0
    /// Of sixty-four neighbours each: a bit for each tenant that had a job among them, some tenants sharing a bit. So one
    /// tenant's few jobs are found among millions of others.
    private var masks = SparseTable<UInt64>()

    var count: Int { rows.count }
    var isEmpty: Bool { rows.isEmpty }

    subscript(id: JobID) -> QueueState.JobRow? {
        get { rows[id.rawValue].map(unpacked) }
        set {
            guard let newValue else { return remove(id) }
            put(packed(newValue), at: id)
        }
    }

    func unpacked(_ row: PackedJob) -> QueueState.JobRow {
        QueueState.JobRow(
            tenant: tenants[row.tenant], lane: row.id, kind: row.kind,
            isSnapshot: row.flags & PackedJob.isSnapshot != 0,
            urgency: row.urgency, isDead: row.isDead, attempts: row.attempts,
            size: row.size, address: LogAddress(rawValue: row.address), sequence: row.sequence,
            acceptedAt: row.acceptedAt)
    }

    private mutating func packed(_ row: QueueState.JobRow) -> PackedJob {
        PackedJob(
            address: row.address.rawValue, lane: row.lane?.rawValue ?? 0, sequence: row.sequence,
            acceptedAt: row.acceptedAt, size: row.size, attempts: row.attempts,
            tenant: tenants.number(of: row.tenant), kind: row.kind,
            flags: (row.isSnapshot ? PackedJob.isSnapshot : 0) | (row.urgency == .bulk ? PackedJob.isBulk : 0)
                | (row.isDead ? PackedJob.isDead : 0))
    }

    /// A row of a checkpoint, whose tenant has a number here already.
    mutating func put(_ row: PackedJob, at id: JobID) {
        payloadBytes += Int(row.size) - Int(rows[id.rawValue]?.size ?? 0)
        rows[id.rawValue] = row
        let (neighbours, bit) = (id.rawValue >> 6, Self.bit(row.tenant))
        if masks.change(neighbours, { $0 |= bit }) == nil { masks[neighbours] = bit }
    }

    mutating func number(of tenant: TenantID) -> UInt32 { tenants.number(of: tenant) }

    /// Nil if there is none.
    mutating func remove(_ id: JobID) {
        payloadBytes -= Int(rows[id.rawValue]?.size ?? 0)
        rows[id.rawValue] = nil
        if !rows.hasNeighbours(of: id.rawValue) { masks[id.rawValue >> 6] = nil }
    }

    private static func bit(_ tenant: UInt32) -> UInt64 { 1 << UInt64(tenant & 63) }

    // MARK: In pieces

    /// How many rows are looked at before others get their turn: well under a millisecond.
    static let rowsAtOnce = 4_096

    /// Where a search for jobs goes on, and what it found on the way there.
    struct Piece {
        var rows: SparseTable<PackedJob>.Piece = []
        /// Nil: there are no more.
        var next: UInt64?
    }

    /// Some jobs with this number and greater ones, in ascending order; of a tenant, if one is given, and perhaps of
    /// others beside it. Costs no more than a fraction of a millisecond, and may find none and still go on.
    func rows(from number: UInt64, of tenant: UInt32?, atLeast count: Int = Self.rowsAtOnce) -> Piece {
        var (piece, next) = (Piece(), number)
        for _ in 0..<Self.piecesAtOnce where piece.rows.count < count {
            if let tenant {
                guard let masks = masks.rows(from: next >> 6) else { return piece }
                guard let hit = masks.first(where: { $0.row & Self.bit(tenant) != 0 }) else {
                    guard let last = masks.last?.number, last < .max >> 6 else { return piece }
                    next = (last + 1) << 6
                    continue
                }
                next = max(next, hit.number << 6)
            }
            guard let found = rows.rows(from: next, atLeast: 1), let last = found.last?.number else { return piece }
            piece.rows += found
            guard last < .max else { return piece }
            next = last + 1
        }
        piece.next = next
        return piece
    }

    /// The same in descending order, of jobs with smaller numbers.
    func rows(below number: UInt64, of tenant: UInt32?) -> Piece {
        var (piece, next) = (Piece(), number)
        for _ in 0..<Self.piecesAtOnce where piece.rows.count < Self.rowsAtOnce {
            guard next > 0 else { return piece }
            if let tenant {
                guard let masks = masks.rows(below: ((next - 1) >> 6) + 1) else { return piece }
                guard let hit = masks.first(where: { $0.row & Self.bit(tenant) != 0 }) else {
                    next = (masks.last?.number ?? 0) << 6
                    continue
                }
                next = min(next, (hit.number + 1) << 6)
            }
            guard let found = rows.rows(below: next, atLeast: 1), let last = found.last?.number else { return piece }
            piece.rows += found
            next = last
        }
        piece.next = next
        return piece
    }

    private static let piecesAtOnce = 1_024

    mutating func set(_ address: LogAddress, of id: JobID) {
        _ = rows.change(id.rawValue) { $0.address = address.rawValue }
    }

    mutating func set(attempts: UInt32, of id: JobID) { _ = rows.change(id.rawValue) { $0.attempts = attempts } }
    mutating func set(lane: LaneID, of id: JobID) { _ = rows.change(id.rawValue) { $0.lane = lane.rawValue } }

    mutating func set(isDead: Bool, of id: JobID) {
        _ = rows.change(id.rawValue) { row in
            if isDead { row.flags |= PackedJob.isDead } else { row.flags &= ~PackedJob.isDead }
        }
    }
}
