/// Lanes, jobs, last failures and keys in a checkpoint: many in each record, since there are millions.
///
/// Each record stands alone, with the names of the tenants that occur in it.
///
///     lanes:    secret of the key prints (16 bytes), tenants, number of lanes (4), lanes
///     lane:     id (8), tenant's place among the names (4), state's address (1 + 8), its size (4), newest snapshot (8),
///               paused (1), number of keys (4), keys, number of merged lanes (4), each as id (8) and address (1 + 8),
///               number of jobs that it is parked behind (4), their ids (8 each)
///     key:      print (16), kind (1), exclusive (1)
///     jobs:     tenants, number of jobs (4), jobs
///     job:      id (8), lane or 0 (8), address (8), accepted at (8), payload's size (4), attempts (4), tenant (4), kind (1),
///               flags (1): 1 snapshot, 2 bulk, 4 dead
///     lastFailures: number (4), each as job's id (8), due (8), finished at (8), reason
///     accepted: secret of the key prints (16 bytes), tenants, number of keys (4), each as print (16), job's id (8), tenant (4)
///     tenants:  number (4), names
struct LanesRecord: Equatable, Sendable {
    struct Lane: Equatable, Sendable {
        var id: LaneID
        /// Its tenant is a place in `tenants`; its line stays empty.
        var row: PackedLane
        var keys: [FingerprintedKey]
        var extras: LaneExtras
    }

    var secret: SipHash.Key
    var tenants: [TenantID]
    var rows: [Lane]
}

struct JobsRecord: Equatable, Sendable {
    struct Job: Equatable, Sendable {
        var id: JobID
        /// Its tenant is a place in `tenants`; its sequence is not told, since all that a checkpoint stands for is durable.
        var row: PackedJob
    }

    var tenants: [TenantID]
    var rows: [Job]
}

struct LastFailuresRecord: Equatable, Sendable {
    struct Row: Equatable, Sendable {
        var id: JobID
        var failure: LastFailure
    }

    var rows: [Row]
}

/// In the order of acceptance.
struct AcceptedKeysRecord: Equatable, Sendable {
    var secret: SipHash.Key
    var tenants: [TenantID]
    /// The tenant of each is a place in `tenants`.
    var rows: [AcceptedKey]
}

extension LanesRecord {
    func write(to out: inout ByteWriter) {
        out.put(secret)
        out.put(tenants)
        out.put(UInt32(rows.count))
        for lane in rows {
            out.put(lane.id.rawValue)
            out.put(lane.row.tenant)
            out.put(lane.row.address)
            out.put(lane.row.stateSize)
            out.put(lane.row.newestSnapshot)
            out.put(lane.row.isPaused)
            out.put(UInt32(lane.keys.count))
            for key in lane.keys {
                out.put(key.print)
                out.put(key.kind)
                out.put(key.isExclusive)
            }
            out.put(UInt32(lane.extras.merged.count))
            for other in lane.extras.merged {
                out.put(other.lane.rawValue)
                out.put(other.state)
            }
            out.put(UInt32(lane.extras.parkedBy.count))
            for job in lane.extras.parkedBy { out.put(job.rawValue) }
        }
    }

    init(_ read: inout ByteReader) throws {
        secret = try read.getSecret()
        tenants = try read.getTenants()
        rows = []
        for _ in 0..<(try read.get(UInt32.self)) { rows.append(try Lane(&read)) }
        guard rows.allSatisfy({ $0.row.tenant < tenants.count }) else { throw QueueRecord.Unknown() }
    }
}

extension LanesRecord.Lane {
    fileprivate init(_ read: inout ByteReader) throws {
        id = LaneID(rawValue: try read.get())
        row = PackedLane(tenant: try read.get())
        row.state = try read.getAddress()?.rawValue ?? PackedLane.noState
        row.stateSize = try read.get()
        row.newestSnapshot = try read.get()
        row.isPaused = try read.getBool()
        keys = []
        for _ in 0..<(try read.get(UInt32.self)) {
            let print = try read.getPrint()
            keys.append(FingerprintedKey(print: print, kind: try read.get(), isExclusive: try read.getBool()))
        }
        extras = LaneExtras()
        for _ in 0..<(try read.get(UInt32.self)) {
            let lane = LaneID(rawValue: try read.get())
            extras.merged.append(MergedLane(lane: lane, state: try read.getAddress()))
        }
        for _ in 0..<(try read.get(UInt32.self)) { extras.parkedBy.append(JobID(rawValue: try read.get())) }
    }
}

