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

/// A repeatable source of chance.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
