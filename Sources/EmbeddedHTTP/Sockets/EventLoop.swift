import Dispatch

/// A Dispatch queue as an actor executor, so that its Dispatch sources may touch the actors' state directly.
final class EventLoop: SerialExecutor {
    let queue: DispatchQueue
    /// For tasks that stay on the loop's thread.
    let tasks: LoopTasks

    private static let current = DispatchSpecificKey<ObjectIdentifier>()

    init(label: String) {
        queue = DispatchQueue(label: label)
        tasks = LoopTasks(queue)
        queue.setSpecific(key: Self.current, value: ObjectIdentifier(self))
    }

    /// Whether the caller runs on the loop's queue.
    var isCurrent: Bool { DispatchQueue.getSpecific(key: Self.current) == ObjectIdentifier(self) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