extension JobsRecord {
    func write(to out: inout ByteWriter) {
        out.put(tenants)
        out.put(UInt32(rows.count))
        for job in rows {
            out.put(job.id.rawValue)
            out.put(job.row.lane)
            out.put(job.row.address)
            out.put(job.row.acceptedAt)
            out.put(job.row.size)
            out.put(job.row.attempts)
            out.put(job.row.tenant)
            out.put(job.row.kind)
            out.put(job.row.flags)
        }
    }

    init(_ read: inout ByteReader) throws {
        tenants = try read.getTenants()
        rows = []
        for _ in 0..<(try read.get(UInt32.self)) {
            let (id, lane) = (try read.get(UInt64.self), try read.get(UInt64.self))
            rows.append(
                Job(
                    id: JobID(rawValue: id),
                    row: PackedJob(
                        address: try read.get(), lane: lane, sequence: 0, acceptedAt: try read.get(),
                        size: try read.get(), attempts: try read.get(), tenant: try read.get(), kind: try read.get(),
                        flags: try read.get())))
        }
        guard rows.allSatisfy({ $0.row.tenant < tenants.count }) else { throw QueueRecord.Unknown() }
    }
}

extension LastFailuresRecord {
    func write(to out: inout ByteWriter) {
        out.put(UInt32(rows.count))
        for row in rows {
            out.put(row.id.rawValue)
            out.put(row.failure.due)
            out.put(row.failure.finishedAt)
            out.put(row.failure.reason)
        }
    }

    init(_ read: inout ByteReader) throws {
        rows = []
        for _ in 0..<(try read.get(UInt32.self)) {
            let id = JobID(rawValue: try read.get())
            let (due, finishedAt) = (try read.get(Int64.self), try read.get(Int64.self))
            let reason = try read.getText()
            let failure =
                finishedAt == 0
                ? LastFailure(due: due, reason: reason)
                : LastFailure(finishedAt: finishedAt, reason: reason)
            rows.append(Row(id: id, failure: failure))
        }
    }
}

extension AcceptedKeysRecord {
    func write(to out: inout ByteWriter) {
        out.put(secret)
        out.put(tenants)
        out.put(UInt32(rows.count))
        for row in rows {
            out.put(row.print)
            out.put(row.job)
            out.put(row.tenant)
        }
    }

    init(_ read: inout ByteReader) throws {
        secret = try read.getSecret()
        tenants = try read.getTenants()
        rows = []
        for _ in 0..<(try read.get(UInt32.self)) {
            let print = try read.getPrint()
            rows.append(AcceptedKey(print: print, job: try read.get(), tenant: try read.get()))
        }
        guard rows.allSatisfy({ $0.tenant < tenants.count }) else { throw QueueRecord.Unknown() }
    }
}

extension ByteWriter {
    fileprivate mutating func put(_ secret: SipHash.Key) {
        put(secret.low)
        put(secret.high)
    }

    fileprivate mutating func put(_ print: KeyFingerprint) {
        put(print.low)
        put(print.high)
    }

    fileprivate mutating func put(_ tenants: [TenantID]) {
        put(UInt32(tenants.count))
        for tenant in tenants { put(tenant.rawValue) }
    }
}

extension ByteReader {
    fileprivate mutating func getSecret() throws(TooShort) -> SipHash.Key {
        SipHash.Key(low: try get(), high: try get())
    }

    fileprivate mutating func getPrint() throws(TooShort) -> KeyFingerprint {
        KeyFingerprint(low: try get(), high: try get())
    }

    fileprivate mutating func getTenants() throws(TooShort) -> [TenantID] {
        var tenants: [TenantID] = []
        for _ in 0..<(try get(UInt32.self)) { tenants.append(TenantID(try getText())) }
        return tenants
    }
}
