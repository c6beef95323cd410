import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

/// A live job in a lane where bulk ones wait: an import must not hold up what happens to one of its people meanwhile.
@Suite(.timeLimit(.minutes(30))) struct EscalationTests {
    private func oneAtATime() -> QueuePolicy {
        var policy = QueuePolicy()
        policy.lanes = 1
        return policy
    }

    @Test func `a lane with a live job behind bulk ones goes before other bulk lanes, and its jobs in order`()
        async throws
    {
        let bench = try await QueueHarness(policy: oneAtATime())
        var rows: [JobID] = []
        for number in 0..<50 { rows.append(try await bench.add("person \(number)", urgency: .bulk)) }
        let live = try await bench.add("person 40")
        try await bench.running { await bench.expect(rows + [live], are: .done) }
        #expect(Array(bench.handler.begun.prefix(2)) == [rows[40], live])
        #expect(bench.handler.runs.prefix(2).allSatisfy { $0.job.urgency == .live })
        #expect(bench.handler.runs.dropFirst(2).allSatisfy { $0.job.urgency == .bulk })
    }

    @Test func `also when the live job came before the start`() async throws {
        let first = try await QueueHarness()
        var rows: [JobID] = []
        for number in 0..<50 { rows.append(try await first.add("person \(number)", urgency: .bulk)) }
        let live = try await first.add("person 40")
        let bench = try await QueueHarness(log: first.log.crash(.powerLost, luck: 0), policy: oneAtATime())
        try await bench.running { await bench.expect(rows + [live], are: .done) }
        #expect(Array(bench.handler.begun.prefix(2)) == [rows[40], live])
    }

    @Test func `a bulk run that waits when a live job comes begins again as a live one, and is charged once`()
        async throws
    {
        let bench = try await QueueHarness { job, state, _ in
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
        let bench = try await QueueHarness { job, state, _ in
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

    @Test func `a lane that is empty again is escalated no more`() async throws {
        let bench = try await QueueHarness()
        try await bench.running {
            let ids = [try await bench.add("ann", urgency: .bulk), try await bench.add("ann")]
            await bench.expect(ids, are: .done)
            let later = try await bench.add("ann", urgency: .bulk)
            await bench.expect([later], are: .done)
            #expect(bench.handler.runs.last?.job.urgency == .bulk)
        }
    }

    // MARK: Lanes that become one

    /// Imports get no permit today; live jobs go at once.
    private func withoutBulkBudget() async throws -> QueueHarness {
        try await QueueHarness { job, state, _ in
            guard job.urgency == .bulk else { return .done(state: state + [UInt8(job.id)]) }
            await Gate().passOrCancelled()
            return .interrupted(state: state)
        }
    }

    private func job(_ keys: [LaneKey], _ urgency: JobUrgency = .live) -> NewJob {
        NewJob(tenant: .gym, kind: 1, keys: keys, payload: [], urgency: urgency)
    }

    @Test(arguments: [false, true])
    func `a live job that joins a lane with one that runs a bulk job which waits is not kept by it`(
        isBulkFirst: Bool
    ) async throws {
        let bench = try await withoutBulkBudget()
        try await bench.running {
            let row = try await bench.queue.enqueue(job([.booking("b1")], .bulk))
            await bench.handler.began(row)
            let known = try await bench.queue.enqueue(job([.name("ann")]))
            await bench.expect([known], are: .done)
            // The lane that goes on is the one of the first key.
            let keys: [LaneKey] = isBulkFirst ? [.booking("b1"), .name("ann")] : [.name("ann"), .booking("b1")]
            let live = try await bench.queue.enqueue(job(keys))
            await bench.expect([row, live], are: .done)
            #expect(bench.handler.begun.suffix(2) == [row, live], "in the order of acceptance")
            #expect(bench.handler.overlaps == [])
            #expect(await bench.queue.job(row)?.attempts == 1)
        }
    }

    @Test func `a live job that waits in a lane is not kept by the bulk run of one that a bulk job joins to it`()
        async throws
    {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 2 { await gate.pass() }
            guard job.urgency == .bulk else { return .done(state: state) }
            await Gate().passOrCancelled()
            return .interrupted(state: state)
        }
        try await bench.running {
            let row = try await bench.queue.enqueue(job([.booking("b1")], .bulk))
            await bench.handler.began(row)
            let running = try await bench.queue.enqueue(job([.name("ann")]))
            await bench.handler.began(running)
            let live = try await bench.queue.enqueue(job([.name("ann")]))
            let joining = try await bench.queue.enqueue(job([.name("ann"), .booking("b1")], .bulk))
            gate.open()
            await bench.expect([row, running, live, joining], are: .done)
            #expect(bench.handler.overlaps == [])
        }
    }

    @Test func `nor by one whose key its own run comes upon`() async throws {
        let bench = try await QueueHarness { job, state, lane in
            guard job.urgency == .live else {
                await Gate().passOrCancelled()
                return .interrupted(state: state)
            }
            do {
                guard try await lane.claim(.booking("contact 7")) == .own else {
                    return .retry(reason: "two are one", state: state, after: .zero, isCharged: false)
                }
            } catch {
                return .dead(reason: "\(error)", state: state)
            }
            return .done(state: state)
        }
        try await bench.running {
            let row = try await bench.queue.enqueue(job([.booking("contact 7")], .bulk))
            await bench.handler.began(row)
            let live = try await bench.queue.enqueue(job([.name("ann")]))
            await bench.clock.sleeper(untilAtLeast: .milliseconds(1))
            bench.clock.advance(by: .milliseconds(1))
            await bench.expect([row, live], are: .done)
            #expect(bench.handler.overlaps == [])
        }
    }

    /// The bulk job came while a live one stood before it, so the lane's first job was no bulk one.
    @Test func `a live job behind a bulk one behind a live one waits for no import`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1 { await gate.pass() }
            guard job.urgency == .bulk else { return .done(state: state) }
            await Gate().passOrCancelled()
            return .interrupted(state: state)
        }
        try await bench.running {
            let first = try await bench.add("ann")
            await bench.handler.began(first)
            let row = try await bench.add("ann", urgency: .bulk)
            let last = try await bench.add("ann")
            gate.open()
            await bench.expect([first, row, last], are: .done)
            #expect(bench.handler.begun == [first, row, last])
        }
    }

    @Test(arguments: [JobUrgency.live, .bulk])
    func `a dead letter that is put back keeps no live job behind an import, nor waits for one`(
        urgency: JobUrgency
    ) async throws {
        let (isMended, gate) = (Gate(), Gate())
        let bench = try await QueueHarness { job, state, _ in
            if job.id.rawValue == 1, job.attempt == 1, !isMended.isOpen { return .dead(reason: "x", state: state) }
            if job.id.rawValue == 2 { await gate.passOrCancelled() }
            guard job.urgency == .bulk else { return .done(state: state) }
            await Gate().passOrCancelled()
            return .interrupted(state: state)
        }
        try await bench.running {
            let dead = try await bench.add("ann", urgency: urgency)
            await bench.expect([dead], are: .dead)
            isMended.open()
            // A live one waits behind the bulk dead letter; a bulk one runs before the live dead letter comes back.
            let other = try await bench.add("ann", urgency: urgency == .live ? .bulk : .live)
            await bench.handler.began(other)
            let third = urgency == .live ? nil : try await bench.add("ann")
            try await bench.queue.retry(dead)
            gate.open()
            await bench.expect([dead, other] + (third.map { [$0] } ?? []), are: .done)
        }
    }
}
