extension QueueRecord {
    fileprivate static let version: UInt8 = 1
    static let acceptedKind: UInt8 = 1
    private static let movedKind: UInt8 = 8

    var kind: UInt8 {
        switch self {
        case .accepted: Self.acceptedKind
        case .outcome: 2
        case .laneState: 3
        case .joined: 4
        case .metadata: 5
        case .revived: 6
        case .paused: 7
        case .moved: Self.movedKind
        case .batchOutcome: 9
        case .bound: 10
        case .forgotten: 11
        case .lane: 16
        case .job: 17
        case .counters: 18
        case .lanes: 19
        case .jobs: 20
        case .lastFailures: 21
        case .acceptedKeys: 22
        }
    }

    var payload: [UInt8] {
        var out = ByteWriter(room: usualSize)
        out.put(Self.version)
        switch self {
        case .accepted(let record), .moved(let record): record.write(to: &out)
        case .outcome(let record): record.write(to: &out)
        case .laneState(let lane, let state, let merging):
            out.put(lane.rawValue)
            out.put(state)
            out.put(merging)
        case .joined(let from, let into):
            out.put(from.rawValue)
            out.put(into.rawValue)
        case .metadata(let key, let value):
            out.put(key)
            out.put(value)
        case .revived(let job, let lane, let keys):
            out.put(job.rawValue)
            out.put(lane)
            out.put(keys)
        case .paused(let tenant, let lane, let isPaused):
            out.put(tenant.rawValue)
            out.put(lane)
            out.put(isPaused)
        case .batchOutcome(let record, let others):
            record.write(to: &out)
            out.put(others)
        case .bound(let lane, let keys):
            out.put(lane.rawValue)
            out.put(keys)
        case .forgotten(let lanes): out.put(lanes)
        case .lane(let record): record.write(to: &out)
        case .job(let record): record.write(to: &out)
        case .counters(let nextJob, let nextLane, let done):
            out.put(nextJob)
            out.put(nextLane)
            out.put(done)
        case .lanes(let record): record.write(to: &out)
        case .jobs(let record): record.write(to: &out)
        case .lastFailures(let record): record.write(to: &out)
        case .acceptedKeys(let record): record.write(to: &out)
        }
        return out.bytes
    }

    /// Bytes that the records need of which most are written, nearly.
    private var usualSize: Int {
        switch self {
        case .accepted(let record), .moved(let record): 192 + record.payload.count
        case .outcome(let record), .batchOutcome(let record, _): 64 + record.stateRecordSize
        case .laneState(_, let state, let merging): 32 + state.count + 8 * merging.count
        default: 0
        }
    }

    /// - Throws: `Unknown` for a kind or layout of a newer version, and for bytes that do not fit.
    init(kind: UInt8, payload: [UInt8]) throws(Unknown) {
        do {
            var read = ByteReader(payload)
            guard try read.get(UInt8.self) == Self.version else { throw Unknown() }
            self = try Self.record(kind, &read)
        } catch {
            throw Unknown()
        }
    }

    private static func record(_ kind: UInt8, _ read: inout ByteReader) throws -> QueueRecord {
        switch kind {
        case 1: return .accepted(try AcceptedRecord(&read))
        case 2: return .outcome(try OutcomeRecord(&read))
        case 3:
            return .laneState(
                lane: LaneID(rawValue: try read.get()), state: try read.getBytes(), merging: try read.getLanes())
        case 4: return .joined(from: LaneID(rawValue: try read.get()), into: LaneID(rawValue: try read.get()))
        case 5: return .metadata(key: try read.getText(), value: try read.getBytes())
        case 6:
            return .revived(job: JobID(rawValue: try read.get()), lane: try read.getLane(), keys: try read.getKeys())
        case 7:
            return .paused(
                tenant: TenantID(try read.getText()), lane: try read.getLane(), isPaused: try read.getBool())
        case 8: return .moved(try AcceptedRecord(&read))
        case 9: return .batchOutcome(try OutcomeRecord(&read), others: try read.getJobs())
        case 10: return .bound(lane: LaneID(rawValue: try read.get()), keys: try read.getKeys())
        case 11: return .forgotten(try read.getLanes())
        case 16: return .lane(try LaneRecord(&read))
        case 17: return .job(try JobRecord(&read))
        case 18: return .counters(nextJob: try read.get(), nextLane: try read.get(), done: try read.get())
        case 19: return .lanes(try LanesRecord(&read))
        case 20: return .jobs(try JobsRecord(&read))
        case 21: return .lastFailures(try LastFailuresRecord(&read))
        case 22: return .acceptedKeys(try AcceptedKeysRecord(&read))
        default: throw Unknown()
        }
    }
}

