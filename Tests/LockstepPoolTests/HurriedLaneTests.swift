import LockstepPool
import Testing

/// A live job in a lane where bulk ones wait: an import must not hold up what happens to one of its people meanwhile.
@Suite(.timeLimit(.minutes(1))) struct HurriedLaneTests {
    private func oneAtATime() -> QueuePolicy {
        var policy = QueuePolicy()
        policy.lanes = 1
        return policy
    }

    @Test func `a lane with a live job behind bulk ones goes before other bulk lanes, and its jobs in order`()
        async throws
    {
        let bench = try await Bench(policy: oneAtATime())
        var rows: [JobID] = []
        for number in 0..<50 { rows.append(try await bench.add("person \(number)", urgency: .bulk)) }
        let live = try await bench.add("person 40")
        try await bench.running { await bench.expect(rows + [live], are: .done) }
        #expect(Array(bench.handler.begun.prefix(2)) == [rows[40], live])
        #expect(bench.handler.runs.prefix(2).allSatisfy { $0.job.urgency == .live })
        #expect(bench.handler.runs.dropFirst(2).allSatisfy { $0.job.urgency == .bulk })
    }

    @Test func `also when the live job came before the start`() async throws {
        let first = try await Bench()
        var rows: [JobID] = []
        for number in 0..<50 { rows.append(try await first.add("person \(number)", urgency: .bulk)) }
        let live = try await first.add("person 40")
        let bench = try await Bench(log: first.log.crash(.powerLost, luck: 0), policy: oneAtATime())
        try await bench.running { await bench.expect(rows + [live], are: .done) }
        #expect(Array(bench.handler.begun.prefix(2)) == [rows[40], live])
    }

    @Test func `a bulk run that waits when a live job comes begins again as a live one, and is charged once`()
        async throws
    {
        let bench = try await Bench { job, state, _ in
            guard job.urgency == .bulk else { return .done(state: state + [UInt8(job.id)]) }
            // For a permit that imports do not get today.
            let permit = Gate()
            await permit.passOrCancelled()
            return .interrupted(state: state)
        }
        try await bench.running {
            let row = try await bench.add("ann", urgency: .bulk)
            let other = try await bench.add("bob", urgency: .bulk)
            await bench.handler.began(row)
            await bench.handler.began(other)
            let live = try await bench.add("ann")
            await bench.expect([row, live], are: .done)
            #expect(bench.handler.runs.filter { $0.job.id == row }.map(\.job.urgency) == [.bulk, .live])
            #expect(await bench.queue.job(row)?.attempts == 1)
            #expect(bench.handler.runs.last?.state == [UInt8(row)])
            #expect(await bench.state(other) == .running, "nobody else is disturbed")
            #expect(bench.handler.overlaps == [])
        }
    }

    @Test func `a bulk run that does not wait goes to its end`() async throws {
        let gate = Gate()
        let bench = try await Bench { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() }
            return .done(state: state + [UInt8(job.id)])
        }
        try await bench.running {
            let row = try await bench.add("ann", urgency: .bulk)
            await bench.handler.began(row)
            let live = try await bench.add("ann")
            gate.open()
            await bench.expect([row, live], are: .done)
            #expect(bench.handler.begun == [row, live])
        }
    }

    @Test func `a lane that is empty again is hurried no more`() async throws {
        let bench = try await Bench()
        try await bench.running {
            let ids = [try await bench.add("ann", urgency: .bulk), try await bench.add("ann")]
            await bench.expect(ids, are: .done)
            let later = try await bench.add("ann", urgency: .bulk)
            await bench.expect([later], are: .done)
            #expect(bench.handler.runs.last?.job.urgency == .bulk)
        }
    }
}
