import Synchronization

/// A clock that stands still while there is anything to do, and jumps to the next sleeper when there is not: a day of
/// waiting takes as long as the work in it.
package final class VirtualClock: Clock {
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package var offset: Duration

        package init(offset: Duration = .zero) { self.offset = offset }
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct State {
        var now = Instant()
        var wallShift: Int64 = 0
        var next: UInt64 = 0
        var line = SleepLine()
        /// Those in `line` who have not been cancelled.
        var sleepers: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())
    private let wallOrigin: Int64

    /// - Parameter wallOrigin: milliseconds since 1970 at the clock's beginning.
    package init(wallOrigin: Int64 = 1_700_000_000_000) { self.wallOrigin = wallOrigin }

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// What a clock on the wall shows, in milliseconds since 1970.
    package var wall: Int64 {
        state.withLock { wallOrigin + $0.wallShift + Int64($0.now.offset / .milliseconds(1)) }
    }

    /// Sets the wall clock; sleepers notice nothing.
    package func setWall(aheadBy shift: Duration) {
        state.withLock { $0.wallShift += Int64(shift / .milliseconds(1)) }
    }

    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard deadline > state.now, !Task.isCancelled else { return true }
                    state.sleepers[id] = continuation
                    state.line.add(id, until: deadline)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume()
        }
        try Task.checkCancellation()
    }

    /// Sleeps that long, whether or not the task is cancelled: for what cannot be called back, such as a request on its
    /// way. (To sleep again and again after a cancellation would keep time from passing.)
    package func rest(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let deadline = state.now.advanced(by: duration)
                guard deadline > state.now else { return true }
                state.next += 1
                state.sleepers[state.next] = continuation
                state.line.add(state.next, until: deadline)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Goes to the earliest deadline and wakes all that slept until then. False: nothing sleeps.
    @discardableResult
    package func jump() -> Bool {
        let woken = state.withLock { state in
            var woken: [CheckedContinuation<Void, Never>] = []
            while let first = state.line.first, woken.isEmpty || first.deadline <= state.now {
                state.line.removeFirst()
                guard let sleeper = state.sleepers.removeValue(forKey: first.id) else { continue }
                state.now = max(state.now, first.deadline)
                woken.append(sleeper)
            }
            return woken
        }
        for sleeper in woken { sleeper.resume() }
        return !woken.isEmpty
    }

    /// Lets time pass without waking a sleeper before its deadline: as if a piece of work had taken that long.
    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            var woken: [CheckedContinuation<Void, Never>] = []
            while let first = state.line.first, first.deadline <= state.now {
                state.line.removeFirst()
                if let sleeper = state.sleepers.removeValue(forKey: first.id) { woken.append(sleeper) }
            }
            return woken
        }
        for sleeper in woken { sleeper.resume() }
    }
}

/// Sleepers by deadline, and by the order of falling asleep among equal ones: a binary heap.
private struct SleepLine: Sendable {
    struct Entry: Sendable {
        var deadline: VirtualClock.Instant
        var id: UInt64

        static func < (a: Entry, b: Entry) -> Bool { (a.deadline, a.id) < (b.deadline, b.id) }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func add(_ id: UInt64, until deadline: VirtualClock.Instant) {
        heap.append(Entry(deadline: deadline, id: id))
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
