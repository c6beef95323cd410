import DeterministicSimulation
import Clocks
import DurableQueue
import Testing

/// Keys that only a run finds out, such as a customer's number at the peer.
@Suite(.timeLimit(.minutes(30))) struct ClaimedKeyTests {
    private static let seven = LaneKey(kind: 6, value: "7", isExclusive: false)

    private func job(_ keys: [LaneKey]) -> NewJob { NewJob(tenant: .gym, kind: 1, keys: keys, payload: []) }

    /// As time goes by: to make way takes a moment.
    private func expect(_ ids: [JobID], areDoneIn bench: QueueHarness, at place: SourceLocation = #_sourceLocation)
        async
    {
        await bench.expect("\(ids) were to be done", at: place) {
            bench.clock.advance(by: .milliseconds(1))
            for id in ids where await bench.state(id) != .done { return false }
            return true
        }
    }

    /// Claims number 7, and goes on only if it is its lane's.
    private static let claiming: ScriptedHandler.Script = { job, state, lane in
        do throws(QueueError) {
            guard try await lane.claim(seven) != .joining else {
                return .retry(reason: "two are one", state: state, after: .zero, isCharged: false)
            }
            return .done(state: state + [UInt8(job.id)])
        } catch {
            return .dead(reason: "\(error)", state: state)
        }
    }

    @Test func `a key that a run claimed leads others to its lane, also after a restart`() async throws {
        let bench = try await QueueHarness(script: Self.claiming)
        let first = try await bench.queue.enqueue(job([.booking("b1")]))
        try await bench.running { await bench.expect([first], are: .done) }
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0), script: Self.claiming)
        let second = try await next.queue.enqueue(job([Self.seven]))
        try await next.running { await next.expect([second], are: .done) }
        #expect(next.handler.runs.last?.state == [1])
    }

    @Test func `a checkpoint keeps what was claimed`() async throws {
        let bench = try await QueueHarness(script: Self.claiming)
        let first = try await bench.queue.enqueue(job([.booking("b1")]))
        try await bench.running {
            await bench.expect([first], are: .done)
            try await bench.queue.checkpoint()
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0), script: Self.claiming)
        let second = try await next.queue.enqueue(job([Self.seven]))
        try await next.running { await next.expect([second], are: .done) }
        #expect(next.handler.runs.last?.state == [1])
    }

    @Test func `to claim one's own key again writes nothing`() async throws {
        let bench = try await QueueHarness(script: Self.claiming)
        let ids = [
            try await bench.queue.enqueue(job([.booking("b1")])), try await bench.queue.enqueue(job([.booking("b1")])),
            try await bench.queue.enqueue(job([.booking("b1")])),
        ]
        try await bench.running { await expect(ids, areDoneIn: bench) }
        // Three accepted, one key, three outcomes.
        #expect(bench.log.records.count == 7)
    }

    @Test(arguments: 0...4) func `lanes that claim one key are one before either goes on, and wait for each other`(
        turns: Int
    ) async throws {
        let gate = Gate()
        let bench = try await QueueHarness(log: MemoryLog(turns: { turns })) { job, state, lane in
            let outcome = await Self.claiming(job, state, lane)
            // The first to claim it takes its time.
            if case .done = outcome, state.isEmpty { await gate.pass() }
            return outcome
        }
        try await bench.running {
            var ids: [JobID] = []
            for _ in 0..<2 {
                for key in [LaneKey.booking("b1"), .name("ann"), .booking("b2")] {
                    ids.append(try await bench.queue.enqueue(job([key])))
                }
            }
            await bench.expect("two came too late") { await bench.queue.counts().lanes == 1 }
            await bench.expect("the others have made way") { bench.handler.runs.filter { !$0.isOver }.count == 1 }
            await bench.settle()
            #expect(bench.handler.runs.filter { !$0.isOver }.count == 1, "the one that has the key")
            gate.open()
            await expect(ids, areDoneIn: bench)
            #expect(bench.handler.overlaps == [])
            let finished = bench.handler.runs.map(\.state.count)
            #expect(finished.last == 5, "each run knew what all before it had done: \(finished)")
            let lanes = Set(await ids.asyncMap { await bench.queue.job($0)?.lane })
            #expect(lanes.count == 1)
            #expect(await bench.queue.job(ids[1])?.attempts == 1, "to make way is no try")
        }
    }

    @Test func `customers with names of their own stay apart, whatever they both claim`() async throws {
        let bench = try await QueueHarness { _, state, lane in
            do throws(QueueError) {
                let claim = try await lane.claim(Self.seven)
                return .done(state: state + [claim == .own ? 1 : claim == .others ? 2 : 3])
            } catch {
                return .dead(reason: "\(error)", state: state)
            }
        }
        try await bench.running {
            for name in ["1", "2"] {
                let id = try await bench.queue.enqueue(job([.id(name)]))
                await bench.expect([id], are: .done)
            }
            let ids = [try await bench.queue.enqueue(job([.id("1")])), try await bench.queue.enqueue(job([.id("2")]))]
            await expect(ids, areDoneIn: bench)
            #expect(Set(bench.handler.runs.suffix(2).map(\.state)) == [[1], [2]])
        }
    }

    @Test func `to ask whose a key is changes nothing`() async throws {
        let (ann, bob) = (LaneKey.name("ann"), LaneKey.name("bob"))
        let bench = try await QueueHarness { job, state, lane in
            let answers = [await lane.isOthers(ann), await lane.isOthers(bob), await lane.isOthers(Self.seven)]
            return .done(state: answers.map { $0 ? 1 : 0 })
        }
        let ids = [
            try await bench.queue.enqueue(job([.id("1"), ann])), try await bench.queue.enqueue(job([.id("2"), ann])),
            try await bench.queue.enqueue(job([bob])), try await bench.queue.enqueue(job([.booking("b1")])),
        ]
        try await bench.running {
            await bench.expect(ids, are: .done)
            for id in ids { #expect(await bench.state(id) == .done) }
            #expect(await bench.queue.counts().lanes == 4)
        }
        // Four accepted, four outcomes.
        #expect(bench.log.records.count == 8)
        let next = try await QueueHarness(log: bench.log.crash(.killed, luck: 0))
        let again = try await next.queue.enqueue(job([.id("2")]))
        try await next.running { await next.expect([again], are: .done) }
        // Ann's name is the first one's; bob's could be the second's as well.
        #expect(next.handler.runs.last?.state == [1, 0, 0])
    }

    @Test func `a run whose lane was joined with another meanwhile is told so`() async throws {
        let (claiming, gate) = (Gate(), Gate())
        let bench = try await QueueHarness { job, state, lane in
            if job.id.rawValue == 2, state.isEmpty {
                claiming.open()
                await gate.pass()
            }
            return await Self.claiming(job, state, lane)
        }
        try await bench.running {
            let first = try await bench.queue.enqueue(job([.booking("b1")]))
            await bench.expect([first], are: .done)
            let second = try await bench.queue.enqueue(job([.name("ann")]))
            await claiming.pass()
            let both = try await bench.queue.enqueue(job([.name("ann"), .booking("b1")]))
            gate.open()
            await expect([second, both], areDoneIn: bench)
            #expect(bench.handler.runs.filter { $0.job.id == second }.map(\.state) == [[], [1]])
        }
    }

    @Test func `a full disk keeps no run from claiming`() async throws {
        let bench = try await QueueHarness(script: Self.claiming)
        let ids = [
            try await bench.queue.enqueue(job([.booking("b1")])), try await bench.queue.enqueue(job([.name("ann")])),
        ]
        bench.log.setFull(true)
        try await bench.running { await expect(ids, areDoneIn: bench) }
        #expect(bench.handler.runs.last?.state.count == 1)
    }
}

extension Array where Element: Sendable {
    fileprivate func asyncMap<Value>(_ body: (Element) async -> Value) async -> [Value] {
        var values: [Value] = []
        for element in self { values.append(await body(element)) }
        return values
    }
}
