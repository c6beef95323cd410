import Synchronization

/// Remembers how the last call of an attempt at a job ended. Bound to the attempt's task, because calls are made by
/// several layers (plan, tag directory, search) that need not know of retries.
///
/// ```swift
/// let log = AttemptLog()
/// await AttemptLog.$current.withValue(log) { … }
/// log.failedCall
/// ```
package final class AttemptLog: Sendable {
    @TaskLocal package static var current: AttemptLog?

    private let last = Mutex<FailedCall?>(nil)

    package init() {}

    /// Nil: the last call was answered, be it with a refusal, or none was sent.
    package var failedCall: FailedCall? { last.withLock { $0 } }

    func ended(_ failed: FailedCall?) { last.withLock { $0 = failed } }
}
