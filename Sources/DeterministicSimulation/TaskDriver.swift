import AsyncPrimitives
import Clocks
package import FileJournal
import Synchronization

/// Runs a journal's blocking work in tasks of a simulation: each of its steps is a piece among all the others.
///
///     try await withThrowingTaskGroup(of: Void.self) { group in
///         let driver = TaskDriver(simulation.clock)
///         group.addTask { await driver.run() }
///         let journal = try Journal.open("/data", options: options, files: files, driver: driver) { … }
///         …
///         await journal.close()        // ends the driver
///     }
package final class TaskDriver: JournalDriver {
    private let clock: ManualClock
    private let origin = ContinuousClock.now
    private let writer = Mutex<(any JournalWriter)?>(nil)
    private let wakeup = AsyncSignal()
    private let keeper: TaskWorker
    private let allocator: TaskWorker
    private let reader: TaskWorker

    private let delay: @Sendable () -> Duration

    /// - Parameter delay: how long the next write, sync, read or checkpoint takes to begin. Whatever does not wait for the
    ///   disk happens meanwhile.
    package init(_ clock: ManualClock, delay: @escaping @Sendable () -> Duration = { .zero }) {
        self.clock = clock
        self.delay = delay
        keeper = TaskWorker(clock, delay)
        allocator = TaskWorker(clock, delay)
        reader = TaskWorker(clock, delay)
    }

    /// Returns when the journal has ended, or was never opened and `giveUp` was called.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in [keeper, allocator, reader] { group.addTask { await worker.run() } }
            await turnWriter()
            // Those of a journal that never opened.
            for worker in [keeper, allocator, reader] { worker.stop() }
        }
    }

    /// The journal could not be opened.
    package func giveUp() {
        isGivenUp.withLock { $0 = true }
        wakeup.signal()
    }

    private let isGivenUp = Mutex(false)

    private func turnWriter() async {
        while !isGivenUp.withLock({ $0 }) {
            guard let writer = writer.withLock({ $0 }) else {
                await wakeup.wait()
                continue
            }
            switch writer.turn() {
            case .none:
                let pause = delay()
                if pause > .zero { await clock.rest(for: pause) } else { await Task.yield() }
            case .asleep(let deadline):
                if let deadline {
                    await wakeup.wait(until: Instant(offset: origin.duration(to: deadline)), on: clock)
                } else {
                    await wakeup.wait()
                }
                await clock.rest(for: delay())
            case .ended:
                // It holds the journal, which holds this driver.
                self.writer.withLock { $0 = nil }
                return
            }
        }
    }

    package func now() -> ContinuousClock.Instant { origin.advanced(by: clock.now.offset) }

    package func start(_ writer: any JournalWriter) {
        self.writer.withLock { $0 = writer }
        wakeup.signal()
    }

    package func wakeWriter() { wakeup.signal() }

    package func worker(_ role: JournalWorkerRole) -> any JournalWorker {
        switch role {
        case .keeper: keeper
        case .allocator: allocator
        case .reader: reader
        }
    }
}

private final class TaskWorker: JournalWorker {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wakeup = AsyncSignal()
    private let clock: ManualClock
    private let delay: @Sendable () -> Duration

    init(_ clock: ManualClock, _ delay: @escaping @Sendable () -> Duration) {
        self.clock = clock
        self.delay = delay
    }

    func run() async {
        while true {
            guard state.withLock({ !$0.work.isEmpty }) else {
                if state.withLock({ $0.isStopping }) { return }
                await wakeup.wait()
                continue
            }
            await clock.rest(for: delay())
            next()?()
            await Task.yield()
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { $0.work.isEmpty ? nil : $0.work.removeFirst() }
    }

    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isStopping { state.work.append(work) }
            return !state.isStopping
        }
        wakeup.signal()
        return isTaken
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        while let piece = next() { piece() }
        wakeup.signal()
    }
}
