import SeededRandom
import Testing

@testable import DurableQueue

/// Records that no queue writes, as a damaged program or a clever neighbour might: each is well formed, and together
/// they make no sense. Nothing of it may trap or go round for ever, since a journal that cannot be opened is lost whole.
@Suite(.timeLimit(.minutes(30))) struct OddRecordsTests {
    @Test(arguments: UInt64(1)...60) func `whatever a log says, it is taken, and a queue opens and ends on it`(
        seed: UInt64
    ) async throws {
        var odd = OddRecords(chance: SeededGenerator(seed: seed))
        let log = MemoryLog()
        var state = QueueState()
        for _ in 0..<200 {
            let record = odd.record()
            let ticket = try log.append(record.kind, record.payload, .always)
            state.apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: ticket))
        }
        #expect(state.snapshot.reduce(0) { sum, _ in sum + 1 } > 0)
        for tenant in state.jobs.tenants.names.indices { _ = state.oldestPending(of: UInt32(tenant)) }

        let bench = try await QueueHarness(log: log.crash(.killed, luck: 1)) { job, state, _ in
            job.id.rawValue % 2 == 0 ? .done(state: state) : .dead(reason: "odd", state: state)
        }
        try await bench.running {
            let id = try? await bench.add("somebody new")
            _ = await bench.queue.counts()
            for lane: UInt64 in 0...4 { try? await bench.queue.resume(LaneID(rawValue: lane), of: .gym) }
            if let id { _ = try? await bench.queue.explain(id) }
            try await bench.queue.checkpoint()
        }
    }
}

private struct OddRecords {
    var chance: SeededGenerator

    private mutating func any<Value>(_ values: [Value]) -> Value { values.randomElement(using: &chance)! }
    private mutating func job() -> JobID { JobID(rawValue: any([0, 1, 2, 3, 4, 5, .max])) }
    private mutating func lane() -> LaneID { LaneID(rawValue: any([1, 2, 3, 4, .max])) }
    private mutating func lanes() -> [LaneID] { (0..<Int.random(in: 0...2, using: &chance)).map { _ in lane() } }
    private mutating func time() -> Int64 { any([.min, -1, 0, 1, 1_700_000_000_000, .max]) }
    private mutating func tenant() -> TenantID { any([.gym, TenantID("b")]) }
    private mutating func count() -> UInt32 { any([0, 1, 1 << 20, .max]) }
    private mutating func number() -> UInt64 { any([0, 1, 7, .max]) }
    private mutating func keys() -> [LaneKey] {
        any([[], [.id("a")], [.id("b"), .name("n")], [.name("n"), .booking("k")]])
    }
    private mutating func address() -> LogAddress? { any([nil, LogAddress(rawValue: 0), LogAddress(rawValue: .max)]) }

    mutating func record() -> QueueRecord {
        switch Int.random(in: 0..<17, using: &chance) {
        case 0...3: .accepted(accepted())
        case 4...5: .outcome(outcome())
        case 6: .batchOutcome(outcome(), others: [job(), job()])
        case 7: .laneState(lane: lane(), state: [1], merging: lanes())
        case 8: .joined(from: lane(), into: lane())
        case 9: .revived(job: job(), lane: any([nil, lane()]), keys: keys())
        case 10: .paused(tenant: tenant(), lane: any([nil, lane()]), isPaused: Bool.random(using: &chance))
        case 11: .moved(accepted())
        case 12: .counters(nextJob: number(), nextLane: number(), done: number())
        case 13: .lane(lane())
        case 14: .forgotten(lanes())
        case 15: .jobs(JobsRecord(tenants: [.gym], rows: [packed(), packed()]))
        default:
            .lastFailures(
                LastFailuresRecord(rows: [
                    LastFailuresRecord.Row(id: job(), failure: LastFailure(due: time(), reason: "odd"))
                ]))
        }
    }

    private mutating func accepted() -> AcceptedRecord {
        AcceptedRecord(
            id: job(), tenant: tenant(), lane: any([nil, lane(), lane()]), keys: keys(), kind: 1,
            isSnapshot: Bool.random(using: &chance), urgency: .live, acceptedAt: time(),
            unroutable: any([nil, nil, "?"]),
            payload: [1])
    }

    private mutating func outcome() -> OutcomeRecord {
        OutcomeRecord(
            job: job(), attempts: count(),
            ending: any([
                .done, .waiting(until: time(), reason: "odd"), .dead(reason: "odd", parks: true), .superseded,
                .interrupted,
            ]), lane: any([nil, lane()]), state: [2], merging: lanes(), at: time())
    }

    private mutating func lane() -> LaneRecord {
        LaneRecord(
            id: lane(), tenant: tenant(), keys: keys(), state: address(),
            merged: lanes().map { MergedLane(lane: $0, state: nil) }, newestSnapshot: job(),
            isPaused: Bool.random(using: &chance), parkedBy: [job()])
    }

    private mutating func packed() -> JobsRecord.Job {
        JobsRecord.Job(
            id: job(),
            row: PackedJob(
                address: number(), lane: any([0, 1, 2, .max]), sequence: 0, acceptedAt: time(), size: count(),
                attempts: count(), tenant: 0, kind: 1, flags: UInt8.random(in: 0...7, using: &chance)))
    }
}
