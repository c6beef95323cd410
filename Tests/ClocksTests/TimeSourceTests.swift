import Clocks
import DeterministicSimulation
import Testing

@Suite(.timeLimit(.minutes(30)))
struct TimeSourceTests {
    private let clock = ManualClock()

    /// Sleeps for so many seconds; false if it was cancelled before.
    private func nap(_ seconds: Int) async -> Bool {
        do {
            try await clock.sleep(until: clock.now.advanced(by: .seconds(seconds)))
            return true
        } catch {
            return false
        }
    }

    @Test func `a body that ends before its deadline returns what it found, and leaves no sleeper`() async {
        async let found = clock.run(for: .seconds(60)) { await nap(1) }
        await clock.hasSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(await found)
        #expect(clock.sleeperCount == 0)
        #expect(clock.now == Instant(offset: .seconds(1)))
    }

    @Test func `at its deadline a body is cancelled, and its end is waited for`() async {
        async let found = clock.run(for: .seconds(60)) {
            let isWhole = await nap(62)
            await clock.rest(for: .seconds(5))  // as a call that was sent runs to its end
            return isWhole
        }
        await clock.hasSleepers(2)
        clock.advance(by: .seconds(60))
        await clock.sleeper(untilAtLeast: .seconds(65))
        clock.advance(by: .seconds(5))
        #expect(await !found)
    }

    @Test func `a cancelled caller cancels the body`() async {
        let task = Task { await clock.run(for: .seconds(60)) { await nap(30) } }
        await clock.hasSleepers(2)
        task.cancel()
        #expect(await !task.value)
        #expect(clock.now == Instant())
    }

    @Test func `a deadline that has passed cancels at once`() async {
        clock.advance(by: .seconds(10))
        #expect(await !clock.run(until: Instant(offset: .seconds(5))) { await nap(3_600) })
    }

    @Test func `a clock that runs by itself shows the wall's time, and wakes its sleepers`() async throws {
        let system: any TimeSource = SystemClock()
        #expect(system.wall > WallTime.startOf(day: 19_000))
        let before = system.now
        try await system.sleep(until: before.advanced(by: .milliseconds(1)))
        #expect(before.duration(to: system.now) >= .milliseconds(1))
    }
}

struct WallTimeTests {
    @Test func `days begin at midnight, also before 1970`() {
        #expect(WallTime(milliseconds: 86_399_999).day == 0)
        #expect(WallTime(milliseconds: 86_400_000).day == 1)
        #expect(WallTime(milliseconds: -1).day == -1)
        #expect(WallTime.startOf(day: 2) - 1 == WallTime(milliseconds: 172_799_999))
    }

    @Test func `a reading tells one clock's time by the other's`() {
        let reading = ClockReading(Instant(offset: .seconds(5)), wall: WallTime(milliseconds: 1_000))
        #expect(reading.instant(of: WallTime(milliseconds: 3_500)) == Instant(offset: .milliseconds(7_500)))
        // Never early.
        #expect(reading.wall(at: Instant(offset: .microseconds(5_000_900))) == WallTime(milliseconds: 1_001))
    }
}
