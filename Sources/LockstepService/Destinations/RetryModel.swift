import Connectors
import DurableQueue
import OutboundAPI

/// The one rule by which a job that Keap failed is tried again, charged, or given up.
///
/// An attempt is charged only if, since the job's previous one, the same kind of call went well for others: so an outage,
/// also of one endpoint, kills nothing, and a poisoned request still ends. It ends only if others went well *after* its
/// last failure too, since an outage may have begun with that. With none to compare with, it is tried less and less often
/// and listed under attention.
///
/// Keeps no clock. Charged attempts are the queue's to count, across restarts; what was compared is lost with the process,
/// so that the first attempt after a start is never charged.
struct RetryModel: Sendable {
    enum Decision: Equatable, Sendable {
        /// `after`: nil leaves the pause to the queue (exponential, at most 30 s).
        case charged(after: Duration?)
        case uncharged(after: Duration?)
        /// The same, and a person should look: it has failed `failures` times in a row.
        case lasting(failures: Int, after: Duration)

        func outcome(reason: String, state: [UInt8]) -> JobOutcome {
            switch self {
            case .charged(let pause): .retry(reason: reason, state: state, after: pause, isCharged: true)
            case .uncharged(let pause): .retry(reason: reason, state: state, after: pause, isCharged: false)
            case .lasting(_, let pause): .retry(reason: reason, state: state, after: pause, isCharged: false)
            }
        }
    }

    private struct Entry {
        var call: FailedCall
        /// In a row.
        var failures: Int
        var reason: String
    }

    /// With the first failure, which has none to be compared with, seven tries.
    static let mostCharged = 6
    /// From here on a person should look. With the queue's own pauses this is after two minutes or so.
    static let manyFailures = 8
    static let longestPause = Duration.seconds(300)
    /// The most jobs that are compared; others are tried again uncharged.
    static let mostEntries = 10_000

    private var entries: [JobID: Entry] = [:]

    /// - Parameters:
    ///   - attempt: which charged attempt of the job's this would be, counting from 1.
    ///   - call: the one that failed; nil: none did, and it is a matter of waiting.
    ///   - outage: a circuit breaker is open, so the failure says nothing about the job.
    mutating func failed(
        _ job: JobID, attempt: Int, _ call: FailedCall?, reason: String, _ outage: PeerOutage? = nil
    ) -> Decision {
        guard let call else { return .uncharged(after: outage == .ofAccount ? .seconds(1) : nil) }
        let previous = entries[job]
        let failures = (previous?.failures ?? 0) + (outage == nil ? 1 : 0)
        if previous != nil || (outage == nil && entries.count < Self.mostEntries) {
            entries[job] = Entry(call: call, failures: failures, reason: reason)
        }
        switch outage {
        // The gateway holds calls back and lets one through now and then, so the job goes there to wait: its own pause
        // would only delay the work once Keap is back.
        case .ofAccount: return .uncharged(after: max(.seconds(1), call.pause ?? .zero))
        // It would hold a place there that changes without such calls need.
        case .ofCalls: return .uncharged(after: call.pause)
        case nil: break
        }
        let isAsTold = call.pause != nil && failures < Self.manyFailures
        if !isAsTold, call.isOwn(since: previous?.call) {
            // The verdict only waits for others to go well once more, which takes them a moment.
            let pause: Duration? = attempt >= Self.mostCharged ? .seconds(10) : nil
            return .charged(after: [pause, call.pause].compactMap(\.self).max())
        }
        guard failures >= Self.manyFailures else { return .uncharged(after: call.pause) }
        let pause = min(.seconds(60) * (1 << min(failures - Self.manyFailures, 10)), Self.longestPause)
        return .lasting(failures: failures, after: max(pause, call.pause ?? .zero))
    }

    /// The last failure of a job that has used up its charged attempts, if it is remembered.
    func lastFailure(of job: JobID, attempt: Int) -> (call: FailedCall, reason: String)? {
        guard attempt > Self.mostCharged, let entry = entries[job] else { return nil }
        return (entry.call, entry.reason)
    }

    mutating func forget(_ job: JobID) { entries[job] = nil }
}