extension ByteWriter {
    /// Lane 0 is never given out and stands for none.
    fileprivate mutating func put(_ lane: LaneID?) { put(lane?.rawValue ?? 0) }

    fileprivate mutating func put(_ lanes: [LaneID]) {
        put(UInt32(lanes.count))
        for lane in lanes { put(lane.rawValue) }
    }

    fileprivate mutating func put(_ jobs: [JobID]) {
        put(UInt32(jobs.count))
        for job in jobs { put(job.rawValue) }
    }

    mutating func put(_ address: LogAddress?) {
        put(address != nil)
        put(address?.rawValue ?? 0)
    }

    fileprivate mutating func put(_ keys: [LaneKey]) {
        put(UInt32(keys.count))
        for key in keys {
            put(key.kind)
            put(key.isExclusive)
            put(key.value)
        }
    }
}

extension ByteReader {
    fileprivate mutating func getLane() throws(TooShort) -> LaneID? {
        let number = try get(UInt64.self)
        return number == 0 ? nil : LaneID(rawValue: number)
    }

    fileprivate mutating func getLanes() throws(TooShort) -> [LaneID] {
        var lanes: [LaneID] = []
        for _ in 0..<(try get(UInt32.self)) { lanes.append(LaneID(rawValue: try get())) }
        return lanes
    }

    fileprivate mutating func getJobs() throws(TooShort) -> [JobID] {
        var jobs: [JobID] = []
        for _ in 0..<(try get(UInt32.self)) { jobs.append(JobID(rawValue: try get())) }
        return jobs
    }

    mutating func getAddress() throws(TooShort) -> LogAddress? {
        let isThere = try getBool()
        let address = LogAddress(rawValue: try get())
        return isThere ? address : nil
    }

    fileprivate mutating func getKeys() throws(TooShort) -> [LaneKey] {
        var keys: [LaneKey] = []
        for _ in 0..<(try get(UInt32.self)) {
            let (kind, isExclusive) = (try get(UInt8.self), try getBool())
            keys.append(LaneKey(kind: kind, value: try getText(), isExclusive: isExclusive))
        }
        return keys
    }

    fileprivate mutating func getUrgency() throws(TooShort) -> JobUrgency {
        JobUrgency(rawValue: try get(UInt8.self)) ?? .live
    }
}

extension AcceptedRecord {
    fileprivate func write(to out: inout ByteWriter) {
        out.put(id.rawValue)
        out.put(tenant.rawValue)
        out.put(lane)
        out.put(keys)
        out.put(kind)
        out.put(isSnapshot)
        out.put(urgency.rawValue)
        out.put(acceptedAt)
        out.put(unroutable != nil)
        out.put(unroutable ?? "")
        out.put(payload)
        if let idempotencyKey { out.put(idempotencyKey) }
    }

    fileprivate init(_ read: inout ByteReader) throws(ByteReader.TooShort) {
        id = JobID(rawValue: try read.get())
        tenant = TenantID(try read.getText())
        lane = try read.getLane()
        keys = try read.getKeys()
        kind = try read.get()
        isSnapshot = try read.getBool()
        urgency = try read.getUrgency()
        acceptedAt = try read.get()
        let isUnplaced = try read.getBool()
        let reason = try read.getText()
        unroutable = isUnplaced ? reason : nil
        payload = try read.getBytes()
        idempotencyKey = read.isAtEnd ? nil : try read.getText()
    }
}

extension AcceptedEntry {
    /// From an accepted record's payload.
    init(_ payload: [UInt8], _ fingerprinter: KeyFingerprinter) throws {
        var read = ByteReader(payload)
        guard try read.get(UInt8.self) == QueueRecord.version else { throw QueueRecord.Unknown() }
        id = JobID(rawValue: try read.get())
        let name = try read.getPlace()
        tenant = TenantID(read.text(at: name))
        lane = try read.getLane()
        keys = []
        for _ in 0..<(try read.get(UInt32.self)) {
            let (kind, isExclusive, value) = (try read.get(UInt8.self), try read.getBool(), try read.getPlace())
            keys.append(
                payload.withUnsafeBytes { bytes in
                    fingerprinter.print(
                        kind: kind, isExclusive: isExclusive, value: UnsafeRawBufferPointer(rebasing: bytes[value]),
                        of: UnsafeRawBufferPointer(rebasing: bytes[name]))
                })
        }
        kind = try read.get()
        isSnapshot = try read.getBool()
        urgency = try read.getUrgency()
        acceptedAt = try read.get()
        let isUnplaced = try read.getBool()
        let reason = try read.getPlace()
        unroutable = isUnplaced ? read.text(at: reason) : nil
        size = UInt32(clamping: try read.getPlace().count)
        if !read.isAtEnd { idempotencyKey = fingerprinter.print(idempotencyKey: try read.getText(), of: tenant) }
    }
}

