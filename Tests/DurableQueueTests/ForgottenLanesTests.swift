import Clocks
import DeterministicSimulation
import Testing

@testable import DurableQueue

/// A lane is kept as long as it means something, and then it leaves nothing behind.
@Suite(.timeLimit(.minutes(30))) struct ForgottenLanesTests {
    private func lanes(_ bench: QueueHarness) async -> Int { await bench.queue.counts().lanes }

    private func restarted(
        _ bench: QueueHarness, _ crash: MemoryLog.Crash = .killed, policy: QueuePolicy = QueuePolicy()
    ) async throws -> QueueHarness {
        try await QueueHarness(log: bench.log.crash(crash, luck: 1), policy: policy)
    }

    /// Lanes are forgotten as soon as they may be.
    private var atOnce: QueuePolicy {
        var policy = QueuePolicy()
        policy.lanesForgottenAtOnce = 1
        return policy
    }

    private func lane(of key: LaneKey, _ bench: QueueHarness) async -> LaneTable.Placement {
        await bench.queue.state.lanes.place([key], of: .gym)
    }

    // MARK: What is forgotten

    @Test func `jobs of five thousand keys that leave nothing behind leave no lanes, now and after a restart`()
        async throws
    {
        let bench = try await QueueHarness()
        let count = 5_000
        try await bench.running {
            for number in 1...count { _ = try await bench.add("\(number)") }
            await bench.expect("all are done") { await bench.queue.counts().done == count }
            #expect(await lanes(bench) < QueuePolicy().lanesForgottenAtOnce)
            // They cost a few bytes each, and no sync.
            #expect(bench.log.records.count < 2 * count + count / 100)
        }
        // As the records say, without a checkpoint.
        #expect(await lanes(try await restarted(bench)) < QueuePolicy().lanesForgottenAtOnce)

        try await bench.queue.checkpoint()
        #expect(await lanes(bench) == 0)
        #expect(!bench.log.checkpointRecords.contains { $0.kind == 19 }, "no lane stands in the checkpoint")
        let next = try await restarted(bench)
        #expect(await lanes(next) == 0)
        let id = try await next.add("1")
        #expect(await next.queue.job(id)?.lane == LaneID(rawValue: UInt64(count) + 1), "no number is given twice")
    }

    @Test func `finished jobs are listed and explained with the lane that they had, and their event is known`()
        async throws
    {
        let bench = try await QueueHarness(policy: atOnce)
        try await bench.running {
            let event = NewJob(tenant: .gym, kind: 1, keys: [.id("ann")], payload: [], idempotencyKey: "event 1")
            let id = try await bench.queue.enqueue(event)
            await bench.expect("it is done, and its lane gone") {
                guard await bench.state(id) == .done else { return false }
                return await lanes(bench) == 0
            }
            #expect(await bench.queue.job(id)?.lane == LaneID(rawValue: 1))
            #expect(await bench.queue.jobs(JobQuery()).map(\.lane) == [LaneID(rawValue: 1)])
            #expect(try await bench.queue.explain(id) == .done(at: ManualClock.usualWallOrigin, reason: nil))
            #expect(try await bench.queue.accept(event) == Acceptance(id: id, isNew: false))
            await #expect(throws: QueueError.noSuchLane(LaneID(rawValue: 1))) {
                try await bench.queue.pause(LaneID(rawValue: 1), of: .gym)
            }
            let next = try await restarted(bench, .powerLost)
            #expect(try await next.queue.accept(event) == Acceptance(id: id, isNew: false))
            try await next.queue.checkpoint()
            let third = try await restarted(next)
            #expect(try await third.queue.accept(event) == Acceptance(id: id, isNew: false))
            #expect(await lanes(third) == 0)
        }
    }

    @Test func `idle lanes that a checkpoint of an earlier version holds are forgotten with the next`() async throws {
        let old = try await QueueHarness()
        for number in 1...600 {
            let lane = LaneRecord(
                id: LaneID(rawValue: UInt64(number)), tenant: .gym, keys: [.id("\(number)")], state: nil, merged: [],
                newestSnapshot: JobID(rawValue: 0), isPaused: number == 7, parkedBy: [])
            old.log.plant(16, QueueRecord.lane(lane).payload)
        }
        let bench = try await restarted(old)
        #expect(await lanes(bench) == 600)
        try await bench.queue.checkpoint()
        #expect(await lanes(bench) == 1, "one is paused")
        #expect(await lanes(try await restarted(bench)) == 1)
    }

    // MARK: What is kept

    @Test func `a lane with a state, a dead job, a pause or a second key is kept, over restarts too`() async throws {
        let bench = try await QueueHarness(policy: atOnce) { job, state, lane in
            switch job.payload.first {
            case 1: return .done(state: [1])
            case 2: return .dead(reason: "no", state: state)
            case 3: _ = try? await lane.claim(.booking("b"))
            default: break
            }
            return .done(state: state)
        }
        var ids: [JobID] = []
        try await bench.running {
            for number in 1...3 { ids.append(try await bench.add("\(number)", payload: [UInt8(number)])) }
            ids.append(
                try await bench.queue.enqueue(
                    NewJob(tenant: .gym, kind: 1, keys: [.name("ann"), .booking("c")], payload: [])))
            let paused = try await bench.add("5", of: .other)
            let lane = try #require(await bench.queue.job(paused)?.lane)
            try await bench.queue.pause(lane, of: .other)
            await bench.expect([ids[0], ids[2], ids[3]], are: .done)
            await bench.expect([ids[1]], are: .dead)
            #expect(await lanes(bench) == 5)
        }
        try await bench.queue.checkpoint()
        #expect(await lanes(bench) == 5)
        for crash in [MemoryLog.Crash.killed, .powerLost] {
            let next = try await restarted(bench, crash)
            #expect(await lanes(next) == 5)
            for key in [LaneKey.id("1"), .id("2"), .id("3"), .booking("b"), .booking("c"), .name("ann")] {
                #expect(await lane(of: key, next).isNew == false)
            }
            // Nothing rests on the second lane once its dead job is gone.
            try await next.queue.discard(ids[1])
            try await next.queue.checkpoint()
            #expect(await lanes(next) == 4)
            #expect(await lane(of: .id("2"), next).isNew)
        }
    }

    @Test func `a paused lane is kept until it is resumed`() async throws {
        let bench = try await QueueHarness()
        let id = try await bench.add("ann")
        let lane = try #require(await bench.queue.job(id)?.lane)
        try await bench.queue.pause(lane, of: .gym)
        try await bench.queue.discard(id)
        try await bench.queue.checkpoint()
        #expect(await lanes(bench) == 1)
        try await bench.queue.resume(lane, of: .gym)
        try await bench.queue.checkpoint()
        #expect(await lanes(bench) == 0)
    }

    /// Else an older snapshot that is retried would be sent after the newer one.
    @Test func `a newer snapshot that is done is remembered as long as an older job may turn out to be of its lane`()
        async throws
    {
        let bench = try await QueueHarness(policy: atOnce) { job, state, _ in
            job.payload == [1] ? .dead(reason: "no", state: state) : .done(state: state)
        }
        func snapshot(_ keys: [LaneKey], _ payload: UInt8) async throws -> JobID {
            try await bench.queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: keys, payload: [payload], isSnapshot: true))
        }
        try await bench.running {
            let older = try await snapshot([.booking("b")], 1)
            await bench.expect([older], are: .dead)
            let newer = try await snapshot([.name("ann")], 2)
            await bench.expect([newer], are: .done)
            try await bench.queue.checkpoint()
            #expect(await lanes(bench) == 2)
            // The two turn out to be one.
            let both = try await bench.queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: [.booking("b"), .name("ann")], payload: [3]))
            await bench.expect([both], are: .done)
            try await bench.queue.retry(older)
            await bench.expect([older], are: .superseded)

            let last = try await snapshot([.id("eve")], 4)
            await bench.expect([last], are: .done)
            try await bench.queue.checkpoint()
            #expect(await lanes(bench) == 1, "no older job is left for the last")
        }
    }

    @Test func `a dead job that is retried after everything else of its lane is done runs, and then its lane goes`()
        async throws
    {
        let gate = Gate()
        let bench = try await QueueHarness(policy: atOnce) { job, state, _ in
            if job.payload == [9], !gate.isOpen { return .dead(reason: "no", state: state) }
            return .done(state: state)
        }
        try await bench.running {
            let dead = try await bench.add("ann", payload: [9])
            await bench.expect([dead], are: .dead)
            let done = try await bench.add("ann")
            await bench.expect([done], are: .done)
            try await bench.queue.checkpoint()
            #expect(await lanes(bench) == 1)
            gate.open()
            try await bench.queue.retry(dead)
            await bench.expect("it is done, and its lane gone") {
                guard await bench.state(dead) == .done else { return false }
                return await lanes(bench) == 0
            }
        }
    }

    @Test func `a full disk keeps them until there is room`() async throws {
        let bench = try await QueueHarness(policy: atOnce)
        let id = try await bench.add("ann")
        // Before it is done.
        bench.log.setFull(true)
        try await bench.running {
            await bench.expect([id], are: .done)
            await bench.settle()
            #expect(await lanes(bench) == 1)
            bench.log.setFull(false)
            try await bench.queue.checkpoint()
            #expect(await lanes(bench) == 0)
        }
    }

    // MARK: Old numbers

    /// A number is given once, so nothing that an older record says of it can be meant for another lane.
    @Test func `what names a forgotten lane changes nothing about the lane that its key leads to now`() {
        var state = QueueState()
        let (old, new) = (LaneID(rawValue: 1), LaneID(rawValue: 2))
        func accept(_ job: UInt64, _ lane: LaneID) {
            state.apply(
                .accepted(
                    AcceptedRecord(
                        id: JobID(rawValue: job), tenant: .gym, lane: lane, keys: [.id("ann")], kind: 1,
                        isSnapshot: false,
                        urgency: .live, acceptedAt: 1, payload: [])),
                at: LogTicket(sequence: job, address: LogAddress(rawValue: job)))
        }
        accept(1, old)
        state.apply(
            .outcome(
                OutcomeRecord(
                    job: JobID(rawValue: 1), attempts: 1, ending: .done, lane: nil, state: [], merging: [], at: 2)),
            at: LogTicket(sequence: 2, address: LogAddress(rawValue: 2)))
        #expect(state.forgettable(among: [old]) == [old])
        state.apply(.forgotten([old]), at: LogTicket(sequence: 3, address: LogAddress(rawValue: 3)))
        #expect(state.lanes.count == 0)
        #expect(state.lanes.place([.id("ann")], of: .gym) == LaneTable.Placement(lane: new, isNew: true, joins: []))
        accept(4, new)

        let ticket = LogTicket(sequence: 5, address: LogAddress(rawValue: 5))
        for record: QueueRecord in [
            .laneState(lane: old, state: [7], merging: []), .bound(lane: old, keys: [.name("ann")]),
            .paused(tenant: .gym, lane: old, isPaused: true), .joined(from: old, into: new),
            .joined(from: new, into: old),
            .forgotten([old, new]),
        ] {
            state.apply(record, at: ticket)
        }
        #expect(state.lanes.count == 1)
        #expect(state.lanes[new]?.pending.first == JobID(rawValue: 4))
        #expect(state.lanes[new]?.state == nil)
        #expect(state.lanes[new]?.isPaused == false)
        #expect(state.lanes.place([.name("ann")], of: .gym).isNew)
        #expect(state.lanes.place([.id("ann")], of: .gym) == LaneTable.Placement(lane: new, isNew: false, joins: []))
    }

    @Test func `when the numbers of keys are used up they begin anew, and all are found`() {
        var table = LaneTable(firstKey: .max - 5)
        let keys = (1...20).map { LaneKey.id("\($0)") }
        for (number, key) in keys.enumerated() {
            let lane = LaneID(rawValue: UInt64(number) + 1)
            table.bind([key, .name("n\(number)")], to: lane, of: .gym)
            if number.isMultiple(of: 3) { table.bind([.booking("b\(number)")], to: lane, of: .gym) }
        }
        for (number, key) in keys.enumerated() {
            let lane = LaneID(rawValue: UInt64(number) + 1)
            #expect(table.owner(of: key, of: .gym) == lane)
            #expect(table.owner(of: .name("n\(number)"), of: .gym) == lane)
            #expect(table.keys(of: lane).map(\.kind) == (number.isMultiple(of: 3) ? [1, 3, 2] : [1, 3]))
        }
    }

    @Test func `a lane takes forty-eight bytes beside its keys`() {
        #expect(MemoryLayout<PackedLane>.stride == 48)
    }
}
