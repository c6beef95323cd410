import Clocks
package import FileJournal
import Synchronization

/// Runs a journal's work when told to, one piece at a time, in any order that its three threads could take.
///
/// Nothing moves by itself: not the clock, and no byte. Made for one journal, used from one task at a time.
package final class SteppedJournal: JournalDriver {
    package enum Part: Hashable, Sendable {
        /// Writes what was submitted, or syncs it, whichever is due.
        case writer
        /// The next piece of the maintenance thread's work (a checkpoint, a segment set aside), or of the reader's.
        case worker(JournalWorkerRole)
    }

    private struct State {
        var now: ContinuousClock.Instant
        var writer: (any JournalWriter)?
        var rest = WriterRest.none
        /// Woken while it was about to sleep.
        var isWoken = false

        var isWriterReady: Bool {
            switch rest {
            case .none: writer != nil
            case .asleep(let deadline): deadline.map { $0 <= now } ?? false
            case .ended: false
            }
        }
    }

    private let state: Mutex<State>
    private let workers: [JournalWorkerRole: SteppedWorker]

    /// - Parameter now: any instant will do, the same for the same run.
    package init(now: ContinuousClock.Instant = .now) {
        state = Mutex(State(now: now))
        workers = Dictionary(uniqueKeysWithValues: JournalWorkerRole.allCases.map { ($0, SteppedWorker()) })
    }

    /// The parts that could take a step now, always in the same order.
    package var ready: [Part] {
        let writer: [Part] = state.withLock { $0.isWriterReady ? [.writer] : [] }
        return writer + JournalWorkerRole.allCases.filter { workers[$0]!.hasWork }.map { .worker($0) }
    }

    /// Lets one part take one step; false if it has nothing to do.
    @discardableResult
    package func step(_ part: Part) -> Bool {
        switch part {
        case .worker(let role): return workers[role]!.step()
        case .writer:
            let writer = state.withLock { state in
                guard state.isWriterReady else { return nil as (any JournalWriter)? }
                state.rest = .none
                state.isWoken = false
                return state.writer
            }
            guard let writer else { return false }
            let rest = writer.turn()
            state.withLock { state in
                if case .ended = rest { state.writer = nil }
                if case .asleep = rest, state.isWoken { state.rest = .none } else { state.rest = rest }
            }
            return true
        }
    }

    /// Steps until nothing is ready. Time stands still meanwhile.
    package func settle() {
        while let part = ready.first { step(part) }
    }

    package func advance(by duration: Duration) { state.withLock { $0.now = $0.now.advanced(by: duration) } }

    /// When the writer must have a step although nothing wakes it; nil if it sleeps for good.
    package var deadline: ContinuousClock.Instant? {
        state.withLock { state in
            if case .asleep(let deadline) = state.rest { deadline } else { nil }
        }
    }

    /// Whether the journal was closed and every part of it is done.
    package var hasEnded: Bool { state.withLock { $0.rest == .ended } }

    // MARK: JournalDriver

    package func now() -> ContinuousClock.Instant { state.withLock { $0.now } }

    package func start(_ writer: any JournalWriter) { state.withLock { $0.writer = writer } }

    package func wakeWriter() {
        state.withLock { state in
            state.isWoken = true
            if case .asleep = state.rest { state.rest = .none }
        }
    }

    package func worker(_ role: JournalWorkerRole) -> any JournalWorker { workers[role]! }
}

private final class SteppedWorker: JournalWorker {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    var hasWork: Bool { state.withLock { !$0.work.isEmpty } }

    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isStopped else { return false }
            state.work.append(work)
            return true
        }
    }

    func step() -> Bool {
        let work = state.withLock { $0.work.isEmpty ? nil : $0.work.removeFirst() }
        work?()
        return work != nil
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        while step() {}
    }
}
