import Synchronization

/// Remembers how the last call of an attempt at a job ended, and what Keap's last answer said beside its content. Bound to the attempt's task, because calls are made by
/// several layers (plan, tag directory, search) that need not know of retries.
///
/// ```swift
/// let log = AttemptLog()
/// await AttemptLog.$current.withValue(log) { … }
/// log.failedCall
/// ```
package final class AttemptLog: Sendable {
    @TaskLocal package static var current: AttemptLog?

    private struct State {
        var failed: FailedCall?
        var status: Int?
        var tenant: String?
    }

    private let state = Mutex(State())

    package init() {}

    /// Nil: the last call was answered, be it with a refusal, or none was sent.
    package var failedCall: FailedCall? { state.withLock { $0.failed } }

    /// Whether Keap's last answer was that it takes no calls just now (429 or 503).
    package var isTurnedAway: Bool { state.withLock { $0.status == 429 || $0.status == 503 } }

    /// The account's name, as Keap told it with any of its answers.
    package var tenant: String? { state.withLock { $0.tenant } }

    func ended(_ failed: FailedCall?) { state.withLock { $0.failed = failed } }

    func saw(_ response: KeapResponse) {
        state.withLock { state in
            state.status = response.status
            state.tenant = KeapHeaders(response.headers).tenant ?? state.tenant
        }
    }
}
