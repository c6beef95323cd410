import SeededRandom
import Testing

@testable import DurableQueue

/// The state as a value, under records of any kind in any order.
@Suite struct QueueStateTests {
    @Test(arguments: UInt64(1)...40) func `the counters is what counting would find, whatever happened`(seed: UInt64) {
        var story = RandomRecords(seed: seed)
        for _ in 0..<300 {
            story.step()
            #expect(story.state.tallied == story.state.recount(), "seed \(seed)")
        }
        for number in story.state.jobs.tenants.names.indices.map(UInt32.init) {
            let oldest = story.state.jobs.rows.first { $0.row.tenant == number && !$0.row.isDead }?.row.acceptedAt
            #expect(story.state.oldestPending(of: number) == oldest, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...40) func `a checkpoint of any state makes the same state again`(seed: UInt64) {
        var story = RandomRecords(seed: seed)
        for _ in 0..<200 { story.step() }
        var again = QueueState(story.state.snapshot)
        #expect(again.inWords == story.state.inWords, "seed \(seed)")
        #expect(again.tallied == again.recount(), "seed \(seed)")
        // And goes on as the one that it was made of.
        for _ in 0..<100 {
            let record = story.step()
            again.apply(record.0, at: record.1)
        }
        #expect(again.inWords == story.state.inWords, "seed \(seed)")
    }

    @Test func `jobs that wait for the same reason hold its text once`() {
        var state = QueueState()
        for number: UInt64 in 1...20 {
            let job = AcceptedRecord(
                id: JobID(rawValue: number), tenant: .gym, lane: LaneID(rawValue: number), keys: [.id("\(number)")],
                kind: 1, isSnapshot: false, urgency: .live, acceptedAt: 0, unroutable: nil, payload: [])
            let reason = "the service answers 503 to all calls of account \(number % 5)"
            let waiting = OutcomeRecord(
                job: job.id, attempts: 1, ending: .waiting(until: 9, reason: reason), lane: nil, state: [],
                merging: [], at: 0)
            for record in [QueueRecord.accepted(job), .outcome(waiting)] {
                state.apply(record, at: LogTicket(sequence: number, address: LogAddress(rawValue: number)))
            }
        }
        let places = state.lastFailures.map { trouble in
            trouble.row.reason.utf8.withContiguousStorageIfAvailable { $0.baseAddress }
        }
        #expect(Set(places).count == 5)
        #expect(Set(state.lastFailures.map(\.row.reason)).count == 5)
    }

    /// They are on disks.
    @Test func `a checkpoint of an earlier version is read`() {
        var state = QueueState()
        let old: [QueueRecord] = [
            .counters(nextJob: 9, nextLane: 8, done: 5),
            .lane(
                LaneRecord(
                    id: LaneID(rawValue: 3), tenant: .gym, keys: [.id("1"), .name("ann")],
                    state: LogAddress(rawValue: 70), merged: [MergedLane(lane: LaneID(rawValue: 2), state: nil)],
                    newestSnapshot: JobID(rawValue: 4), isPaused: false, parkedBy: [])),
            .job(
                JobRecord(
                    id: JobID(rawValue: 6), tenant: .gym, lane: LaneID(rawValue: 3), address: LogAddress(rawValue: 80),
                    kind: 1, isSnapshot: true, urgency: .bulk, acceptedAt: 5, attempts: 2, isDead: false, due: 99,
                    reason: "no luck", size: 10, finishedAt: 0)),
            .job(
                JobRecord(
                    id: JobID(rawValue: 5), tenant: .gym, lane: nil, address: LogAddress(rawValue: 81), kind: 1,
                    isSnapshot: false, urgency: .live, acceptedAt: 4, attempts: 0, isDead: true, due: 0,
                    reason: "what?", size: 10, finishedAt: 7)),
        ]
        for record in old { state.apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: nil)) }
        #expect(state.nextJob == 9)
        #expect(state.done == 5)
        #expect(state.lanes.place([.name("ann")], of: .gym).lane == LaneID(rawValue: 3))
        #expect(state.lanes.place([.booking("b")], of: .gym).lane == LaneID(rawValue: 8))
        #expect(state.lanes.current(LaneID(rawValue: 2)) == LaneID(rawValue: 3))
        #expect(state.lanes[LaneID(rawValue: 3)]?.newestSnapshot == JobID(rawValue: 4))
        #expect(state.lanes[LaneID(rawValue: 3)].map { Array($0.pending) } == [JobID(rawValue: 6)])
        #expect(state.due(of: JobID(rawValue: 6)) == 99)
        #expect(state.jobs[JobID(rawValue: 6)]?.urgency == .bulk)
        #expect(state.jobs[JobID(rawValue: 5)]?.isDead == true)
        #expect(state.tallied == state.recount())
        #expect(QueueState(state.snapshot).inWords == state.inWords)
    }

    @Test func `what is read at the start of an accepted job is what was known of it live`() throws {
        for record in [QueueRecordTests.accepted, QueueRecordTests.lost] {
            var live = QueueState()
            var read = live  // with the same secret
            let ticket = LogTicket(sequence: 3, address: LogAddress(rawValue: 4))
            live.apply(.accepted(record), at: ticket)
            let payload = QueueRecord.accepted(record).payload
            read.apply(RecoveredRecord(kind: 1, payload: payload, ticket: ticket))
            #expect(read.inWords == live.inWords)
            for length in 0..<payload.count {
                #expect(throws: (any Error).self) {
                    try AcceptedEntry(Array(payload.prefix(length)), live.lanes.fingerprinter)
                }
            }
        }
    }

    @Test func `lanes whose keys were printed with another secret are kept, and not taken for known`() {
        var story = RandomRecords(seed: 1)
        for _ in 0..<50 { story.step() }
        var state = QueueState()
        state.apply(
            RecoveredRecord(
                kind: 1, payload: QueueRecord.accepted(QueueRecordTests.accepted).payload,
                ticket: LogTicket(sequence: 1, address: LogAddress(rawValue: 1))))
        let lanes = story.state.snapshot.first { $0.kind == 19 }!
        state.apply(RecoveredRecord(kind: lanes.kind, payload: lanes.payload, ticket: nil))
        #expect(state.unknown.count == 1)
        #expect(state.lanes.count == 1)
        #expect(state.snapshot.contains { $0.kind == 19 && $0.payload == lanes.payload })
    }
}

