package import SeededRandom
import Clocks
import Synchronization

/// How a simulation runs.
package struct SimulationOptions: Sendable {
    package enum Order: Sendable {
        /// Drawn from the seed: work that may overtake other work sometimes does.
        case seeded
        /// First come, first served, whatever the seed: for benchmarks.
        case arrival
    }

    package enum Time: Sendable {
        /// Work takes no time.
        case whenIdle
        /// The next sleeper wakes although there is work left, once in so many pieces of it: a slow machine, on which
        /// every time-out can come too early.
        case anyTime(onceIn: Int)
    }

    package var order = Order.seeded
    package var time = Time.whenIdle
    /// With more pieces of work than this, a run counts as endless.
    package var mostSteps: UInt64 = 5_000_000

    package init() {}
}

/// One simulated run: its clock, its random numbers, and the order in which work runs.
///
/// Everything that the body of ``simulate(seed:options:_:)`` starts runs in here: tasks of groups, `async let`, default
/// actors, what continuations and cancellation handlers resume. A plain `Task {}` is a child of no task and runs
/// elsewhere, and so does an actor with an executor of its own; what comes back from there is counted, and fails the run.
package final class Simulation: Sendable {
    package let seed: UInt64
    package let clock: ManualClock
    private let executor: StepExecutor
    private let settling = Mutex<[CheckedContinuation<Void, Never>]>([])

    fileprivate init(seed: UInt64, order: SimulationOptions.Order, clock: ManualClock) {
        self.seed = seed
        self.clock = clock
        executor = StepExecutor(seed: seed, order: order)
    }

    /// Pieces of work that have run.
    package var steps: UInt64 { executor.steps }

    /// A fingerprint of the interleaving so far: two runs that differ in it ran differently.
    package var trace: UInt64 { executor.trace }

    /// Random numbers for the body's own use, independent of what ran before.
    package func random(_ purpose: UInt64 = 0) -> SeededGenerator {
        SeededGenerator(seed: seed &* 0x2545_f491_4f6c_dd1d &+ purpose &+ 1)
    }

    /// Returns when nothing can run any more until time passes.
    package func settle() async {
        await withCheckedContinuation { continuation in settling.withLock { $0.append(continuation) } }
    }

    private func wakeSettled() -> Bool {
        let waiting = settling.withLock { settling in
            defer { settling = [] }
            return settling
        }
        for continuation in waiting { continuation.resume() }
        return !waiting.isEmpty
    }

    fileprivate func run<Value: Sendable>(
        _ options: SimulationOptions, _ body: @escaping @Sendable (Simulation) async throws -> Value
    ) throws -> Value {
        let end = End<Value>()
        executor.adoptThread()
        // It is never cancelled: this call does not return before it has ended, or never will.
        Task(executorPreference: executor, priority: .medium) {
            do { end.result = .success(try await body(self)) } catch { end.result = .failure(error) }
        }
        var random = SeededGenerator(seed: ~seed)
        while !end.isThere {
            if case .anyTime(let often) = options.time, Int.random(in: 0..<often, using: &random) == 0 { jump() }
            guard executor.step() || wakeSettled() || jump() else {
                throw SimulationFailure(seed: seed, time: clock.now.offset, reason: .stuck(strays: executor.strays))
            }
            guard executor.steps <= options.mostSteps else {
                throw SimulationFailure(seed: seed, time: clock.now.offset, reason: .endless(steps: executor.steps))
            }
        }
        // What the body cancelled or resumed last, if it waits for nothing else.
        while executor.step() {}
        let strays = executor.strays
        guard strays == 0 else {
            throw SimulationFailure(seed: seed, time: clock.now.offset, reason: .strays(strays))
        }
        return try end.result!.get()
    }

    @discardableResult
    private func jump() -> Bool {
        guard clock.jump() else { return false }
        executor.note(UInt64(bitPattern: Int64(clock.now.offset / .nanoseconds(1))))
        return true
    }

    /// Written by a piece of the body and read between two pieces, on one thread.
    private final class End<Value: Sendable>: Sendable {
        private let stored = Mutex<Result<Value, any Error>?>(nil)
        private let flag = Atomic(false)

        /// Asked before every piece of work, so without taking the result out.
        var isThere: Bool { flag.load(ordering: .relaxed) }

        var result: Result<Value, any Error>? {
            get { stored.withLock { $0 } }
            set {
                stored.withLock { $0 = newValue }
                flag.store(true, ordering: .relaxed)
            }
        }
    }
}

/// Runs an asynchronous body to its end on this thread: everything in it one piece at a time, in an order drawn from the
/// seed, on a clock that costs nothing. The same seed gives the same run.
///
///     let result = try simulate(seed: 7) { simulation in
///         try await simulation.clock.sleep(for: .seconds(86_400))
///         return simulation.clock.now.offset
///     }
///
/// To be repeatable a body must not let the order of a `Dictionary` or a `Set` show, since theirs changes from run to
/// run.
///
/// - Throws: what `body` throws, or a ``SimulationFailure``: nothing can run and nothing sleeps, though the body has not
///   ended; too many steps; something ran outside.
package func simulate<Value: Sendable>(
    seed: UInt64, options: SimulationOptions = SimulationOptions(), clock: ManualClock = ManualClock(),
    _ body: @escaping @Sendable (Simulation) async throws -> Value
) throws -> Value {
    try Simulation(seed: seed, order: options.order, clock: clock).run(options, body)
}

package struct SimulationFailure: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case stuck(strays: Int)
        case endless(steps: UInt64)
        case strays(Int)
    }

    package var seed: UInt64
    package var time: Duration
    package var reason: Reason

    package init(seed: UInt64, time: Duration, reason: Reason) {
        self.seed = seed
        self.time = time
        self.reason = reason
    }

    package var description: String {
        let what =
            switch reason {
            case .stuck(0):
                "all tasks wait: none can run and none sleeps (a deadlock, or a wait for something outside)"
            case .stuck(let strays):
                "all tasks wait: none can run and none sleeps; \(strays) pieces of work came from other threads"
            case .endless(let steps): "not at an end after \(steps) steps"
            case .strays(let count): "\(count) pieces of work came from other threads, so the run cannot be repeated"
            }
        return "simulation with seed \(seed), at \(time): \(what)"
    }
}
