package import Dispatch

/// Where the history's files are read and written: one piece of work at a time, in order.
package enum HistoryThread: Sendable {
    /// Off the paths of jobs.
    case queue(DispatchQueue)
    /// At once, by the caller: where the disk is simulated.
    case caller

    package static var own: HistoryThread {
        .queue(DispatchQueue(label: "lockstep.history", qos: .utility))
    }

    func begin(_ work: @escaping @Sendable () -> Void) {
        switch self {
        case .queue(let queue): queue.async(execute: work)
        case .caller: work()
        }
    }

    nonisolated(nonsending) func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        switch self {
        case .queue(let queue):
            await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
        case .caller: work()
        }
    }
}
