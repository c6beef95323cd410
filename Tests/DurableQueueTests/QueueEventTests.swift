import DeterministicSimulation
import Clocks
import DurableQueue
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct QueueEventTests {
    /// Events up to the first that fits, that one included.
    private func events(
        _ events: QueueEvents, until isLast: @Sendable (QueueEvent) -> Bool
    ) async -> [QueueEvent] {
        var seen: [QueueEvent] = []
        for await event in events {
            seen.append(event)
            if isLast(event) { break }
        }
        return seen
    }

    @Test func `a listener hears of a job from its acceptance to the end of its run`() async throws {
        let harness = try await QueueHarness()
        let listening = harness.queue.events()
        try await harness.running {
            let id = try await harness.add("ann")
            let seen = await events(listening) { $0 == .idle }
            #expect(Set(seen) == [.accepted(id), .started([id]), .ended([id], state: .done), .idle])
            #expect(Array(seen.drop { $0 != .started([id]) }.suffix(2)) == [.ended([id], state: .done), .idle])
        }
    }

    @Test func `how a run ended is told: to be tried again, put back, dead`() async throws {
        let outcomes = Mutex([
            JobOutcome.dead(reason: "no", state: []), .retry(reason: "later", state: [], after: .seconds(1)),
        ])
        let harness = try await QueueHarness { _, _, _ in outcomes.withLock { $0.removeLast() } }
        let listening = harness.queue.events()
        try await harness.running {
            let id = try await harness.add("ann")
            #expect(await events(listening) { $0 == .idle }.contains(.ended([id], state: .waiting)))
            harness.clock.advance(by: .seconds(1))
            #expect(await events(listening) { $0 == .idle }.contains(.ended([id], state: .dead)))
        }
    }

    @Test func `a run that waits says for what, and when it begins`() async throws {
        let harness = try await QueueHarness(saysWhenItBegins: true) { _, state, lane in
            lane.waits(for: "a permit")
            #expect(lane.begin())
            #expect(lane.begin(), "told once")
            return .done(state: state)
        }
        let listening = harness.queue.events()
        try await harness.running {
            let id = try await harness.add("ann")
            let seen = await events(listening) { $0 == .idle }
            let run = seen.filter { if case .accepted = $0 { false } else { true } }
            #expect(
                run == [.started([id]), .waits(id, for: "a permit"), .began(id), .ended([id], state: .done), .idle])
        }
    }

    @Test func `a batch is one run`() async throws {
        let harness = try await QueueHarness(together: .all)
        let ids = [
            try await harness.add("ann", isSnapshot: true), try await harness.add("ann", isSnapshot: true),
        ]
        let listening = harness.queue.events()
        try await harness.running {
            #expect(
                await events(listening) { $0 == .idle } == [.started(ids), .ended(ids, state: .done), .idle])
        }
    }

    @Test func `operators' acts and the end are told`() async throws {
        let harness = try await QueueHarness()
        let listening = harness.queue.events()
        try await harness.running {
            try await harness.queue.pause(.gym)
            #expect(await events(listening) { $0 == .changed } == [.changed])
        }
        #expect(await events(listening) { $0 == .stopping } == [.stopping])
    }

    @Test func `a listener that lags keeps the newest events, and others are not held up`() async throws {
        let harness = try await QueueHarness()
        let (lagging, prompt) = (harness.queue.events(), harness.queue.events())
        try await harness.running {
            var last: JobID?
            for _ in 0..<QueueEvents.bound {
                let id = try await harness.add("ann")
                _ = await events(prompt) { $0 == .ended([id], state: .done) }
                last = id
            }
            let id = try #require(last)
            await harness.queue.stop(grace: .zero)
            let seen = await events(lagging) { $0 == .stopping }
            #expect(seen.count <= QueueEvents.bound)
            #expect(seen.contains(.ended([id], state: .done)))
        }
    }

    @Test func `listening ends with its task`() async throws {
        let harness = try await QueueHarness()
        let listening = harness.queue.events()
        let task = Task { await events(listening) { _ in false } }
        task.cancel()
        #expect(await task.value == [])
    }
}
