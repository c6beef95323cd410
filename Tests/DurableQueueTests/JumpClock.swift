import Clocks
import DeterministicSimulation
import Synchronization

/// A clock on which every sleep ends at once, because time jumps to its end: a day of retries takes no time.
final class JumpClock: TimeSource {
    private let state = Mutex(Instant())

    var now: Instant { state.withLock { $0 } }
    var wall: WallTime { WallTime(milliseconds: ManualClock.usualWallOrigin) + now.offset.wholeMilliseconds }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        // Whoever is about to signal first gets the chance to.
        for _ in 0..<8 { await Task.yield() }
        try Task.checkCancellation()
        state.withLock { $0 = max($0, deadline) }
    }
}
