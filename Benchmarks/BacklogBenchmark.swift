import DurableQueue
import Foundation

/// So many pending jobs at once: the memory that they take, how long a checkpoint of them takes, and the start after it.
struct BacklogBenchmark {
    private let options: BenchmarkOptions
    private let jobs: Int
    private let lanes: Int

    init(_ options: BenchmarkOptions, jobs: Int, lanes: Int) {
        (self.options, self.jobs, self.lanes) = (options, jobs, lanes)
    }

    func run() async throws {
        var table = ResultTable([
            "pending jobs", "lanes", "enqueued/s", "heap bytes a job", "resident MB", "checkpoint s", "recovery s",
            "resident MB after it",
        ])
        let load = try PoolLoad.inTemporaryDirectory()
        defer { load.remove() }
        let (queue, log) = try await load.open()
        let empty = Heap.used
        let (start, jobs, lanes) = (ContinuousClock.now, jobs, lanes)
        try await PoolLoad.enqueue((0..<jobs).lazy.map { $0 % lanes }, on: queue)
        let rate = Double(jobs) / (ContinuousClock.now - start).seconds
        let heap = Heap.used.flatMap { all in empty.map { Double(all - $0) / Double(jobs) } }
        let resident = Heap.resident
        let beforeCheckpoint = ContinuousClock.now
        try await queue.checkpoint()
        let checkpoint = (ContinuousClock.now - beforeCheckpoint).seconds
        await log.close()
        let beforeRecovery = ContinuousClock.now
        let (again, secondLog) = try await load.open()
        let recovery = (ContinuousClock.now - beforeRecovery).seconds
        let counts = await again.counts()
        let pending = counts.tenants.values.reduce(0) { $0 + $1.pending }
        try require(
            pending == jobs && counts.lanes == lanes, "\(pending) jobs in \(counts.lanes) lanes were recovered")
        let after = Heap.resident
        await secondLog.close()
        func megabytes(_ bytes: Int?) -> ResultTable.Value {
            bytes.map { .number(Double($0) / 1e6, digits: 0) } ?? .missing
        }
        table.add([
            .number(Double(jobs), digits: 0), .number(Double(lanes), digits: 0), .number(rate, digits: 0),
            heap.map { .number($0, digits: 1) } ?? .missing, megabytes(resident), .number(checkpoint, digits: 2),
            .number(recovery, digits: 2), megabytes(after),
        ])
        table.show(options)
    }
}
