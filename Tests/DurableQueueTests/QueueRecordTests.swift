import SeededRandom
import Testing

@testable import DurableQueue

@Suite struct QueueRecordTests {
    static let accepted = AcceptedRecord(
        id: JobID(rawValue: 7), tenant: TenantID("gym"), lane: LaneID(rawValue: 3),
        keys: [.id("1"), .name("änn")], kind: 5, isSnapshot: true, urgency: .bulk, acceptedAt: -1, unroutable: nil,
        payload: [1, 2, 3])

    static let keyed = AcceptedRecord(
        id: JobID(rawValue: 7), tenant: TenantID("gym"), lane: LaneID(rawValue: 3), keys: [.id("1")], kind: 5,
        isSnapshot: false, urgency: .live, acceptedAt: 4, unroutable: nil, payload: [1, 2, 3], idempotencyKey: "event ö"
    )

    static let lost = AcceptedRecord(
        id: JobID(rawValue: .max), tenant: TenantID(""), lane: nil, keys: [], kind: 255, isSnapshot: false,
        urgency: .live,
        acceptedAt: .max, unroutable: "", payload: [])

    static func outcome(_ ending: OutcomeRecord.Ending, lane: LaneID? = LaneID(rawValue: 9)) -> QueueRecord {
        .outcome(
            OutcomeRecord(
                job: JobID(rawValue: 1), attempts: 4, ending: ending, lane: lane, state: [9, 9],
                merging: [LaneID(rawValue: 2), LaneID(rawValue: 5)], at: 1_700_000_000_000))
    }

    static let all: [QueueRecord] = [
        .accepted(accepted), .accepted(lost), .accepted(keyed), .moved(accepted), .moved(keyed),
        outcome(.done), outcome(.waiting(until: 12, reason: "no luck")), outcome(.dead(reason: "refused", parks: true)),
        outcome(.dead(reason: "", parks: false)), outcome(.superseded, lane: nil), outcome(.discarded),
        outcome(.interrupted),
        .batchOutcome(
            OutcomeRecord(
                job: JobID(rawValue: 1), attempts: 4, ending: .done, lane: LaneID(rawValue: 9), state: [9],
                merging: [LaneID(rawValue: 2)], at: 5),
            others: [JobID(rawValue: 2), JobID(rawValue: 7)]),
        .bound(lane: LaneID(rawValue: 8), keys: [.name("ann"), .booking("b")]),
        .laneState(lane: LaneID(rawValue: 8), state: [1], merging: [LaneID(rawValue: 2)]),
        .joined(from: LaneID(rawValue: 1), into: LaneID(rawValue: 2)),
        .metadata(key: "budget/downtown", value: [0, 255]),
        .revived(job: JobID(rawValue: 6), lane: nil, keys: []),
        .revived(job: JobID(rawValue: 6), lane: LaneID(rawValue: 4), keys: [.booking("b")]),
        .paused(tenant: TenantID("gym"), lane: nil, isPaused: true),
        .paused(tenant: TenantID("gym"), lane: LaneID(rawValue: 4), isPaused: false),
        .lane(
            LaneRecord(
                id: LaneID(rawValue: 4), tenant: TenantID("gym"), keys: [.id("1")], state: LogAddress(rawValue: 77),
                merged: [
                    MergedLane(lane: LaneID(rawValue: 2), state: nil),
                    MergedLane(lane: LaneID(rawValue: 3), state: LogAddress(rawValue: 0)),
                ],
                newestSnapshot: JobID(rawValue: 3), isPaused: true, parkedBy: [JobID(rawValue: 1), JobID(rawValue: 2)])),
        .job(
            JobRecord(
                id: JobID(rawValue: 4), tenant: TenantID("gym"), lane: nil, address: LogAddress(rawValue: 1 << 40),
                kind: 1,
                isSnapshot: true, urgency: .bulk, acceptedAt: 5, attempts: 6, isDead: true, due: 7, reason: "x",
                size: 8,
                finishedAt: 9)),
        .forgotten([LaneID(rawValue: 3), LaneID(rawValue: 1 << 40)]),
        .counters(nextJob: 1, nextLane: 2, done: 3),
        .lanes(
            LanesRecord(
                secret: SipHash.Key(low: 1, high: 2), tenants: [.gym, .other],
                rows: [
                    LanesRecord.Lane(
                        id: LaneID(rawValue: 4), row: PackedLane(tenant: 1), keys: [],
                        extras: LaneExtras()),
                    LanesRecord.Lane(
                        id: LaneID(rawValue: 5),
                        row: PackedLane(
                            state: 77, stateSize: 9, newestSnapshot: 3, tenant: 0, isPaused: true),
                        keys: [FingerprintedKey(print: KeyFingerprint(low: 5, high: 6), kind: 7, isExclusive: true)],
                        extras: LaneExtras(
                            merged: [MergedLane(lane: LaneID(rawValue: 2), state: nil)],
                            parkedBy: [JobID(rawValue: 1)])),
                ])),
        .jobs(
            JobsRecord(
                tenants: [.gym],
                rows: [
                    JobsRecord.Job(
                        id: JobID(rawValue: 9),
                        row: PackedJob(
                            address: 1, lane: 2, sequence: 0, acceptedAt: 3, size: 4, attempts: 5, tenant: 0, kind: 6,
                            flags: 7))
                ])),
        .lastFailures(
            LastFailuresRecord(rows: [
                LastFailuresRecord.Row(id: JobID(rawValue: 9), failure: LastFailure(due: 1, reason: "no")),
                LastFailuresRecord.Row(
                    id: JobID(rawValue: 10), failure: LastFailure(finishedAt: 2, reason: "no")),
            ])),
        .acceptedKeys(
            AcceptedKeysRecord(
                secret: SipHash.Key(low: 1, high: 2), tenants: [.other],
                rows: [AcceptedKey(print: KeyFingerprint(low: 3, high: 4), job: 5, tenant: 0)])),
    ]

