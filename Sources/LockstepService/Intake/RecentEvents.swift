import LockstepPool
import Synchronization

/// Which job each of a gym's latest events became, so that one that is delivered twice is not taken twice.
///
/// Rebuilt at the start from what is still pending. What is older, and what was done before a restart, is in the mirror
/// of the event's contact; and an event that is taken once more all the same does no harm there.
final class RecentEvents: Sendable {
    private struct State {
        var jobs: [String: JobID] = [:]
        /// The oldest first.
        var order: [String] = []
    }

    static let most = 4_096

    private let state = Mutex(State())

    func job(of event: String) -> JobID? { state.withLock { $0.jobs[event] } }

    func note(_ event: String, as job: JobID) {
        state.withLock { state in
            if state.jobs.updateValue(job, forKey: event) == nil { state.order.append(event) }
            // Half at once, so that a long list is not shifted for every event.
            guard state.order.count > Self.most else { return }
            for old in state.order.prefix(Self.most / 2) { state.jobs[old] = nil }
            state.order.removeFirst(Self.most / 2)
        }
    }
}