/// Records of which each could follow those before it.
private struct RandomRecords {
    var state = QueueState()
    private var chance: SeededGenerator
    private var sequence: UInt64 = 0

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    @discardableResult mutating func step() -> (QueueRecord, LogTicket) {
        sequence += 1
        let ticket = LogTicket(sequence: sequence, address: LogAddress(rawValue: sequence))
        let record = next()
        state.apply(record, at: ticket)
        return (record, ticket)
    }

    private mutating func next() -> QueueRecord {
        let job = state.jobs.rows.map { JobID(rawValue: $0.number) }.randomElement(using: &chance)
        let lane = state.lanes.rows.map { LaneID(rawValue: $0.number) }.randomElement(using: &chance)
        guard let job, let lane, let row = state.jobs[job] else { return accepted() }
        switch Int.random(in: 0..<12, using: &chance) {
        case 0...3: return outcome(job, row.lane.map(state.lanes.current))
        case 4:
            return .revived(
                job: job, lane: row.lane.map(state.lanes.current) ?? lane, keys: [.name("revived \(sequence)")])
        case 5: return .paused(tenant: .gym, lane: lane, isPaused: Bool.random(using: &chance))
        case 6: return .paused(tenant: .other, lane: nil, isPaused: Bool.random(using: &chance))
        case 7:
            let other = state.lanes.rows.map(\.number).randomElement(using: &chance)!
            return .joined(from: lane, into: LaneID(rawValue: other))
        case 8: return .laneState(lane: lane, state: [1], merging: state.lanes[lane]?.merged.map(\.lane) ?? [])
        default: return accepted()
        }
    }

