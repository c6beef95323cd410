import Clocks
import DeterministicSimulation
import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct ChargingTests {
    /// Fails three times for reasons that are not the job's, told by the lane's state, and then succeeds.
    private static let fourthTime: ScriptedHandler.Script = { _, state, _ in
        state.count < 3
            ? .retry(reason: "throttled", state: state + [0], isCharged: false) : .done(state: state)
    }

    @Test func `tries that are not charged do not count as attempts, but their pauses grow`() async throws {
        let bench = try await QueueHarness(script: Self.fourthTime)
        try await bench.running {
            let id = try await bench.add("ann")
            for _ in 0..<3 {
                await bench.expect("a pause") { if case .waiting = await bench.state(id) { true } else { false } }
                #expect(await bench.queue.job(id)?.attempts == 0)
                await bench.clock.sleeper(untilAtLeast: .zero)
                bench.clock.advance(by: .seconds(2))
            }
            await bench.expect([id], are: .done)
            #expect(await bench.queue.job(id)?.attempts == 1)
        }
    }

    @Test func `a job that is done can be neither retried nor discarded, and the error says that it is done`()
        async throws
    {
        let bench = try await QueueHarness()
        try await bench.running {
            let id = try await bench.add("ann")
            await bench.expect([id], are: .done)
            await #expect(throws: QueueError.notNow(id, .done)) { try await bench.queue.retry(id) }
            await #expect(throws: QueueError.notNow(id, .done)) { try await bench.queue.discard(id) }
        }
    }
}
