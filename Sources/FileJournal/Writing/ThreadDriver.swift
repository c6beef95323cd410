import Dispatch
import Foundation

/// Four threads: Swift's shared pool never waits for a disk.
struct ThreadDriver: JournalDriver {
    private let wake = DispatchSemaphore(value: 0)

    func now() -> ContinuousClock.Instant { .now }

    func start(_ writer: any JournalWriter) {
        let thread = Thread { run(writer) }
        thread.name = "journal writer"
        thread.start()
    }

    private func run(_ writer: any JournalWriter) {
        while true {
            switch writer.turn() {
            case .none: break
            case .ended: return
            case .asleep(nil): wake.wait()
            case .asleep(let deadline?):
                let nanoseconds = (deadline - .now) / .nanoseconds(1)
                // Whole milliseconds and one more, so as not to wake just before the deadline and turn in vain.
                _ = wake.wait(timeout: .now() + .milliseconds(Int(max(0, min(nanoseconds / 1e6, 1e9))) + 1))
            }
        }
    }

    func wakeWriter() { wake.signal() }

    func worker(_ role: JournalWorkerRole) -> any JournalWorker { BlockingThread(name: "journal \(role.rawValue)") }
}