    private mutating func accepted() -> QueueRecord {
        let tenant = Bool.random(using: &chance) ? TenantID.gym : .other
        let keys = [LaneKey.id("\(Int.random(in: 0..<12, using: &chance))"), .name("n \(sequence % 9)")]
        let isPlaced = Int.random(in: 0..<8, using: &chance) > 0
        return .accepted(
            AcceptedRecord(
                id: JobID(rawValue: state.nextJob), tenant: tenant,
                lane: isPlaced ? state.lanes.place(keys, of: tenant).lane : nil, keys: isPlaced ? keys : [], kind: 1,
                isSnapshot: Bool.random(using: &chance), urgency: Bool.random(using: &chance) ? .live : .bulk,
                acceptedAt: Int64(sequence), unroutable: isPlaced ? nil : "what?", payload: [0, 1, 2]))
    }

    private mutating func outcome(_ job: JobID, _ lane: LaneID?) -> QueueRecord {
        let endings: [OutcomeRecord.Ending] = [
            .done, .done, .waiting(until: Int64(sequence), reason: "no luck"), .superseded, .discarded, .interrupted,
            .dead(reason: "refused", parks: false), .dead(reason: "refused", parks: true),
        ]
        let merging = lane.flatMap { state.lanes[$0]?.merged.map(\.lane) } ?? []
        return .outcome(
            OutcomeRecord(
                job: job, attempts: 1, ending: endings.randomElement(using: &chance)!, lane: lane, state: [7, 7],
                merging: Bool.random(using: &chance) ? merging : [], at: Int64(sequence)))
    }
}

extension QueueState {
    init(_ snapshot: QueueSnapshot) {
        self.init()
        for record in snapshot { apply(RecoveredRecord(kind: record.kind, payload: record.payload, ticket: nil)) }
    }

    fileprivate var tallied: [TenantID: [Int]] {
        var counts: [TenantID: [Int]] = [:]
        for (number, counters) in counters.counts.enumerated() where counters != JobCounters.Counts() {
            let standings: [JobCounters.Standing] = [.accepted, .waiting, .blocked, .dead]
            counts[jobs.tenants[UInt32(number)]] = standings.map { counters[$0] }
        }
        return counts
    }

    fileprivate func recount() -> [TenantID: [Int]] {
        var counts: [TenantID: [Int]] = [:]
        for (number, _) in jobs.rows {
            let id = JobID(rawValue: number)
            guard let job = jobs[id] else { continue }
            let row = job.lane.flatMap { lanes[$0] }
            let place =
                job.isDead ? 3 : row.map { $0.isPaused || $0.isParked } == true ? 2 : due(of: id) != 0 ? 1 : 0
            counts[job.tenant, default: [0, 0, 0, 0]][place] += 1
        }
        return counts
    }

    /// Everything that the log carries, but for the places in it of what is durable.
    fileprivate var inWords: [String] {
        var words = ["\(nextJob) \(lanes.nextLane) \(done) \(pausedTenants.map(\.rawValue).sorted()) \(metadata)"]
        for (number, _) in jobs.rows {
            let id = JobID(rawValue: number)
            guard var job = jobs[id] else { continue }
            job.sequence = 0
            job.lane = job.lane.map(lanes.current)
            let trouble = lastFailures[number] ?? LastFailure(due: 0, reason: "")
            words.append("\(id) \(job) \(trouble.due) \(trouble.finishedAt) \(trouble.reason)")
        }
        for (number, _) in lanes.rows {
            let id = LaneID(rawValue: number)
            guard let row = lanes[id] else { continue }
            words.append(
                "\(id) \(row.tenant) \(Array(row.pending)) \(row.merged) \(row.newestSnapshot) \(row.isPaused) "
                    + "\(row.parkedBy) \(String(describing: row.state)) \(row.stateSize) \(lanes.keys(of: id))")
        }
        return words
    }
}
