import AsyncPrimitives
import Clocks
import DeterministicSimulation
import Synchronization
import Testing

/// What is to be done.
private final class Work: Sendable {
    let count = Mutex(0)
}

@Suite(.timeLimit(.minutes(30)))
struct AsyncSignalTests {
    @Test func `a signal that came first is kept, and several count as one`() async {
        let signal = AsyncSignal()
        signal.signal()
        signal.signal()
        await signal.wait()
        let second = Task {
            await signal.wait()
            return Task.isCancelled
        }
        second.cancel()
        #expect(await second.value, "only its cancellation ended the second wait")
    }

    @Test func `a signal ends the wait`() async {
        let signal = AsyncSignal()
        async let waiting: Void = signal.wait()
        await Task.yield()
        signal.signal()
        await waiting
    }

    @Test func `a cancelled wait ends at once and leaves the next one alone`() async {
        let signal = AsyncSignal()
        for _ in 0..<2_000 {
            let waiting = Task { await signal.wait() }
            async let cancelling: Void = waiting.cancel()
            async let signalling: Void = signal.signal()
            _ = await (cancelling, signalling, waiting.value)
            // Whatever the race did, a signal from now on is heard.
            signal.signal()
            await signal.wait()
        }
    }

    @Test func `a wait that goes through cancellation ends with a signal alone`() async {
        let signal = AsyncSignal()
        let hasEnded = Atomic(false)
        let waiting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await signal.waitThroughCancellation()
            hasEnded.store(true, ordering: .sequentiallyConsistent)
        }
        for _ in 0..<50 { await Task.yield() }
        let isOver = hasEnded.load(ordering: .sequentiallyConsistent)
        #expect(!isOver)
        signal.signal()
        await waiting.value
    }

    @Test func `a signal before the deadline ends the wait, and no sleeper is left`() async {
        let (signal, clock) = (AsyncSignal(), ManualClock())
        async let waiting: Void = signal.wait(until: Instant(offset: .seconds(5)), on: clock)
        await clock.hasSleepers(1)
        signal.signal()
        await waiting
        #expect(clock.sleeperCount == 0 && clock.now == Instant())
    }

    @Test func `a deadline ends the wait, and the next signal is for the next wait`() async {
        let (signal, clock) = (AsyncSignal(), ManualClock())
        async let waiting: Void = signal.wait(until: Instant(offset: .seconds(5)), on: clock)
        await clock.hasSleepers(1)
        clock.advance(by: .seconds(5))
        await waiting
        signal.signal()
        await signal.wait()
    }

    /// A hundred orders of a producer, a consumer that looks again after each waking, and deadlines that pass meanwhile.
    @Test(arguments: Seeds.all(100)) func `no signal is lost, whatever overtakes what`(seed: UInt64) throws {
        let found = try simulate(seed: seed) { simulation in
            let signal = AsyncSignal()
            let work = Work()
            return await withTaskGroup(of: Int.self) { group in
                group.addTask {
                    for _ in 0..<20 {
                        await Task.yield()
                        work.count.withLock { $0 += 1 }
                        signal.signal()
                    }
                    return 0
                }
                group.addTask {
                    var done = 0
                    while done < 20 {
                        let taken = work.count.withLock { count in
                            defer { count = 0 }
                            return count
                        }
                        done += taken
                        guard taken == 0 else { continue }
                        // An hour: a signal that is missed shows in the time.
                        await signal.wait(
                            until: simulation.clock.now.advanced(by: .seconds(3_600)), on: simulation.clock)
                    }
                    return done
                }
                var done = 0
                for await count in group { done += count }
                return (done, simulation.clock.now.offset)
            }
        }
        #expect(found.0 == 20 && found.1 == .zero, "\(Seeds.replay(seed, "no signal is lost"))")
    }
}
