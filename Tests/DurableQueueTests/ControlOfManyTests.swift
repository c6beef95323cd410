import DeterministicSimulation
import Testing

@testable import DurableQueue

@Suite(.timeLimit(.minutes(30))) struct ControlOfManyTests {
    /// Dies at first, is done when it is tried again.
    private static let diesOnce: ScriptedHandler.Script = { job, state, _ in
        let mark = UInt8(truncatingIfNeeded: job.id.rawValue)
        guard job.payload == [1], !state.contains(mark) else { return .done(state: state) }
        return .dead(reason: "refused", state: state + [mark])
    }

    @Test func `dead letters that are retried together go on in their order, and the others say why not`() async throws
    {
        let bench = try await QueueHarness(script: Self.diesOnce)
        try await bench.running {
            var dead: [JobID] = []
            for number in 0..<40 { dead.append(try await bench.add("p\(number % 8)", payload: [1])) }
            let done = try await bench.add("eve")
            let unplaced = try await bench.queue.enqueue(
                NewJob(tenant: .gym, kind: 1, keys: [], payload: [], unroutable: "whose is it?"))
            await bench.expect(dead, are: .dead)
            await bench.expect([done], are: .done)
            let unknown = JobID(rawValue: 999)
            let wanted = dead + [done, unplaced, unknown]
            let failures = await bench.queue.retry(wanted.map { ($0, []) } + [(unplaced, [.id("late")])])
            #expect(failures.prefix(40).allSatisfy { $0 == nil })
            #expect(
                failures.dropFirst(40) == [.notNow(done, .done), .unroutable(unplaced), .noSuchJob(unknown), nil])
            await bench.expect(dead + [unplaced], are: .done)
            let again = bench.handler.begun.dropFirst(41)
            for person in 0..<8 {
                let own = dead.enumerated().filter { $0.offset % 8 == person }.map(\.element)
                #expect(again.filter(own.contains) == own)
            }
        }
    }

    @Test func `what was retried or discarded together survives the loss of power`() async throws {
        let bench = try await QueueHarness(script: Self.diesOnce)
        var ids: [JobID] = []
        try await bench.running {
            for number in 0..<12 { ids.append(try await bench.add("p\(number)", payload: [1])) }
            await bench.expect(ids, are: .dead)
            try await bench.queue.pause(.gym)
            #expect(await bench.queue.retry(ids.prefix(4).map { ($0, []) }) == [nil, nil, nil, nil])
            #expect(await bench.queue.discard(Array(ids[4..<8])) == [nil, nil, nil, nil])
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 1))
        var states: [JobState.Name?] = []
        for id in ids { states.append(await next.state(id)?.name) }
        #expect(states == [.paused, .paused, .paused, .paused, nil, nil, nil, nil, .dead, .dead, .dead, .dead])
    }

    @Test func `runs that only wait are discarded with the others, one that has begun is not`() async throws {
        let gate = Gate()
        let bench = try await QueueHarness(saysWhenItBegins: true) { job, state, lane in
            if job.payload == [1] {
                guard lane.begin() else { return .interrupted(state: state) }
                await gate.passOrCancelled()
                return .done(state: state)
            }
            await gate.passOrCancelled()
            guard lane.begin() else { return .interrupted(state: state) }
            return .done(state: state)
        }
        try await bench.running {
            let begun = try await bench.add("ann", payload: [1])
            let (waiting, behind) = (try await bench.add("bob"), try await bench.add("bob"))
            await bench.handler.until { $0.count == 2 }
            await bench.expect([begun], are: .running)
            #expect(await bench.queue.discard([begun, waiting, behind]) == [.notNow(begun, .running), nil, nil])
            gate.open()
            await bench.expect([begun], are: .done)
            #expect(await bench.state(waiting) == nil)
            #expect(await bench.state(behind) == nil)
        }
    }

    @Test func `accepting waits for one piece of a sweep, not for all of it`() throws {
        var options = SimulationOptions()
        options.order = .arrival
        try simulate(seed: 1, options: options) { _ in
            let bench = try await QueueHarness()
            try await bench.queue.pause(.gym)
            var ids: [JobID] = []
            for number in 0..<2_000 { ids.append(try await bench.add("\(number)")) }
            let (queue, all) = (bench.queue, ids)
            async let left = Self.discard(all, from: queue)
            let later = try await bench.add("eve", of: .other)
            #expect(await queue.pending(of: .gym) > 0, "the sweep goes on")
            #expect(await queue.job(later) != nil)
            #expect(await left == 0)
            #expect(await queue.pending(of: .gym) == 0)
        }
    }

    private static func discard(_ ids: [JobID], from queue: JobQueue) async -> Int {
        var left = 0
        for start in stride(from: 0, to: ids.count, by: 100) {
            left += await queue.discard(Array(ids[start..<min(start + 100, ids.count)])).count { $0 != nil }
        }
        return left
    }
}
