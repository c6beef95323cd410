import Synchronization

/// A clock that moves only when told to, and that says when someone has gone to sleep on it.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct Sleeper {
        let until: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var wallAhead: Int64 = 0
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelledEarly: Set<Int> = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let wallAtStart: Int64

    /// - Parameter wall: what the wall clock shows at the start, in milliseconds since 1970.
    init(wall: Int64 = 1_800_000_000_000) {
        wallAtStart = wall
    }

    var minimumResolution: Duration { .nanoseconds(1) }
    var now: Instant { state.withLock { $0.now } }

    /// The wall clock: goes with this clock, unless it was set.
    var wall: Int64 {
        state.withLock {
            let (seconds, attoseconds) = $0.now.offset.components
            return wallAtStart + $0.wallAhead + seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        }
    }

    func setWall(aheadBy milliseconds: Int64) { state.withLock { $0.wallAhead = milliseconds } }

    func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

    func advance(to instant: Instant) {
        let due = state.withLock { state in
            precondition(instant >= state.now, "a monotonic clock never goes back")
            state.now = instant
            let due = state.sleepers.filter { $0.value.until <= instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.until < $1.until }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// When the first of those who sleep wants to wake.
    var firstWaking: Instant? { state.withLock { $0.sleepers.values.map(\.until).min() } }

    /// Returns once someone sleeps, with the instant at which the first of them wants to wake.
    func nextWaking() async -> Instant {
        while true {
            if let first = firstWaking { return first }
            await withCheckedContinuation { continuation in
                let someoneSleeps = state.withLock { state in
                    if state.sleepers.isEmpty { state.watchers.append(continuation) }
                    return !state.sleepers.isEmpty
                }
                if someoneSleeps { continuation.resume() }
            }
        }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { fallAsleep(id, Sleeper(until: deadline, continuation: $0)) }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelledEarly.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func fallAsleep(_ id: Int, _ sleeper: Sleeper) {
        enum Outcome { case sleeps([CheckedContinuation<Void, Never>]), cancelled, due }
        let outcome = state.withLock { state -> Outcome in
            if state.cancelledEarly.remove(id) != nil { return .cancelled }
            if sleeper.until <= state.now { return .due }
            state.sleepers[id] = sleeper
            defer { state.watchers = [] }
            return .sleeps(state.watchers)
        }
        switch outcome {
        case .sleeps(let watchers): for watcher in watchers { watcher.resume() }
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        case .due: sleeper.continuation.resume()
        }
    }
}
