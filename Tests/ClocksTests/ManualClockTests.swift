import Clocks
import DeterministicSimulation
import Testing

@Suite(.timeLimit(.minutes(30)))
struct ManualClockTests {
    @Test func `a sleeper wakes when the clock reaches its instant, not before`() async throws {
        let clock = ManualClock()
        let start = clock.now
        async let woken: Instant = {
            try await clock.sleep(until: start.advanced(by: .seconds(2)), tolerance: nil)
            return clock.now
        }()
        #expect(await clock.nextWaking() == start.advanced(by: .seconds(2)))
        clock.advance(by: .seconds(1))
        #expect(await clock.nextWaking() == start.advanced(by: .seconds(2)))
        clock.advance(by: .seconds(1))
        #expect(try await woken == start.advanced(by: .seconds(2)))
    }

    @Test func `a cancelled sleeper wakes at once, with an error`() async {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(until: clock.now.advanced(by: .seconds(1)), tolerance: nil) }
        _ = await clock.nextWaking()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `durations and the order of instants agree, and the wall goes along`() {
        let clock = ManualClock(wallOrigin: 5_000)
        let early = clock.now
        clock.advance(by: .milliseconds(1_500))
        #expect(early < clock.now)
        #expect(early.duration(to: clock.now) == .milliseconds(1_500))
        #expect(clock.now.duration(to: early) == .milliseconds(-1_500))
        #expect(clock.wall.milliseconds == 6_500)
        clock.setWall(aheadBy: .milliseconds(-6_000))
        #expect(clock.wall.milliseconds == 500)
    }
}
