import Dispatch
import FileJournal

/// Runs work that waits for a disk: on a queue of its own, or at once where the disk is simulated.
package struct BlockingWork: Sendable {
    private let queue: DispatchQueue?

    package static let atOnce = BlockingWork(queue: nil)
    package static var onQueue: BlockingWork { BlockingWork(queue: DispatchQueue(label: "lockstep.tokens")) }

    func run(_ work: @escaping @Sendable () throws(FileError) -> Void) async throws(FileError) {
        guard let queue else { return try work() }
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(FileError) in try work() }) }
        }
        try result.get()
    }
}
