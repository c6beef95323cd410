import Foundation
import FileJournal
import DurableQueue
import Synchronization

/// Durable accepts a second without HTTP: `enqueue` returns when its job is on disk. Beside it, in the same run, the floor:
/// one thread that writes as many records as there are callers at once, and syncs.
struct EnqueueBenchmark {
    var options: BenchmarkOptions
    private let callers = [1, 64, 1_024]
    private let jobs = [1: 2_000, 64: 40_000, 1_024: 80_000]

    init(_ options: BenchmarkOptions) { self.options = options }

    func run() async throws {
        var table = ResultTable(["callers", "enqueued/s", "CPU µs each", "bare write + sync records/s", "of bare"])
        table.note("jobs of 400 bytes in 1,000 lanes; medians of \(options.rounds) interleaved rounds")
        for count in callers { table.add(try await row(callers: count)) }
        table.show(options)
    }

    private func row(callers: Int) async throws -> [ResultTable.Value] {
        let load = try PoolLoad.inTemporaryDirectory(syncDelay: options.syncDelay)
        defer { load.remove() }
        let target = try await Target(load)
        // A slower disk is measured with fewer jobs.
        let each = max(callers * 4, (jobs[callers] ?? 20_000) / (options.syncDelay > .zero ? 8 : 1))
        let warmUp = max(callers, each / 10)
        _ = try await target.rate(0..<warmUp, callers: callers)
        let size = target.bytesPerRecord
        var (own, floor, processor): ([Double], [Double], [Double]) = ([], [], [])
        for round in 0..<options.rounds {
            let batches = try Floors.syncedWrites(
                batch: 1, size: size * callers, seconds: 0.3, in: load.directory.path, delay: options.syncDelay)
            floor.append(batches * Double(callers))
            let first = warmUp + round * each
            let startCPU = Processor.seconds
            own.append(try await target.rate(first..<(first + each), callers: callers))
            processor.append((Processor.seconds - startCPU) / Double(each) * 1e6)
        }
        await target.close()
        try await Self.check(load, holds: warmUp + options.rounds * each)
        let (rate, bare) = (own.median, floor.median)
        return [
            .number(Double(callers), digits: 0), .number(rate, digits: 0), .number(processor.median, digits: 2),
            .number(bare, digits: 0), .share(rate / bare),
        ]
    }

    /// A queue that accepts, and runs nothing.
    final class Target {
        private let queue: JobQueue
        private let log: JournalLog

        init(_ load: PoolLoad) async throws { (queue, log) = try await load.open() }

        /// Jobs a second.
        func rate(_ numbers: Range<Int>, callers: Int) async throws -> Double {
            let start = ContinuousClock.now
            try await EnqueueBenchmark.enqueue(numbers, callers: callers, on: queue)
            return Double(numbers.count) / (ContinuousClock.now - start).seconds
        }

        var bytesPerRecord: Int {
            let stats = log.journal.stats()
            return Int(stats.bytes / max(1, stats.records))
        }

        func close() async {
            precondition(
                log.journal.durableSequence == log.journal.lastSequence, "a job was confirmed that is not on disk")
            await log.close()
        }
    }

    /// Every caller waits for its job before it brings the next.
    static func enqueue(_ numbers: Range<Int>, callers: Int, lanes: Int = 1_000, on queue: JobQueue) async throws {
        let next = JobNumbers(numbers)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    while let number = next.take() {
                        _ = try await queue.enqueue(SmallJob.numbered(number, lanes: lanes))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// What the next start finds.
    static func check(_ load: PoolLoad, holds total: Int) async throws {
        let (again, log) = try await load.open()
        let pending = await again.counts().tenants.values.reduce(0) { $0 + $1.pending }
        try require(pending == total, "\(pending) of \(total) jobs are on disk")
        await log.close()
    }
}

/// Jobs as a webhook brings them: one of twenty tenants, one key, 400 bytes that begin with the job's number.
enum SmallJob {
    private static let filler = [UInt8](repeating: 0x61, count: 392)
    private static let tenants = (0..<20).map { TenantID("gym-\($0)") }

    static func numbered(_ number: Int, lanes: Int) -> NewJob {
        let lane = number % lanes
        return NewJob(
            tenant: tenants[lane % tenants.count], kind: 1,
            keys: [LaneKey(kind: 1, value: "5c1f3d2e-0000-4000-8000-\(lane)", isExclusive: true)],
            payload: withUnsafeBytes(of: UInt64(number).littleEndian, Array.init) + filler, isSnapshot: false)
    }

    static func number(of payload: [UInt8]) -> Int {
        Int(payload.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

/// Numbers of a range, each given out once.
private final class JobNumbers: Sendable {
    private let next: Atomic<Int>
    private let end: Int

    init(_ numbers: Range<Int>) {
        next = Atomic(numbers.lowerBound)
        end = numbers.upperBound
    }

    func take() -> Int? {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < end ? number : nil
    }
}

/// The processor time of this process, of all its threads.
enum Processor {
    static var seconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}

extension [Double] {
    var median: Double { sorted()[count / 2] }
}
