package import Clocks
import Synchronization

/// A clock that stands still until it is moved: by a test, or by a ``Simulation``, which jumps to the next sleeper when
/// there is nothing else to do. A day of waiting takes as long as the work in it.
package final class ManualClock: TimeSource {
    private struct Sleeper {
        var until: Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct Watcher {
        var isSatisfied: @Sendable ([UInt64: Sleeper]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant()
        var wallShift: Int64 = 0
        var next: UInt64 = 0
        var line = SleepLine()
        /// Those in `line` who have not been cancelled.
        var sleepers: [UInt64: Sleeper] = [:]
        var watchers: [UInt64: Watcher] = [:]

        mutating func newID() -> UInt64 {
            next += 1
            return next
        }

        /// - Returns: those to wake, who have seen what they waited for.
        mutating func fallAsleep(_ id: UInt64, _ sleeper: Sleeper) -> [CheckedContinuation<Void, Never>] {
            sleepers[id] = sleeper
            line.add(id, until: sleeper.until)
            let satisfied = watchers.filter { $0.value.isSatisfied(sleepers) }.keys.sorted()
            return satisfied.compactMap { watchers.removeValue(forKey: $0)?.continuation }
        }

        /// Moves time on and takes those who slept until then, the earliest first.
        mutating func advance(to instant: Instant) -> [CheckedContinuation<Void, Never>] {
            now = max(now, instant)
            var woken: [CheckedContinuation<Void, Never>] = []
            while let first = line.first, first.deadline <= now {
                line.removeFirst()
                if let sleeper = sleepers.removeValue(forKey: first.id) { woken.append(sleeper.continuation) }
            }
            return woken
        }
    }

    private let state = Mutex(State())
    private let wallOrigin: Int64

    /// - Parameter wallOrigin: milliseconds since 1970 at the clock's beginning.
    package init(wallOrigin: Int64 = ManualClock.usualWallOrigin) { self.wallOrigin = wallOrigin }

    package static let usualWallOrigin: Int64 = 1_700_000_000_000

    package var now: Instant { state.withLock { $0.now } }

    /// Goes with this clock, unless it was set.
    package var wall: WallTime {
        state.withLock { WallTime(milliseconds: wallOrigin + $0.wallShift + $0.now.offset.wholeMilliseconds) }
    }

    /// Sets the wall clock; sleepers notice nothing.
    package func setWall(aheadBy shift: Duration) { state.withLock { $0.wallShift += shift.wholeMilliseconds } }

    // MARK: Sleeping

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { $0.newID() }
        await withTaskCancellationHandler {
            await sleep(id, until: { _ in deadline }, isCancellable: true)
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    /// Sleeps that long, whether or not the task is cancelled: for what cannot be called back, such as a request on its
    /// way. (To sleep again and again after a cancellation would keep time from passing.)
    package func rest(for duration: Duration) async {
        let id = state.withLock { $0.newID() }
        await sleep(id, until: { $0.advanced(by: duration) }, isCancellable: false)
    }

    private func sleep(_ id: UInt64, until deadline: (_ now: Instant) -> Instant, isCancellable: Bool) async {
        await withCheckedContinuation { continuation in
            let resumed = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                let until = deadline(state.now)
                guard until > state.now, !(isCancellable && Task.isCancelled) else { return [continuation] }
                return state.fallAsleep(id, Sleeper(until: until, continuation: continuation))
            }
            for one in resumed { one.resume() }
        }
    }

    // MARK: Moving

    package func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

    /// Wakes all who sleep until then or less.
    package func advance(to instant: Instant) {
        let woken = state.withLock { state in
            precondition(instant >= state.now, "a monotonic clock never goes back")
            return state.advance(to: instant)
        }
        for sleeper in woken { sleeper.resume() }
    }

    /// Goes to the earliest deadline and wakes all that slept until then. False: nothing sleeps.
    @discardableResult
    package func jump() -> Bool {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            while let first = state.line.first {
                if state.sleepers[first.id] != nil { return state.advance(to: first.deadline) }
                state.line.removeFirst()
            }
            return []
        }
        for sleeper in woken { sleeper.resume() }
        return !woken.isEmpty
    }

    // MARK: Watching

    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// When the first of those who sleep is to wake; nil if none sleeps.
    package var firstWaking: Instant? { state.withLock { $0.sleepers.values.map(\.until).min() } }

    /// Waits until a task sleeps, and returns when the first of them is to wake. If the task is cancelled: now.
    package func nextWaking() async -> Instant {
        while true {
            if let first = firstWaking { return first }
            guard !Task.isCancelled else { return now }
            await whenAsleep { !$0.isEmpty }
        }
    }

    /// Returns once at least so many sleep, or when the task is cancelled.
    package func hasSleepers(_ count: Int) async { await whenAsleep { $0.count >= count } }

    /// Returns once a task sleeps until `offset` or longer, or when the task is cancelled.
    package func sleeper(untilAtLeast offset: Duration) async {
        await whenAsleep { $0.values.contains { $0.until.offset >= offset } }
    }

    private func whenAsleep(_ isSatisfied: @escaping @Sendable ([UInt64: Sleeper]) -> Bool) async {
        let id = state.withLock { $0.newID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !isSatisfied(state.sleepers), !Task.isCancelled else { return true }
                    state.watchers[id] = Watcher(isSatisfied: isSatisfied, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.watchers.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
