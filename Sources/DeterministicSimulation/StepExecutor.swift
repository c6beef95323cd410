import SeededRandom
import Foundation
import Synchronization

/// A task executor that runs one piece of work at a time, in an order drawn from a seed.
///
/// Pieces run on the thread that asks for the next.
///
/// Given to a task as its preference (SE-0417) it runs that task, its child tasks, and the default actors that they
/// call. A piece is all that happens between two suspensions, so what may interleave does, differently for each seed and
/// always alike for the same one.
final class StepExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var random: SeededGenerator
        var order: SimulationOptions.Order
        /// For `.arrival`: places before this one are used up.
        var head = 0
        var steps: UInt64 = 0
        var trace: UInt64 = 0xcbf2_9ce4_8422_2325
        var strays = 0
        var owner: ThreadIdentity?

        var isEmpty: Bool { ready.count == head }

        mutating func next() -> UnownedJob? {
            let count = ready.count - head
            guard count > 0 else { return nil }
            steps += 1
            switch order {
            case .arrival:
                defer { advance() }
                return ready[head]
            case .seeded:
                // The high half of a product: as even as can be told, and no division.
                let pick = count == 1 ? 0 : Int(random.next().multipliedFullWidth(by: UInt64(count)).high)
                note(UInt64(count) << 32 | UInt64(pick))
                ready.swapAt(pick, count - 1)
                return ready.removeLast()
            }
        }

        private mutating func advance() {
            head += 1
            guard head == ready.count || head > 4_096 else { return }
            ready.removeFirst(head)
            head = 0
        }

        mutating func note(_ value: UInt64) {
            trace = (trace ^ value) &* 0x100_0000_01b3
            trace ^= trace >> 29
        }
    }

    private let state: Mutex<State>

    init(seed: UInt64, order: SimulationOptions.Order) {
        state = Mutex(State(random: SeededGenerator(seed: seed), order: order))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { state in
            if let owner = state.owner, !owner.isCurrent { state.strays += 1 }
            state.ready.append(job)
        }
    }

    /// From now on whatever comes from another thread is counted as a stray: it came at no time that a seed can repeat.
    func adoptThread() { state.withLock { $0.owner = ThreadIdentity() } }

    /// Runs one piece. False: there is none.
    func step() -> Bool {
        guard let job = state.withLock({ $0.next() }) else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }

    var isIdle: Bool { state.withLock { $0.isEmpty } }
    var steps: UInt64 { state.withLock { $0.steps } }
    var strays: Int { state.withLock { $0.strays } }
    /// Differs as soon as two runs differ in what could run, or in what of it ran.
    var trace: UInt64 { state.withLock { $0.trace } }

    /// Adds what else the order of events depends on to the trace.
    func note(_ value: UInt64) { state.withLock { $0.note(value) } }
}

private struct ThreadIdentity: @unchecked Sendable {
    // Only ever compared; on some platforms it is a pointer, which is not followed.
    private let thread = pthread_self()

    var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }
}
