import Foundation
import DurableQueue
import Synchronization

/// Whole lives of jobs a second: accepted and on disk, run in their lane, their outcome written. 64 callers bring them. Beside
/// it, in the same run, the floor: one thread that writes and syncs 64 records at once.
struct CycleBenchmark {
    var options: BenchmarkOptions
    private let lanes = [10, 1_000, 100_000]
    private let callers = 64

    init(_ options: BenchmarkOptions) { self.options = options }

    /// A slower disk is measured with fewer jobs.
    private var jobs: Int { options.syncDelay > .zero ? 8_000 : 60_000 }

    func run() async throws {
        var table = ResultTable([
            "lanes", "completed/s", "CPU µs each", "bare write + sync records/s", "of bare", "of 1,000 lanes' cost",
        ])
        table.note(
            "jobs of 400 bytes, \(callers) callers; medians of \(options.rounds) interleaved rounds of \(jobs) jobs")
        var runs: [Run] = []
        for count in lanes { runs.append(try await Run(lanes: count, syncDelay: options.syncDelay)) }
        let first = jobs / 6
        for run in runs { try await run.complete(first, callers: callers) }
        var rates = lanes.map { _ in [Double]() }
        var (processor, floor) = (rates, [Double]())
        for _ in 0..<options.rounds {
            floor.append(
                Double(callers)
                    * (try Floors.syncedWrites(
                        batch: 1, size: 500 * callers, seconds: 0.3, in: FileManager.default.temporaryDirectory.path,
                        delay: options.syncDelay)))
            for (place, run) in runs.enumerated() {
                let (start, startCPU) = (ContinuousClock.now, Processor.seconds)
                try await run.complete(jobs, callers: callers)
                rates[place].append(Double(jobs) / (ContinuousClock.now - start).seconds)
                processor[place].append((Processor.seconds - startCPU) / Double(jobs) * 1e6)
            }
        }
        for run in runs { try await run.finish() }
        let usual = processor[lanes.firstIndex(of: 1_000) ?? 0].median
        for (place, count) in lanes.enumerated() {
            let rate = rates[place].median
            table.add([
                .number(Double(count), digits: 0), .number(rate, digits: 0),
                .number(processor[place].median, digits: 2), .number(floor.median, digits: 0),
                .share(rate / floor.median), .number(processor[place].median / usual, digits: 2),
            ])
        }
        table.show(options)
    }

    /// A queue with so many lanes.
    final class Run {
        private let load: PoolLoad
        private let queue: JobQueue
        private let log: JournalLog
        private let running: Task<Void, Never>
        private let order: LaneOrder
        private let lanes: Int
        private var accepted = 0

        init(lanes: Int, syncDelay: Duration = .zero) async throws {
            self.lanes = lanes
            order = LaneOrder(lanes: lanes)
            var load = try PoolLoad.inTemporaryDirectory(syncDelay: syncDelay)
            load.handler = NoOp(order: order)
            self.load = load
            let (queue, log) = try await load.open()
            (self.queue, self.log) = (queue, log)
            running = Task { await queue.run() }  // ends with the stop in `finish`
        }

        /// Returns once that many more jobs are done.
        func complete(_ count: Int, callers: Int) async throws {
            let numbers = accepted..<(accepted + count)
            accepted += count
            try await EnqueueBenchmark.enqueue(numbers, callers: callers, lanes: lanes, on: queue)
            while await queue.counts().done < accepted { try await Task.sleep(for: .milliseconds(1)) }
            try require(order.completed == accepted, "\(order.completed) of \(accepted) jobs were run once")
        }

        /// What the next start finds: nothing is left to do.
        func finish() async throws {
            await queue.stop(grace: .seconds(10))
            await running.value
            await log.close()
            let (again, second) = try await load.open()
            let counts = await again.counts()
            let pending = counts.tenants.values.reduce(0) { $0 + $1.pending }
            try require(pending == 0 && counts.done == accepted, "\(counts.done) of \(accepted) jobs are done on disk")
            await second.close()
            load.remove()
        }
    }
}

/// Checks that each lane's jobs run in the order in which the queue numbered them.
private final class LaneOrder: Sendable {
    private struct State {
        var last: [UInt64]
        var completed = 0
    }

    private let state: Mutex<State>
    private let lanes: Int

    init(lanes: Int) {
        self.lanes = lanes
        state = Mutex(State(last: [UInt64](repeating: 0, count: lanes)))
    }

    func ran(_ job: Job) {
        let lane = SmallJob.number(of: job.payload) % lanes
        state.withLock { state in
            precondition(state.last[lane] < job.id.rawValue, "job \(job.id) ran out of order")
            state.last[lane] = job.id.rawValue
            state.completed += 1
        }
    }

    var completed: Int { state.withLock(\.completed) }
}

private struct NoOp: JobHandler {
    let order: LaneOrder

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        order.ran(job)
        return .done(state: state)
    }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { a }
}