    @Test(arguments: all) func `what is written is read again`(record: QueueRecord) throws {
        #expect(try QueueRecord(kind: record.kind, payload: record.payload) == record)
    }

    @Test(arguments: all) func `a record that is cut anywhere is unknown, not misread`(record: QueueRecord) {
        for length in 0..<record.payload.count where length != Self.withoutKey(record) {
            #expect(throws: QueueRecord.Unknown.self) {
                _ = try QueueRecord(kind: record.kind, payload: Array(record.payload.prefix(length)))
            }
        }
    }

    /// Where a record ends for versions that know of no idempotency keys.
    private static func withoutKey(_ record: QueueRecord) -> Int? {
        guard let key = record.asAccepted?.idempotencyKey else { return nil }
        return record.payload.count - 4 - key.utf8.count
    }

    @Test func `an idempotency key stands behind what earlier versions read, and they read the rest`() throws {
        var plain = Self.keyed
        plain.idempotencyKey = nil
        let payload = QueueRecord.accepted(Self.keyed).payload
        #expect(payload.starts(with: QueueRecord.accepted(plain).payload))
        let end = try #require(Self.withoutKey(.accepted(Self.keyed)))
        #expect(try QueueRecord(kind: 1, payload: Array(payload.prefix(end))) == .accepted(plain))
    }

    @Test(arguments: all) func `a layout of a newer version is unknown`(record: QueueRecord) {
        #expect(throws: QueueRecord.Unknown.self) {
            _ = try QueueRecord(kind: record.kind, payload: [2] + record.payload.dropFirst())
        }
    }

    @Test(arguments: UInt64(1)...200) func `bytes of any kind are read or refused, never trusted`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        for kind in UInt8.min...UInt8.max {
            let bytes =
                [1]
                + (0..<Int.random(in: 0..<60, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
            // What it says is its own; that it returns is what counts. What it takes, it writes again in full.
            guard let record = try? QueueRecord(kind: kind, payload: bytes) else { continue }
            #expect(record.kind == kind, "seed \(seed)")
            #expect(record.payload.count <= bytes.count + 3 * bytes.count, "seed \(seed)")
        }
    }

    @Test func `an unknown kind is unknown`() {
        #expect(throws: QueueRecord.Unknown.self) { _ = try QueueRecord(kind: 99, payload: [1, 0, 0]) }
    }

    /// Journals outlive programs: these bytes are on disks.
    @Test func `the layout is what it was`() {
        #expect(
            QueueRecord.joined(from: LaneID(rawValue: 1), into: LaneID(rawValue: 2)).payload
                == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            QueueRecord.forgotten([LaneID(rawValue: 3)]).payload == [1, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
        #expect(QueueRecord.metadata(key: "k", value: [7]).payload == [1, 1, 0, 0, 0, 107, 1, 0, 0, 0, 7])
        let job = AcceptedRecord(
            id: JobID(rawValue: 258), tenant: TenantID("g"), lane: LaneID(rawValue: 3), keys: [.id("1")], kind: 5,
            isSnapshot: true, urgency: .bulk, acceptedAt: 9, unroutable: nil, payload: [4])
        #expect(
            QueueRecord.accepted(job).payload
                == [1] + [2, 1, 0, 0, 0, 0, 0, 0]  // id
                + [1, 0, 0, 0, 103]  // tenant
                + [3, 0, 0, 0, 0, 0, 0, 0]  // lane
                + [1, 0, 0, 0] + [1, 1, 1, 0, 0, 0, 49]  // keys: kind, exclusive, value
                + [5, 1, 1]  // kind, snapshot, urgency
                + [9, 0, 0, 0, 0, 0, 0, 0]  // accepted at
                + [0, 0, 0, 0, 0]  // not unroutable
                + [1, 0, 0, 0, 4])
        let outcome = OutcomeRecord(
            job: JobID(rawValue: 1), attempts: 2, ending: .done, lane: LaneID(rawValue: 3), state: [8], merging: [],
            at: 4)
        let bytes: [UInt8] =
            [1] + [1, 0, 0, 0, 0, 0, 0, 0]  // job
            + [2, 0, 0, 0]  // attempts
            + [0] + [0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0]  // done, no due time, no reason
            + [3, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 8]  // lane, state
            + [0, 0, 0, 0]  // merging
            + [4, 0, 0, 0, 0, 0, 0, 0]  // at
        #expect(QueueRecord.outcome(outcome).payload == bytes)
        #expect(
            QueueRecord.batchOutcome(outcome, others: [JobID(rawValue: 6)]).payload
                == bytes + [1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0])
    }
}
