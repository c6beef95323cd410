import Dispatch
import Foundation
import Synchronization

/// A thread that runs blocking work one piece after the other, so that Swift's shared pool never waits for a disk.
final class BlockingThread: JournalWorker {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(name: String) {
        let thread = Thread { self.turn() }
        thread.name = name
        thread.start()
    }

    /// False if it has been stopped and the work will not run.
    @discardableResult
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isStopping else { return false }
            state.work.append(work)
            return true
        }
        if isTaken { wake.signal() }
        return isTaken
    }

    /// Returns when all work taken so far is done and the thread has ended. Blocks; call it once, from another thread.
    func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
        ended.wait()
    }

    private func turn() {
        while true {
            wake.wait()
            let (work, isStopping) = state.withLock { state in
                defer { state.work = [] }
                return (state.work, state.isStopping)
            }
            for piece in work { piece() }
            if isStopping {
                ended.signal()
                return
            }
        }
    }
}
