import Synchronization

/// A clock that stands still until a test moves it, and says when somebody has gone to sleep on it.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct State {
        var now = Instant()
        var next = 0
        var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, Never>)] = [:]
        var watchers: [(until: Duration, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeWatchers(of offset: Duration) -> [CheckedContinuation<Void, Never>] {
            defer { watchers.removeAll { $0.until <= offset } }
            return watchers.filter { $0.until <= offset }.map(\.continuation)
        }
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }

    /// Wall clock of the same time, in milliseconds since a day long ago.
    var wall: Int64 { Self.wallOrigin + Int64(now.offset / .milliseconds(1)) }
    static let wallOrigin: Int64 = 1_700_000_000_000

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, watchers): (Bool, [CheckedContinuation<Void, Never>]) = state.withLock { state in
                    guard deadline > state.now, !Task.isCancelled else { return (true, []) }
                    state.sleepers[id] = (deadline, continuation)
                    return (false, state.takeWatchers(of: deadline.offset))
                }
                if isOver { continuation.resume() }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.until < $1.until }.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns as soon as somebody sleeps until `offset` or longer.
    func sleeper(untilAtLeast offset: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.values.contains(where: { $0.until.offset >= offset }) { return true }
                state.watchers.append((offset, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

/// A clock on which every sleep ends at once, because time jumps to its end: a day of retries takes no time.
final class JumpClock: Clock {
    private let state = Mutex(ManualClock.Instant())

    var now: ManualClock.Instant { state.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }
    var wall: Int64 { ManualClock.wallOrigin + Int64(now.offset / .milliseconds(1)) }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
        // Whoever is about to ring first gets the chance to.
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
