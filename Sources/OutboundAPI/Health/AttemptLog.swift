import Synchronization

/// Remembers how the last call of an attempt at a job ended, and what the last answer said beside its content.
///
/// Bound to the attempt's task, because calls are made by several layers (plan, tag directory, search) that need not know
/// of retries.
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
        var account: String?
    }

    private let state = Mutex(State())

    /// Keeps the attempt's calls; nil: they are not kept.
    package let recorder: (any CallRecorder)?

    package init(recorder: (any CallRecorder)? = nil) { self.recorder = recorder }

    /// Nil: the last call was answered, be it with a refusal, or none was sent.
    package var failedCall: FailedCall? { state.withLock { $0.failed } }

    /// Whether the last answer was that no calls are taken just now (429 or 503).
    package var isThrottled: Bool { state.withLock { $0.status == 429 || $0.status == 503 } }

    /// The account's name, as any of the answers told it.
    package var account: String? { state.withLock { $0.account } }

    package func ended(_ failed: FailedCall?) { state.withLock { $0.failed = failed } }

    /// - Parameter account: the name that the answer gave, if it gave one.
    package func saw(status: Int, account: String?) {
        state.withLock { state in
            state.status = status
            state.account = account ?? state.account
        }
    }
}
