import DurableQueue
import Testing

/// Which lane a job belongs to, and what happens when two turn out to be one.
@Suite(.timeLimit(.minutes(30))) struct JoinedLaneTests {
    private func job(_ keys: [LaneKey], _ tenant: TenantID = .gym) -> NewJob {
        NewJob(tenant: tenant, kind: 1, keys: keys, payload: [])
    }

    @Test func `two lanes that a job's keys lead to are one from then on`() async throws {
        let bench = try await QueueHarness { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        try await bench.running {
            let ids = [
                try await bench.queue.enqueue(job([.booking("b1")])),
                try await bench.queue.enqueue(job([.name("ann")])),
            ]
            await bench.expect(ids, are: .done)
            let both = try await bench.queue.enqueue(job([.booking("b1"), .name("ann")]))
            await bench.expect([both], are: .done)
            #expect(bench.handler.runs.last?.state == [1, 2], "the states of both are the state of the one")
            let after = try await bench.queue.enqueue(job([.name("ann")]))
            await bench.expect([after], are: .done)
            #expect(bench.handler.runs.last?.state == [1, 2, 3])
            #expect(await bench.queue.job(after)?.lane == bench.queue.job(both)?.lane)
        }
    }

    @Test func `waiting jobs of joined lanes interleave by acceptance, once neither lane runs`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue <= 2 { await gate.pass() }
            return .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            var ids: [JobID] = []
            for _ in 0..<3 {
                ids.append(try await bench.queue.enqueue(job([.booking("b1")])))
                ids.append(try await bench.queue.enqueue(job([.name("ann")])))
            }
            await bench.handler.began(ids[0])
            await bench.handler.began(ids[1])
            ids.append(try await bench.queue.enqueue(job([.booking("b1"), .name("ann")])))
            await bench.settle()
            #expect(bench.handler.begun.count == 2)
            #expect(await bench.state(ids[0]) == .running)
            #expect(await bench.state(ids[1]) == .running)
            gate.open()
            await bench.expect(ids, are: .done)
            #expect(Set(bench.handler.begun.prefix(2)) == Set(ids.prefix(2)))
            #expect(Array(bench.handler.begun.dropFirst(2)) == Array(ids.dropFirst(2)))
            #expect(bench.handler.runs[2].state == [1, 2])
            #expect(bench.handler.runs.last?.state == [1, 2, 3, 4, 5, 6])
        }
    }

    /// The merged lane's lease is taken, but its run has not yet read the state, when the lane is joined into another.
    @Test(arguments: 0...6) func `a run that has just begun keeps its lane's state when the lane is joined away`(
        turns: Int
    ) async throws {
        let bench = try await QueueHarness(log: MemoryLog(turns: { turns })) { job, state, _ in
            .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            let first = [
                try await bench.queue.enqueue(job([.booking("b1")])),
                try await bench.queue.enqueue(job([.name("ann")])),
            ]
            await bench.expect(first, are: .done)
            try await bench.queue.pause(.gym)
            let second = try await bench.queue.enqueue(job([.name("ann")]))
            // Resumed and joined in one breath.
            async let resumed: Void = bench.queue.resume(.gym)
            for _ in 0..<turns * 3 { await Task.yield() }
            let both = try await bench.queue.enqueue(job([.booking("b1"), .name("ann")]))
            try await resumed
            await bench.expect([second, both], are: .done)
            #expect(bench.handler.overlaps == [])
            let run = try #require(bench.handler.runs.first { $0.job.id == second })
            #expect(run.state == [2] || run.state == [1, 2], "its own lane's state, or that of both")
            #expect(bench.handler.runs.last?.state == [1, 2, 3], "nothing that was confirmed is forgotten")
        }
    }

    @Test func `a state saved in a lane that was joined away meanwhile counts in the one that goes on`() async throws {
        let (saving, gate) = (Gate(), Gate())
        let bench = try await QueueHarness { job, state, lane in
            if job.id.rawValue == 2 {
                await saving.pass()
                do { try await lane.save(state + [50]) } catch { return .dead(reason: "\(error)", state: state) }
                await gate.pass()
                return .retry(reason: "again", state: state + [50, 51], after: .zero)
            }
            return .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            let first = try await bench.queue.enqueue(job([.booking("b1")]))
            await bench.expect([first], are: .done)
            let second = try await bench.queue.enqueue(job([.name("ann")]))
            await bench.handler.began(second)
            let both = try await bench.queue.enqueue(job([.booking("b1"), .name("ann")]))
            saving.open()
            await bench.settle()
            // The process dies here: what was saved is part of the joined lane's state.
            let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
            try await next.running { await next.expect([second, both], are: .done) }
            #expect(next.handler.runs.map(\.job.id) == [second, both])
            #expect(next.handler.runs[0].state == [1, 50])
            gate.open()
            await bench.expect("it waits") { await bench.state(second)?.name == .waiting }
        }
    }

    @Test func `joins hold over a restart, with and without a checkpoint`() async throws {
        for withCheckpoint in [false, true] {
            let bench = try await QueueHarness { job, state, _ in .done(state: state + [UInt8(job.id)]) }
            var both = JobID(rawValue: 0)
            try await bench.running {
                let ids = [
                    try await bench.queue.enqueue(job([.booking("b1")])),
                    try await bench.queue.enqueue(job([.name("ann")])),
                ]
                await bench.expect(ids, are: .done)
                try await bench.queue.pause(.gym)
                both = try await bench.queue.enqueue(job([.booking("b1"), .name("ann")]))
                if withCheckpoint { try await bench.queue.checkpoint() }
            }
            let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0)) { job, state, _ in
                .done(state: state + [UInt8(job.id)])
            }
            try await next.running {
                try await next.queue.resume(.gym)
                await next.expect([both], are: .done)
                #expect(next.handler.runs.map(\.state) == [[1, 2]])
                let by = [
                    try await next.queue.enqueue(job([.booking("b1")])),
                    try await next.queue.enqueue(job([.name("ann")])),
                ]
                await next.expect(by, are: .done)
                #expect(next.handler.runs.last?.state == [1, 2, 3, 4])
            }
        }
    }

    @Test func `two values of an exclusive kind never share a lane, whatever else they share`() async throws {
        let bench = try await QueueHarness { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        try await bench.running {
            let ids = [
                try await bench.queue.enqueue(job([.id("1"), .name("ann")])),
                try await bench.queue.enqueue(job([.id("2"), .name("ann")])),
                try await bench.queue.enqueue(job([.id("1"), .name("ann")])),
                try await bench.queue.enqueue(job([.id("2"), .name("ann")])),
            ]
            await bench.expect(ids, are: .done)
            var lanes: [LaneID?] = []
            for id in ids { lanes.append(await bench.queue.job(id)?.lane) }
            #expect(lanes[0] == lanes[2])
            #expect(lanes[1] == lanes[3])
            #expect(lanes[0] != lanes[1])
        }
    }

    @Test func `the same keys in two tenants are two lanes`() async throws {
        let bench = try await QueueHarness { job, state, _ in .done(state: state + [UInt8(job.id)]) }
        try await bench.running {
            let ids = [
                try await bench.queue.enqueue(job([.id("1"), .name("ann")], .gym)),
                try await bench.queue.enqueue(job([.id("1"), .name("ann")], .other)),
            ]
            await bench.expect(ids, are: .done)
            #expect(bench.handler.runs.map(\.state) == [[], []])
        }
    }

    @Test func `a snapshot older than one done in the other lane is out of date once they are one`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.id.rawValue == 1 ? .dead(reason: "refused", state: state) : .done(state: state)
        }
        try await bench.running {
            var old = job([.name("ann")])
            var new = job([.booking("b1")])
            (old.isSnapshot, new.isSnapshot) = (true, true)
            let dead = try await bench.queue.enqueue(old)
            let done = try await bench.queue.enqueue(new)
            await bench.expect([dead], are: .dead)
            await bench.expect([done], are: .done)
            // The lane with the newer snapshot is the one that is joined away.
            let both = try await bench.queue.enqueue(job([.name("ann"), .booking("b1")]))
            await bench.expect([both], are: .done)
            try await bench.queue.retry(dead)
            await bench.expect([dead], are: .superseded)
        }
    }
}
