import Foundation
import FileJournal
import DurableQueue
import Synchronization

/// Durable accepts a second without HTTP: `enqueue` returns when its job is on disk. Beside it, in the same run, the floor:
/// one thread that writes as many records as there are callers at once, and syncs.
struct EnqueueBenchmark {
    var callers = [1, 64, 1_024]
    var jobs = [1: 2_000, 64: 40_000, 1_024: 80_000]
    var rounds = 5

    func run() async throws {
        print("jobs of 400 bytes in 1,000 lanes; medians of \(rounds) interleaved rounds")
        print("callers  enqueued/s  CPU µs each  bare write + sync records/s  of bare")
        for count in callers { try await run(callers: count) }
    }

    private func run(callers: Int) async throws {
        let load = try PoolLoad.inTemporaryDirectory()
        defer { load.remove() }
        let (queue, log) = try await load.open()
        let each = jobs[callers] ?? 20_000
        let warmUp = max(callers, each / 10)
        try await Self.enqueue(0..<warmUp, callers: callers, on: queue)
        let stats = log.journal.stats()
        let size = Int(stats.bytes / max(1, stats.records))
        var (own, floor, processor): ([Double], [Double], [Double]) = ([], [], [])
        for round in 0..<rounds {
            let batches = Floors.syncedWrites(
                batch: 1, size: size * callers, seconds: 0.3, in: load.directory.path)
            floor.append(batches * Double(callers))
            let first = warmUp + round * each
            let (start, startCPU) = (ContinuousClock.now, Processor.seconds)
            try await Self.enqueue(first..<(first + each), callers: callers, on: queue)
            own.append(Double(each) / (ContinuousClock.now - start).seconds)
            processor.append((Processor.seconds - startCPU) / Double(each) * 1e6)
        }
        let total = warmUp + rounds * each
        precondition(
            log.journal.durableSequence == log.journal.lastSequence, "a job was confirmed that is not on disk")
        await log.close()
        try await check(load, holds: total)
        let (rate, bare) = (own.median, floor.median)
        print(
            String(
                format: "%7d  %10.0f  %11.2f  %27.0f  %6.0f%%", callers, rate, processor.median, bare, rate / bare * 100
            ))
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
    private func check(_ load: PoolLoad, holds total: Int) async throws {
        let (again, log) = try await load.open()
        let pending = await again.counts().tenants.values.reduce(0) { $0 + $1.pending }
        precondition(pending == total, "\(pending) of \(total) jobs are on disk")
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
