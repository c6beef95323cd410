import OutboundAPI
import RateLimits
import Synchronization

@testable import Keap

/// Lets everything pass at once, and remembers what it was told.
final class FreeBudget: CallBudget {
    struct Told: Equatable {
        var taken: [Urgency] = []
        var finished = 0
        var released = 0
        var learned: [ReportedLimits] = []
        var closedUntil: [Int64] = []
        var tenantClosedUntil: [Int64] = []
    }

    private let state = Mutex(Told())

    var told: Told { state.withLock { $0 } }

    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws -> Int {
        state.withLock { state in
            state.taken.append(urgency)
            return state.taken.count
        }
    }

    func finished(_ permit: Int, learned: ReportedLimits?) async {
        state.withLock { state in
            state.finished += 1
            if let learned { state.learned.append(learned) }
        }
    }

    func release(_ permit: Int) async { state.withLock { $0.released += 1 } }

    func close(until time: Int64) async {
        state.withLock { $0.closedUntil.append(time) }
    }

    func close(tenantOf permit: Int, until time: Int64) async {
        state.withLock { $0.tenantClosedUntil.append(time) }
    }
}

/// Gives a permit only when the test says so, as long as the caller is not cancelled.
final class ShutBudget: CallBudget {
    private struct State {
        var waiters: [Int: (Urgency, CheckedContinuation<Bool, Never>)] = [:]
        var cancelled: Set<Int> = []
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
        var next = 0
        var finished = 0
    }

    private let state = Mutex(State())

    var finishedCount: Int { state.withLock { $0.finished } }
    var waiting: [Urgency] { state.withLock { $0.waiters.sorted { $0.key < $1.key }.map(\.value.0) } }

    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isCancelled, watchers) = state.withLock { state in
                    if state.cancelled.contains(id) { return (true, [CheckedContinuation<Void, Never>]()) }
                    state.waiters[id] = (urgency, continuation)
                    let watchers = state.watchers.filter { $0.count <= state.waiters.count }
                    state.watchers.removeAll { $0.count <= state.waiters.count }
                    return (false, watchers.map(\.wake))
                }
                for watcher in watchers { watcher.resume() }
                if isCancelled { continuation.resume(returning: false) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.cancelled.insert(id)
                return state.waiters.removeValue(forKey: id)
            }
            waiter?.1.resume(returning: false)
        }
        if !isGranted { throw CancellationError() }
    }

    func finished(_ permit: Void, learned: ReportedLimits?) async { state.withLock { $0.finished += 1 } }
    func release(_ permit: Void) async { await finished(permit, learned: nil) }
    func close(until time: Int64) async {}
    func close(tenantOf permit: Void, until time: Int64) async {}

    func hasWaiters(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.waiters.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    /// Puts whoever is first in line at its end.
    func rotate() {
        state.withLock { state in
            guard let first = state.waiters.keys.min(), let waiter = state.waiters.removeValue(forKey: first) else {
                return
            }
            state.next += 1
            state.waiters[state.next] = waiter
        }
    }

    func grantOldest() {
        let waiter = state.withLock { state in
            state.waiters.keys.min().flatMap { state.waiters.removeValue(forKey: $0) }
        }
        waiter?.1.resume(returning: true)
    }
}