extension QueueRecord {
    /// The payload of the job that a record holds, without making anything of the rest; nil if it holds none.
    static func payload(ofJobIn record: (kind: UInt8, payload: [UInt8])) -> [UInt8]? {
        guard record.kind == acceptedKind || record.kind == movedKind else { return nil }
        do {
            var read = ByteReader(record.payload)
            guard try read.get(UInt8.self) == version else { return nil }
            _ = try read.get(UInt64.self)
            _ = try read.getPlace()
            _ = try read.getLane()
            for _ in 0..<(try read.get(UInt32.self)) {
                _ = (try read.get(UInt8.self), try read.getBool(), try read.getPlace())
            }
            // Kind, snapshot, urgency, time, whether it is placed, and why not.
            _ = (try read.get(UInt8.self), try read.getBool(), try read.get(UInt8.self))
            _ = (try read.get(Int64.self), try read.getBool(), try read.getPlace())
            return try read.getBytes()
        } catch {
            return nil
        }
    }
}

extension OutcomeRecord {
    fileprivate func write(to out: inout ByteWriter) {
        out.put(job.rawValue)
        out.put(attempts)
        switch ending {
        case .done: out.put(UInt8(0), due: 0, reason: "")
        case .waiting(let until, let reason): out.put(UInt8(1), due: until, reason: reason)
        case .dead(let reason, let parks): out.put(UInt8(2), due: parks ? 1 : 0, reason: reason)
        case .superseded: out.put(UInt8(3), due: 0, reason: "")
        case .discarded: out.put(UInt8(4), due: 0, reason: "")
        case .interrupted: out.put(UInt8(5), due: 0, reason: "")
        }
        out.put(lane)
        out.put(state)
        out.put(merging)
        out.put(at)
    }

    fileprivate init(_ read: inout ByteReader) throws {
        job = JobID(rawValue: try read.get())
        attempts = try read.get()
        let (code, due, reason) = (try read.get(UInt8.self), try read.get(Int64.self), try read.getText())
        switch code {
        case 0: ending = .done
        case 1: ending = .waiting(until: due, reason: reason)
        case 2: ending = .dead(reason: reason, parks: due != 0)
        case 3: ending = .superseded
        case 4: ending = .discarded
        case 5: ending = .interrupted
        default: throw QueueRecord.Unknown()
        }
        lane = try read.getLane()
        state = try read.getBytes()
        merging = try read.getLanes()
        at = try read.get()
    }
}

extension ByteWriter {
    fileprivate mutating func put(_ code: UInt8, due: Int64, reason: String) {
        put(code)
        put(due)
        put(reason)
    }
}

extension LaneRecord {
    fileprivate func write(to out: inout ByteWriter) {
        out.put(id.rawValue)
        out.put(tenant.rawValue)
        out.put(keys)
        out.put(state)
        out.put(UInt32(merged.count))
        for other in merged {
            out.put(other.lane.rawValue)
            out.put(other.state)
        }
        out.put(newestSnapshot.rawValue)
        out.put(isPaused)
        out.put(parkedBy)
    }

    fileprivate init(_ read: inout ByteReader) throws(ByteReader.TooShort) {
        id = LaneID(rawValue: try read.get())
        tenant = TenantID(try read.getText())
        keys = try read.getKeys()
        state = try read.getAddress()
        merged = []
        for _ in 0..<(try read.get(UInt32.self)) {
            merged.append(MergedLane(lane: LaneID(rawValue: try read.get()), state: try read.getAddress()))
        }
        newestSnapshot = JobID(rawValue: try read.get())
        isPaused = try read.getBool()
        parkedBy = try read.getJobs()
    }
}

extension JobRecord {
    fileprivate func write(to out: inout ByteWriter) {
        out.put(id.rawValue)
        out.put(tenant.rawValue)
        out.put(lane)
        out.put(address.rawValue)
        out.put(kind)
        out.put(isSnapshot)
        out.put(urgency.rawValue)
        out.put(acceptedAt)
        out.put(attempts)
        out.put(isDead)
        out.put(due)
        out.put(reason)
        out.put(size)
        out.put(finishedAt)
    }

    fileprivate init(_ read: inout ByteReader) throws(ByteReader.TooShort) {
        id = JobID(rawValue: try read.get())
        tenant = TenantID(try read.getText())
        lane = try read.getLane()
        address = LogAddress(rawValue: try read.get())
        kind = try read.get()
        isSnapshot = try read.getBool()
        urgency = try read.getUrgency()
        acceptedAt = try read.get()
        attempts = try read.get()
        isDead = try read.getBool()
        due = try read.get()
        reason = try read.getText()
        size = try read.get()
        finishedAt = try read.get()
    }
}
